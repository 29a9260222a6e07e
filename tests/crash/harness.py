"""Kills a shop again and again while buyers order, and counts."""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.texts_alone import texts_alone
from commands.shards.homes import stores_of
from sms.smsc.faults import Faults
from sms.smsc.server import Settings, Smsc
from store.sqlite import SqliteStore
from tests.crash.books import Books, count
from tests.crash.burden import Burden, Burdens, weigh
from tests.crash.buyers import CODE, FLOW, Buyer, Town
from tests.crash.carrier import Simulated
from tests.crash.depot import ASKING_FLOW, SERVICE, Depot, Mood
from tests.crash.diary import told_of
from tests.crash.pauses import pausing
from tests.crash.people import Person, understood, wait_for_replies
from tests.crash.victim import CUT_SHORT, FRONT_POINTS, IN_SHARD, POINTS, SHARD_POINTS

ROOT = Path(__file__).resolve().parent.parent.parent
START_S_MAX = 240.0
"""From the start to the bind, on a machine that is busy with other tests."""
DIES_S_MAX = 240.0
"""A point that is not passed so often by then is missed, which fails the run; the process is killed where it is."""
FINISH_S_MAX = 240.0
"""After that who is not through is not settled, which fails the run, and lost nothing that we know of."""
STALLS_S_MAX = 60.0
"""Buyers of whom none gets on for so long will not: what they said is lost, if it was acknowledged."""
DIED_OF = (-signal.SIGKILL, -signal.SIGALRM)
"""The second is how the kernel ends a process in the middle of a commit: see tests.crash.victim."""
ALIVE_S = (0.02, 0.4)
"""Of a kill at a random time: how long after the bind."""
FOLLOWS_S = (0.02, 1.5)
"""So long after one of its shards the front is killed, too: while another is started, or has begun to serve."""
PASSES_MAX = 12
"""A named point is passed so often at most before it kills."""
SELLERS = {"shop": CODE, "stand": "1070"}
"""With their codes. The second, who lives in another of two shards, is there where sellers are spread."""
ASKER = "shop"
"""The seller that asks an order system, where there is one."""
REPLIES_WATCHED = 300
"""So many of each seller's are timed after the kills, where there is an order system."""
WATCHED_FROM_S = 4.0
"""After the last start: replies to what came again, and what was said within its first second, are held back (decision 0030)."""
WATCHED_S_MAX = 60.0
"""... or as many as there are by then, or when there are some of each."""


class Kill(NamedTuple):
    """Where the shop dies."""

    point: str | None = None
    """One of tests.crash.victim; None: at a random time."""
    in_shard: bool = False
    """A shard does, and a little later the front."""

    def __str__(self) -> str:
        return f"{self.point or 'at a random time'}{' in a shard' if self.in_shard else ''}"


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
    binds: int = 1
    clock_is_set: bool = True
    """As tests.crash.clock does."""
    shards: int = 1
    """Past one there is a front, which is killed like the shop, and shards, one of which is killed before it."""
    orders: int = 0
    """After the kills a shop goes on for so many more, and is weighed."""
    partner: Mood | None = None
    """An order system that one of two sellers asks."""
    replies_watched: int = REPLIES_WATCHED
    people: bool = False
    """Buyers think before they write, say the same twice, and say it again; else each says the next thing at once."""
    pauses: bool = False
    """Processes of the shop stand still now and then: see tests.crash.pauses."""
    point: str | None = None
    """The only one, of those of tests.crash.victim, where the shop dies."""

    def listed(self, chance: random.Random) -> Sequence[Kill]:
        """A third at random times, the others at each point in turn."""
        if self.point is not None:
            return [Kill(self.point)] * self.kills
        kinds = [*[Kill()] * 3, *map(Kill, POINTS)]
        if self.shards > 1:
            kinds = [
                *[Kill()] * 3,
                *[Kill(in_shard=True)] * 3,
                *map(Kill, FRONT_POINTS),
                *(Kill(point, in_shard=True) for point in SHARD_POINTS),
            ]
            chance.shuffle(kinds)
        listed = [kinds[place % len(kinds)] for place in range(self.kills)]
        chance.shuffle(listed)
        return listed


async def crash(folder: Path, plan: Plan, *, tell: bool = False) -> Books:
    """Run a plan in a folder of its own."""
    chance = random.Random(plan.seed)
    depot = Depot(plan.partner, random.Random(plan.seed)) if plan.partner is not None else None
    async with contextlib.AsyncExitStack() as stack:
        smsc = await stack.enter_async_context(Smsc(Settings(port=0, faults=plan.faults)))
        url = await stack.enter_async_context(depot.open()) if depot is not None else None
        codes = furnish(folder, smsc.port, plan.shards, plan.binds, url)
        kind = Person if plan.people else Buyer
        town = Town(
            Simulated(smsc),
            plan.buyers,
            plan.seed,
            kind=kind,
            say_it_twice=plan.people,
            codes=codes,
        )
        waiting = asyncio.create_task(wait_for_replies(town))
        process: asyncio.subprocess.Process | None = None
        if plan.pauses:
            still = pausing(lambda: processes_of(process), random.Random(plan.seed))
            await stack.enter_async_context(still)
        town.begin()
        missed = 0
        died_at: list[Kill] = []
        for done, kill in enumerate(plan.listed(chance), 1):
            began = time.monotonic()
            passes = chance.randint(1, PASSES_MAX)
            process = await start(folder, kill, passes, plan, number=done)
            await bound(smsc, process)
            town.diary.note(f"shop {done} is up")
            town.poison()
            if not await dies(process, kill, town, plan, chance):
                # Nothing more is learnt from kills of a shop where nobody gets on.
                missed += 1
                process.kill()
                await process.wait()
                break
            died = await process.wait()
            assert died in DIED_OF, f"the shop ended by itself with {died}"
            died_at.append(kill)
            town.diary.note(f"killed: {kill}")
            if tell:
                where = f"{kill}, pass {passes}" if kill.point else str(kill)
                took_s = time.monotonic() - began
                sys.stdout.write(f"kill {done}: {where} after {took_s:.1f} s\n")
                sys.stdout.flush()
        process = await start(folder, None, plan=plan)
        await bound(smsc, process)
        town.diary.note("the last shop is up")
        burdens = await weighed(folder, process, town, plan) if plan.orders else None
        waits_s = await waited(town, plan.replies_watched) if depot is not None else {}
        town.stop()
        town.diary.note("who is through begins no more")
        since = time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S_MAX):
                while not town.done and getting_on(town, since, plan.stalls_s):  # noqa: ASYNC110
                    # Any of many buyers may be the last.
                    await asyncio.sleep(0.02)
        unsettled = town.unsettled(getting_on=getting_on(town, since, plan.stalls_s))
        assert process.returncode is None, f"the shop ended by itself with {process.returncode}"
        waiting.cancel()
        process.terminate()
        await asyncio.wait_for(process.wait(), FINISH_S_MAX)
    stores = stores_of(folder / "shop.db")
    kept = kept_of(folder, stores)
    where = Counter(
        f"{kill}, {'kept' if kept[number] else 'undone'}" if number in kept else str(kill)
        for number, kill in enumerate(died_at, 1)
    )
    books = replace(
        count(stores, town, plan.kills, missed, unsettled), where=where, burdens=burdens
    )
    if depot is not None:
        orders = [one for store in stores for one in store.orders() if one.seller == ASKER]
        books = replace(books, depot=depot.books(orders, waits_s))
    if plan.people:
        books = replace(books, understood=understood(town, stores, unsettled))
    books = explained(books, town, stores, unsettled, folder)
    for store in stores:
        store.close()
    if plan.orders and burdens is None and books.right:
        raise TimeoutError(
            f"nobody got on for {plan.stalls_s:.0f} s, so that the shop was not weighed"
        )
    return books


def explained(
    books: Books, town: Town, stores: Sequence[SqliteStore], unsettled: Iterable[str], folder: Path
) -> Books:
    """The same; if they are wrong, with all that is known of those who are off. The shop's log is in this folder."""
    if books.right:
        return books
    off = books.off | (books.understood.off if books.understood is not None else frozenset())
    return replace(books, told=told_of({*off, *unsettled}, town.diary, stores, folder / "log.txt"))


async def weighed(
    folder: Path, process: asyncio.subprocess.Process, town: Town, plan: Plan
) -> Burdens | None:
    """What a shop holds after a half of the orders and after all; None where nobody gets on any more."""
    found: list[Burden] = []
    before, since = town.told, time.monotonic()
    for wanted in (plan.orders // 2, plan.orders):
        while town.told < before + wanted:
            if process.returncode is not None or not getting_on(town, since, plan.stalls_s):
                return None
            # Any of many buyers may be the next.
            await asyncio.sleep(0.02)
        pids = [process.pid, *shards_of(process.pid)]
        found.append(weigh(folder, pids, town.told - before))
    return Burdens(*found)


async def waited(town: Town, wanted: int) -> dict[bool, list[float]]:
    """How long replies take now, by whether their buyers' seller asks an order system."""
    since = time.monotonic() + WATCHED_FROM_S
    while True:
        found: dict[bool, list[float]] = {True: [], False: []}
        for buyer in town.buyers.values():
            waits_s = [took_s for said_at, took_s in buyer.waits if said_at >= since]
            found[buyer.code == SELLERS[ASKER]] += waits_s
        waited_s = time.monotonic() - since
        over = waited_s > (WATCHED_S_MAX if all(found.values()) else FINISH_S_MAX)
        if over or min(map(len, found.values())) >= wanted:
            return found
        # Any of many buyers may be the next.
        await asyncio.sleep(0.1)


def kept_of(folder: Path, stores: Sequence[SqliteStore]) -> dict[int, bool]:
    """The kills within a commit, by number: whether the commit was kept all the same."""
    if not (told := folder / "cut_short").exists():
        return {}
    marks = dict(line.split() for line in told.read_text().splitlines())
    notes = {
        name.removeprefix(CUT_SHORT): mark.decode()
        for store in stores
        for name, mark in store.notes(CUT_SHORT).items()
    }
    return {int(number): notes.get(number) == mark for number, mark in marks.items()}


async def dies(
    process: asyncio.subprocess.Process, kill: Kill, town: Town, plan: Plan, chance: random.Random
) -> bool:
    """Have the shop die; whether it does before nobody gets on any more."""
    shards = shards_of(process.pid) if plan.shards > 1 else []
    if kill.point is None:
        await asyncio.sleep(chance.uniform(*ALIVE_S))
        os.kill(chance.choice(shards) if kill.in_shard else process.pid, signal.SIGKILL)

    def is_dead() -> bool:
        if kill.in_shard:
            return shards_of(process.pid) != shards
        return process.returncode is not None

    if not await passed(is_dead, town, plan.stalls_s):
        return False
    if kill.in_shard:
        await asyncio.sleep(chance.uniform(*FOLLOWS_S))
        process.kill()
    return True


async def passed(is_dead: Callable[[], bool], town: Town, stalls_s: float) -> bool:
    """Wait until it is so; whether it is before nobody gets on any more."""
    began = time.monotonic()
    while not is_dead():
        await asyncio.sleep(0.02)
        if time.monotonic() - began > DIES_S_MAX or not getting_on(town, began, stalls_s):
            return is_dead()
    return True


def processes_of(shop: asyncio.subprocess.Process | None) -> list[int]:
    """Those of a shop that live."""
    is_living = shop is not None and shop.returncode is None
    return [shop.pid, *shards_of(shop.pid)] if is_living else []


def shards_of(pid: int) -> list[int]:
    """The shards of a front that live."""
    found: list[int] = []
    with suppress(FileNotFoundError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(OSError):
                # Of who is dead and not buried there are none.
                words = Path(f"/proc/{child}/cmdline").read_bytes()
                if b"multiprocessing.spawn" in words:
                    found.append(int(child))
    return sorted(found)


def getting_on(town: Town, since: float, stalls_s: float) -> bool:
    """Whether a buyer has heard something lately, of a shop that is up since then, or one may say something again."""
    is_heard = time.monotonic() - max(town.heard_at, since) < stalls_s
    return is_heard or any(buyer.is_patient for buyer in town.buyers.values())


def furnish(
    folder: Path, port: int, shards: int = 1, binds: int = 1, url: str | None = None
) -> list[str]:
    """Sellers, as many as shards but two at most, and settings for a carrier at this port; the sellers' codes.

    `url`: of an order system, which the first of two sellers asks.
    """
    sellers = dict(list(SELLERS.items())[: shards if url is None else 2])
    for name, code in sellers.items():
        (folder / "sellers" / name).mkdir(parents=True)
        flow = ASKING_FLOW if url is not None and name == ASKER else FLOW
        flow = flow.replace(f"  sms code {CODE}\n", f"  sms code {code}\n")
        (folder / "sellers" / name / "seller.flow").write_text(flow)
    settings = texts_alone(folder, port, shards=shards, binds=binds)
    settings += SERVICE.format(url=url) if url is not None else ""
    (folder / "dialcart.toml").write_text(settings)
    return list(sellers.values())


async def start(
    folder: Path,
    kill: Kill | None,
    passes: int = 1,
    plan: Plan | None = None,
    said_to: Path | None = None,
    number: int = 0,
) -> asyncio.subprocess.Process:
    """The shop of a folder, to die at a point, passed so often, or to live; `said_to`: where its log is not beside it; `number`: of the kill."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("DIALCART_DIE_AT", None)
    if plan is not None and plan.mutant:
        environment["DIALCART_MUTANT"] = plan.mutant
    if plan is not None and plan.clock_is_set:
        environment["DIALCART_CLOCK_SEED"] = str(plan.seed)
    if kill is not None and kill.point is not None:
        whose = IN_SHARD if kill.in_shard else ""
        environment["DIALCART_DIE_AT"] = f"{whose}{kill.point}:{passes}"
        environment["DIALCART_KILL"] = str(number)
        environment["DIALCART_CUT_SHORT"] = str(folder / "cut_short")
    words = ["-m", "tests.crash.victim", "serve", "--config", str(folder / "dialcart.toml")]
    with (said_to or folder / "log.txt").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ROOT, env=environment, stdout=log, stderr=log
        )


async def bound(smsc: Smsc, process: asyncio.subprocess.Process) -> None:
    """Until the shop has bound, or died of its first message."""
    async with asyncio.timeout(START_S_MAX):
        while not smsc.network.exchange.binds and process.returncode is None:  # noqa: ASYNC110
            # Either may come first, and neither knows of the other.
            await asyncio.sleep(0.005)
