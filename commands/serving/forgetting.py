"""Forgetting as a service: what is kept no longer goes, a bounded part a second (store.retention)."""

from __future__ import annotations

import time

from commands.serving.patrol import Patrol
from store.sqlite import SqliteStore

FORGET_EVERY_S = 1.0


class Forgetting(Patrol):
    """What is left is counted elsewhere, and a store that cannot be written is told of by whoever needs it."""

    name = "forgetting"

    def __init__(self, store: SqliteStore) -> None:
        super().__init__("what is old is not forgotten", FORGET_EVERY_S, self._forget)
        self._store = store

    def _forget(self) -> None:
        self._store.forget_old(int(time.time()))
