"""What the centre needs of the outside: a store that keeps a batch whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from center.changes import Changes
from center.contact import Arrival
from center.world import World


class Store(Protocol):
    """Keeps contacts, buyers, stock, orders and the outbox.

    Promises: what `commit` was given is on disk when it returns, all of it or none, also if the process or the machine
    stops at any instruction. A batch sees the world as the batch before it left it.
    """

    def batch(self, arrivals: Sequence[Arrival]) -> AbstractContextManager[Batch]:
        """Open a batch: the part of the world that these arrivals touch, held against other writers.

        Raises StoreBusyError if another writer does not let go in time, StoreFullError if the disk has no room.
        """
        ...


class Batch(Protocol):
    """One open transaction. Left without `commit`, it never happened."""

    @property
    def world(self) -> World:
        """What the arrivals touch."""
        ...

    @property
    def text_ids(self) -> Sequence[int]:
        """After `commit`: the outbox's names for `Changes.texts`, in their order."""
        ...

    def commit(self, changes: Changes) -> None:
        """Keep all changes durably."""
        ...


class StoreError(Exception):
    """The store cannot do its work now."""


class StoreBusyError(StoreError):
    """Another writer holds the store."""


class StoreFullError(StoreError):
    """The disk has no room."""
