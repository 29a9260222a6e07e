"""Forgetting as a service: what is kept no longer goes, a bounded part a second (store.retention)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable

from center.measure import Measure, Spread
from center.ports import StoreError
from store.sqlite import SqliteStore

FORGET_EVERY_S = 1.0

log = logging.getLogger("dialcart")


class Forgetting:
    """See commands.serving.service.Service."""

    name = "forgetting"

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Forget from now on."""
        self._task = asyncio.create_task(self._keep_forgetting())

    async def drain(self) -> None:
        """Nothing waits here."""

    async def close(self) -> None:
        """Forget no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def unready(self) -> str | None:
        """Never: a store that cannot be written is told of by whoever needs it."""
        return None

    def measures(self) -> Iterable[Measure | Spread]:
        """None: what is left is counted elsewhere."""
        return ()

    async def _keep_forgetting(self) -> None:
        while True:
            try:
                self._store.forget_old(int(time.time()))
            except StoreError as error:
                log.warning("what is old was not forgotten: %s", error)
            await asyncio.sleep(FORGET_EVERY_S)
