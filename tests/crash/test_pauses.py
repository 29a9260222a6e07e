"""Processes stand still, and go on."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.crash.pauses import pausing, stand_still


def test_a_process_stands_still_now_and_then_and_goes_on_at_the_end() -> None:
    async def run() -> None:
        process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
        stat = Path(f"/proc/{process.pid}/stat")
        async with pausing(lambda: [process.pid], random.Random(1)), asyncio.timeout(60):
            while not is_stopped(stat):  # noqa: ASYNC110 - the kernel sets no event
                await asyncio.sleep(0.001)
        # Left while it stood still it goes on all the same, and ends by itself.
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 60) == 0

    asyncio.run(run())


def is_stopped(stat: Path) -> bool:
    """Whether a process is, by proc(5)."""
    return stat.read_text().rsplit(") ", 1)[1].startswith("T")


def test_who_has_ended_is_let_alone_and_who_stops_them_can_still_be_stopped() -> None:
    async def run() -> None:
        process = await asyncio.create_subprocess_exec("true")
        await process.wait()
        standing = asyncio.create_task(stand_still(process.pid, 3600.0))
        await asyncio.sleep(0)
        standing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await standing

    asyncio.run(run())
