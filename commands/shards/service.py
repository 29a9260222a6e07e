"""The shards as a service of the front: started, started again when one falls, and stopped."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from center.measure import Measure, Spread, counter, gauge
from commands.serving.running import DRAIN_S_MAX
from commands.serving.turns import turn_measures
from commands.shards.front import FrontBatch
from commands.shards.shard import Plan
from commands.shards.shard import main as shard
from commands.shards.shard_link import ShardLink

AGAIN_MIN_S = 0.2
AGAIN_MAX_S = 10.0
"""A shard that falls is started after so long, longer each time it falls at once."""
STEADY_S = 30.0
"""One that ran so long has not fallen at once."""
OPEN_S_MAX = 300.0
"""All shards have opened their sellers within this."""
CLOSE_S_MAX = DRAIN_S_MAX + 10.0
"""A shard that is told to end drains, and has so long in all to put what it has on disk; then it is killed."""
LOOK_S = 0.05
SILENT_S_MAX = 30.0
"""A shard tells how it does once a second; one that says nothing for so long hangs, and is killed."""
ASK_S_MAX = 0.5
"""Who reads figures waits so long for a shard's."""
QUIET_S_MAX = 5.0
"""After so long it is told that it hangs, perhaps."""

log = logging.getLogger("dialcart")


class Silence:
    """How long a shard has said nothing. Counted in looks: a front that itself stood still has looked once, and blames nobody."""

    def __init__(self, link: ShardLink) -> None:
        self._link = link
        self._heard = link.heard
        self._looks = 0

    def look(self) -> bool:
        """LOOK_S after the last: whether the shard hangs. One that is not connected yet opens its sellers."""
        link = self._link
        is_silent = link.transport is not None and link.heard == self._heard
        self._looks = self._looks + 1 if is_silent else 0
        self._heard = link.heard
        return self.silent_s >= SILENT_S_MAX

    @property
    def silent_s(self) -> float:
        """For so long."""
        return self._looks * LOOK_S


def end(process: BaseProcess) -> None:
    """Tell a shard to end, and see that it has. One that hangs would keep us from ending too: Python waits for it."""
    process.terminate()
    process.join(CLOSE_S_MAX)
    if process.is_alive():
        log.error("a shard did not end within %.0f s and is killed", CLOSE_S_MAX)
        process.kill()
        process.join(CLOSE_S_MAX)


def work_through() -> None:
    """Have this process, and all that it starts, not pushed from a core by one that has just woken: there are more of us than cores, and
    who comes back finds the core's cache full of another's. 3 % of an order (decision 0020; SCHED_BATCH in sched(7)).
    """
    # Other kernels have no such thing, and a sandbox may refuse it.
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


class Shards:
    """See commands.serving.service.Service."""

    name = "shards"

    def __init__(
        self, plans: Sequence[Plan], turns: FrontBatch, sockets: Path | None = None
    ) -> None:
        """`sockets` is a folder for those of these plans alone: it is there from `open` to `close`."""
        self.plans = plans
        self.turns = turns
        self._sockets = sockets
        self.restarts = 0
        self.processes: list[BaseProcess | None] = [None] * len(plans)
        self._silences = [Silence(link) for link in turns.links]
        self._keeping: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Start all and wait until they answer. Raises OSError if one does not."""
        if self._sockets is not None:
            self._sockets.mkdir(mode=0o700)
        work_through()
        self._keeping = [asyncio.create_task(self._keep(i)) for i in range(len(self.plans))]
        self.turns.start()
        try:
            async with asyncio.timeout(OPEN_S_MAX):
                while self._silent() is not None:  # noqa: ASYNC110 - other processes make it true
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise OSError(f"{self._silent()} after {OPEN_S_MAX:.0f} s") from None

    async def _keep(self, index: int) -> None:
        """Start a shard, again and again."""
        context = multiprocessing.get_context("spawn")
        wait_s = AGAIN_MIN_S
        loop = asyncio.get_running_loop()
        while True:
            process = context.Process(target=shard, args=(self.plans[index],), daemon=True)
            process.start()
            self.processes[index] = process
            began = loop.time()
            silence = self._silences[index] = Silence(self.turns.links[index])
            while process.is_alive():
                await asyncio.sleep(LOOK_S)
                if silence.look():
                    # What it has on disk it has; what it had not answered is refused, and comes again.
                    log.error("shard %d has said nothing for %.0f s", index, SILENT_S_MAX)
                    process.kill()
            wait_s = AGAIN_MIN_S if loop.time() - began >= STEADY_S else wait_s
            log.error(
                "shard %d ended with %s, starts again in %.1f s", index, process.exitcode, wait_s
            )
            self.restarts += 1
            await asyncio.sleep(wait_s)
            wait_s = min(AGAIN_MAX_S, wait_s * 2)

    async def drain(self) -> None:
        """Shards finish what they have when they are closed."""

    async def close(self) -> None:
        """Stop all; each puts what it has on disk. Cancelled, it kills them."""
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        self.turns.stop()
        running = [process for process in self.processes if process is not None]
        try:
            await asyncio.gather(*(asyncio.to_thread(end, process) for process in running))
        except asyncio.CancelledError:
            # What they have on disk they have; Python would wait for the threads that wait for them.
            for process in running:
                process.kill()
            raise
        finally:
            if self._sockets is not None:
                shutil.rmtree(self._sockets, ignore_errors=True)

    async def ask(self) -> None:
        """Have all tell how they do now, and wait for it; what a shard that is busy told last is used after ASK_S_MAX.

        So figures of shards and of the front are of one moment, and rates over them of one while.
        """
        told = [link.ask() for link in self.turns.links if link.is_up]
        if told:
            await asyncio.wait(told, timeout=ASK_S_MAX)

    def unready(self) -> str | None:
        """Shards that do not answer, and who cannot keep what they are told, the front among them."""
        silent, front = self._silent(), self.turns.measured.wrong()
        told = [silent] if silent is not None else []
        if front is not None:
            told.append(f"front: {front}")
        told += [
            f"shard {i} has said nothing for {silence.silent_s:.0f} s"
            for i, silence in enumerate(self._silences)
            if silence.silent_s >= QUIET_S_MAX
        ]
        told += [f"shard {i}: {why}" for i, why in enumerate(self.turns.measures.unready) if why]
        return "; ".join(told) or None

    def _silent(self) -> str | None:
        down = [str(i) for i, link in enumerate(self.turns.links) if not link.is_up]
        return f"shards {', '.join(down)} do not answer" if down else None

    def measures(self) -> Iterable[Measure | Spread]:
        """How many answer, and how they do; what the front refuses is among it."""
        yield from turn_measures(self.turns)
        yield from self.turns.measures.over_all()
        up = sum(link.is_up for link in self.turns.links)
        yield gauge("dialcart_shards_up", "Shards that answer.", up)
        yield counter("dialcart_shard_restarts", "Shards started again.", self.restarts)
