"""What the centre needs of the outside: a store that keeps a batch whole or not at all, channels, and who does
what a session waits for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from center.awaited import Awaited
from center.changes import Changes, HandOverRequest
from center.contact import Arrival, ContactKey
from center.desk.heard import Heard
from center.taken import Taken
from center.world import World
from flows.effects import Effect
from flows.inputs import Outcome


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

    @property
    def is_behind(self) -> bool:
        """Whether something was noted (center.outbox) that the next batch is to write."""
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
        """Keep all changes durably: `write`, `finish` and `finished` in one."""
        ...

    def write(self, changes: Changes) -> None:
        """Write all changes; they are kept when `finish` has returned. Raises StoreError."""
        ...

    def finish(self) -> None:
        """Put what was written on disk. Waits for the disk, and may be called on another thread. Raises StoreError."""
        ...

    def finished(self) -> None:
        """What was written is on disk. On the thread that wrote it."""
        ...


class StoreError(Exception):
    """The store cannot do its work now."""


class StoreBusyError(StoreError):
    """Another writer holds the store."""


class StoreTakenError(StoreError):
    """Another process has taken the store over, and ours keeps nothing any more."""


class StoreFullError(StoreError):
    """The disk has no room."""


class Channel(Protocol):
    """Who brings arrivals to the turn batch."""

    def taken(self, taken: Sequence[Taken]) -> None:
        """What became of arrivals and of held tickets, in their order. What was kept is on disk."""
        ...


class Performer(Protocol):
    """Does what a session waits for: hands a buyer over to a person, asks a partner, takes a payment."""

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:
        """The outcome if it is known now, else None. Decides only: the turn is not kept yet and may never be."""
        ...

    def heard(self, heard: Sequence[Heard]) -> None:
        """What buyers said, wrote or did while a person has them, or will; it is kept and logged now."""
        ...

    def turned_away(self, requests: Sequence[HandOverRequest]) -> None:
        """Hand-overs to which `at_once` gave an outcome; they are kept and over now, and may be counted."""
        ...

    def perform(self, awaited: Sequence[Awaited]) -> None:
        """Begin what is awaited: it is kept now. Bring each outcome with `TurnBatch.settle`.

        After a crash the same is given again: `Awaited.key` names it, so that a partner does it once.
        """
        ...


class Aside(Protocol):
    """Does what waits for the disk beside everything else, one thing at a time."""

    def run(self, work: Callable[[], None], done: Callable[[BaseException | None], None]) -> None:
        """Do `work`, then call `done` with what it raised, on the thread of this call and after it."""
        ...

    def wait(self) -> None:
        """Until what runs is through, `done` called too."""
        ...


class Timer(Protocol):
    """Something that will be called."""

    def cancel(self) -> None:
        """It will not be called."""
        ...


class Later(Protocol):
    """Calls after a delay: `loop.call_later` of asyncio is one."""

    def __call__(self, delay_s: float, callback: Callable[[], object], /) -> Timer:
        """Call in `delay_s` seconds, never from within this call."""
        ...
