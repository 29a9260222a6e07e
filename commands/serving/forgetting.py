"""Forgetting as a service: what is kept no longer goes, a bounded part a second (store.retention)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from commands.serving.patrol import Patrol

FORGET_EVERY_S = 1.0


class Forgetful(Protocol):
    """See store.sqlite.SqliteStore."""

    def forget_old(self, now: int, ticks: float) -> None: ...


class Forgetting(Patrol):
    """What is left is counted elsewhere, and a store that cannot be written is told of by whoever needs it."""

    name = "forgetting"

    def __init__(
        self,
        store: Forgetful,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("what is old is not forgotten", FORGET_EVERY_S, self._forget)
        self._store = store
        self._clock = clock
        self._ticks = ticks

    def _forget(self) -> None:
        self._store.forget_old(int(self._clock()), self._ticks())
