"""Kills a shop again and again while buyers order, and counts."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sms.smsc.faults import Faults
from sms.smsc.server import Settings, Smsc
from store.sqlite import SqliteStore
from tests.crash.books import Books, count
from tests.crash.buyers import FLOW, Town
from tests.crash.victim import POINTS

ROOT = Path(__file__).resolve().parent.parent.parent
START_S_MAX = 60.0
"""From the start to the bind, on a machine that is busy with other tests."""
DIES_S_MAX = 20.0
"""A point that is not passed so often by then is given up, and the process killed where it is."""
FINISH_S_MAX = 60.0
ALIVE_S = (0.02, 0.4)
"""Of a kill at a random time: how long after the bind."""
PASSES_MAX = 25
"""A named point is passed so often at most before it kills."""


@dataclass
class Plan:
    """How many kills, and where."""

    kills: int
    seed: int
    buyers: int = 60
    faults: Faults = field(default_factory=Faults)

    def points(self, chance: random.Random) -> Sequence[str | None]:
        """A third at random times, the others at each point in turn."""
        kinds: list[str | None] = [None, None, None, *POINTS]
        listed = [kinds[place % len(kinds)] for place in range(self.kills)]
        chance.shuffle(listed)
        return listed


async def crash(folder: Path, plan: Plan, *, tell: bool = False) -> Books:
    """Run a plan in a folder of its own."""
    chance = random.Random(plan.seed)
    (folder / "shop").mkdir()
    (folder / "shop" / "seller.flow").write_text(FLOW)
    database = folder / "shop.db"
    async with Smsc(Settings(port=0, faults=plan.faults)) as smsc:
        town = Town(smsc, plan.buyers, plan.seed)
        town.begin()
        for done, point in enumerate(plan.points(chance), 1):
            began = time.monotonic()
            passes = chance.randint(1, PASSES_MAX)
            process = await _start(folder, database, smsc.port, point and f"{point}:{passes}")
            await _bound(smsc, process)
            if point is None:
                await asyncio.sleep(chance.uniform(*ALIVE_S))
                process.kill()
            try:
                await asyncio.wait_for(process.wait(), DIES_S_MAX)
            except TimeoutError:
                process.kill()
            died = await process.wait()
            assert died == -signal.SIGKILL, f"the shop ended by itself with {died}"
            if tell:
                where = f"{point}, pass {passes}" if point else "a random time"
                took_s = time.monotonic() - began
                sys.stdout.write(f"kill {done}: at {where} after {took_s:.1f} s\n")
                sys.stdout.flush()
        process = await _start(folder, database, smsc.port, None)
        await _bound(smsc, process)
        town.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S_MAX):
                while not town.done:  # noqa: ASYNC110
                    # Any of many buyers may be the last.
                    await asyncio.sleep(0.02)
        process.terminate()
        await asyncio.wait_for(process.wait(), FINISH_S_MAX)
    store = SqliteStore(database)
    books = count(store, town, plan.kills)
    store.close()
    return books


async def _start(
    folder: Path, database: Path, port: int, die_at: str | None
) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("DIALCART_DIE_AT", None)
    if die_at:
        environment["DIALCART_DIE_AT"] = die_at
    words = ["serve", str(folder / "shop"), "--database", str(database)]
    with (folder / "log.txt").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.crash.victim",
            *words,
            "--smsc",
            f"127.0.0.1:{port}",
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )


async def _bound(smsc: Smsc, process: asyncio.subprocess.Process) -> None:
    """Until the shop has bound, or died of its first message."""
    async with asyncio.timeout(START_S_MAX):
        while not smsc.network.exchange.binds and process.returncode is None:  # noqa: ASYNC110
            # Either may come first, and neither knows of the other.
            await asyncio.sleep(0.005)
