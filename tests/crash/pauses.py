"""A machine without time for us: one process of a shop after the other stands still for a moment, and others see it late.

So it is where a host pauses its guests, a disk swaps, or sixteen programs want two cores; what hangs on the order in which two processes come
to their turns shows then. Jepsen stops processes likewise (SIGSTOP, SIGCONT).
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

PAUSES_S = (0.05, 0.3, 1.0, 2.0)
"""One of these at most; far less than a front lets a silent shard live."""
APART_S = 0.3
"""At most, from one to the next."""


@asynccontextmanager
async def pausing(pids: Callable[[], Sequence[int]], chance: random.Random) -> AsyncIterator[None]:
    """Have one of `pids` stand still, and then another; at the end all go on."""

    async def pause() -> None:
        while True:
            if living := pids():
                await stand_still(chance.choice(living), chance.choice(PAUSES_S) * chance.random())
            await asyncio.sleep(chance.random() * APART_S)

    task = asyncio.create_task(pause())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def stand_still(pid: int, seconds: float) -> None:
    """Stop a process for so long; it may be dead, or be killed meanwhile."""
    _tell(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        _tell(pid, signal.SIGCONT)


def _tell(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, what)
