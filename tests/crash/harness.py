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
START_S_MAX = 240.0
"""From the start to the bind, on a machine that is busy with other tests."""
DIES_S_MAX = 240.0
"""A point that is not passed so often by then is missed, which fails the run; the process is killed where it is."""
FINISH_S_MAX = 240.0
STALLS_S_MAX = 60.0
"""Buyers of whom none gets on for so long will not: what they said was acknowledged and is lost."""
DIED_OF = (-signal.SIGKILL, -signal.SIGALRM)
"""The second is how the kernel ends a process in the middle of a commit: see tests.crash.victim."""
ALIVE_S = (0.02, 0.4)
"""Of a kill at a random time: how long after the bind."""
PASSES_MAX = 12
"""A named point is passed so often at most before it kills."""
SETTINGS = """\
sellers = ["{folder}/shop"]
[store]
database = "{database}"
[[carrier]]
name = "carrier"
host = "127.0.0.1"
port = {port}
system_id = "dialcart"
[limits]
messages_per_sender = 0
messages_per_prefix = 0
orders_per_sender = 0
[log]
format = "text"
level = "warning"
"""
"""Texts alone: no calls, no pages, no port of its own that another run could hold."""


@dataclass
class Plan:
    """How many kills, and where."""

    kills: int
    seed: int
    buyers: int = 60
    faults: Faults = field(default_factory=Faults)
    stalls_s: float = STALLS_S_MAX
    mutant: str | None = None
    """One of tests.simulation.mutants: with a safety taken out the count must be wrong."""

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
        settings_for(folder, smsc.port)
        town = Town(smsc, plan.buyers, plan.seed)
        town.begin()
        missed = 0
        for done, point in enumerate(plan.points(chance), 1):
            began = time.monotonic()
            passes = chance.randint(1, PASSES_MAX)
            process = await start(folder, point and f"{point}:{passes}", plan.mutant)
            await bound(smsc, process)
            if point is None:
                await asyncio.sleep(chance.uniform(*ALIVE_S))
                process.kill()
            if not await dies(process, town, plan.stalls_s):
                missed += 1
                process.kill()
            died = await process.wait()
            if missed:
                # Nothing more is learnt from kills of a shop where nobody gets on.
                break
            assert died in DIED_OF, f"the shop ended by itself with {died}"
            if tell:
                where = f"{point}, pass {passes}" if point else "a random time"
                took_s = time.monotonic() - began
                sys.stdout.write(f"kill {done}: at {where} after {took_s:.1f} s\n")
                sys.stdout.flush()
        process = await start(folder, None, plan.mutant)
        await bound(smsc, process)
        town.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S_MAX):
                since = time.monotonic()
                while not town.done and getting_on(town, since, plan.stalls_s):  # noqa: ASYNC110
                    # Any of many buyers may be the last.
                    await asyncio.sleep(0.02)
        process.terminate()
        await asyncio.wait_for(process.wait(), FINISH_S_MAX)
    store = SqliteStore(database)
    books = count(store, town, plan.kills, missed)
    store.close()
    return books


async def dies(process: asyncio.subprocess.Process, town: Town, stalls_s: float) -> bool:
    """Wait for the shop to die at its point; whether it does before nobody gets on any more."""
    began = time.monotonic()
    while process.returncode is None:
        await asyncio.sleep(0.02)
        if time.monotonic() - began > DIES_S_MAX or not getting_on(town, began, stalls_s):
            return process.returncode is not None
    return True


def getting_on(town: Town, since: float, stalls_s: float) -> bool:
    """Whether a buyer has heard something lately, of a shop that is up since then."""
    return time.monotonic() - max(town.heard_at, since) < stalls_s


def settings_for(folder: Path, port: int) -> None:
    """What the shop of a folder is started with, on a carrier at this port."""
    database = folder / "shop.db"
    settings = SETTINGS.format(folder=folder, database=database, port=port)
    (folder / "dialcart.toml").write_text(settings)


async def start(
    folder: Path, die_at: str | None, mutant: str | None = None
) -> asyncio.subprocess.Process:
    """The shop of a folder, to die at a point of tests.crash.victim or to live."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DIALCART_CARRIER_CARRIER_PASSWORD": "dialcart",
    }
    environment.pop("DIALCART_DIE_AT", None)
    if mutant:
        environment["DIALCART_MUTANT"] = mutant
    if die_at:
        environment["DIALCART_DIE_AT"] = die_at
    words = ["-m", "tests.crash.victim", "serve", "--config", str(folder / "dialcart.toml")]
    with (folder / "log.txt").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ROOT, env=environment, stdout=log, stderr=log
        )


async def bound(smsc: Smsc, process: asyncio.subprocess.Process) -> None:
    """Until the shop has bound, or died of its first message."""
    async with asyncio.timeout(START_S_MAX):
        while not smsc.network.exchange.binds and process.returncode is None:  # noqa: ASYNC110
            # Either may come first, and neither knows of the other.
            await asyncio.sleep(0.005)
