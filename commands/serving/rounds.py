"""Rounds: something that a service does every so often, for as long as it is open."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable

from center.ports import StoreError

log = logging.getLogger("dialcart")


class Rounds:
    """Done by one task. A round that fails is logged, and the next one comes all the same."""

    def __init__(self, what: str, every_s: float, go: Callable[[], Awaitable[None] | None]) -> None:
        """`what` is what a log line calls it; `go` is one round."""
        self._what = what
        self._every_s = every_s
        self._go = go
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """The first round comes after `every_s`."""
        self._begin(self._every_s)

    def begin_now(self) -> None:
        """The first round comes at once, but after this call."""
        self._begin(0.0)

    def _begin(self, first_s: float) -> None:
        self._task = asyncio.get_running_loop().create_task(self._keep_going(first_s))

    async def end(self) -> None:
        """No more rounds; one that waits for something is cancelled."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_going(self, wait_s: float) -> None:
        while True:
            await asyncio.sleep(wait_s)
            wait_s = self._every_s
            try:
                going = self._go()
                if inspect.isawaitable(going):
                    await going
            except StoreError as error:
                log.warning("%s: %s", self._what, error)
            except Exception:
                # Whatever it is, the next round may be right, and nobody else would make one.
                log.exception("%s: a round failed", self._what)
