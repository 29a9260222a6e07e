"""Forgetting as a service: what is kept no longer goes, a bounded part a second (store.retention)."""

from __future__ import annotations

import time
from collections.abc import Iterable

from center.measure import Measure, Spread
from commands.serving.rounds import Rounds
from store.sqlite import SqliteStore

FORGET_EVERY_S = 1.0


class Forgetting:
    """See commands.serving.service.Service."""

    name = "forgetting"

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._rounds = Rounds("what is old is not forgotten", FORGET_EVERY_S, self._forget)

    async def open(self) -> None:
        """Forget from now on."""
        self._rounds.begin()

    async def drain(self) -> None:
        """Nothing waits here."""

    async def close(self) -> None:
        """Forget no more."""
        await self._rounds.end()

    def unready(self) -> str | None:
        """Never: a store that cannot be written is told of by whoever needs it."""
        return None

    def measures(self) -> Iterable[Measure | Spread]:
        """None: what is left is counted elsewhere."""
        return ()

    def _forget(self) -> None:
        self._store.forget_old(int(time.time()))
