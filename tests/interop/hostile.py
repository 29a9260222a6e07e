"""A shop and people who order, with an SMSC between them that others wrote and that misbehaves: npm's `smpp`, as hostile.mjs drives it.

    python -m tests.interop.hostile --buyers 60 --orders 2000 --kills 20 --seed 5

The shop is `dialcart serve` in a process of its own, and is killed at random times if that is asked for. What is counted is what
tests.crash counts behind our own simulator: lost, doubled, absent, wrong, stock, turns that nobody asked for, people stuck.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from commands.shards.homes import stores_of
from sms.smsc.handset import Heard
from tests.crash.books import Books, count
from tests.crash.buyers import Town
from tests.crash.carrier import Watcher
from tests.crash.harness import (
    ALIVE_S,
    FINISH_S_MAX,
    START_S_MAX,
    explained,
    furnish,
    getting_on,
    processes_of,
    start,
)
from tests.crash.pauses import pausing
from tests.crash.people import Person, understood, wait_for_replies
from tests.interop import npm

ENDS_S_MAX = 120.0
"""Of the SMSC, and of the shop, on a machine that is busy with other tests."""
STALLS_S_MAX = 90.0
"""When nobody has heard anything for so long, nobody will."""
LOOKS_S = 0.02
ASKED = "What would you like?"
IN_PARTS = f"{ASKED} " + "今天的苹果又甜又脆。" * 12
"""A reply in three parts: each may be refused, doubled or lost on its own."""


@dataclass(frozen=True)
class Faults:
    """Shares of what goes wrong, one of so many: see hostile.mjs."""

    seed: int = 1
    lost_answer: float = 0.1
    lost_receipt_answer: float = 0.01
    taken_and_dropped: float = 0.01
    throttled: float = 0.05
    full: float = 0.05
    early: float = 0.3
    twice: float = 0.3


@dataclass(frozen=True)
class Plan:
    """How many people order how much."""

    buyers: int = 12
    orders: int = 12
    """In all, at least."""
    kills: int = 0
    seed: int = 1
    binds: int = 3
    shards: int = 1
    pauses: bool = False
    """Processes of the shop stand still now and then: see tests.crash.pauses."""
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True)
class Done:
    """What came of it."""

    books: Books
    faults: Counter[str]
    """How often each was done."""
    trouble: tuple[str, ...]
    """What the SMSC could not read."""
    took_s: float

    @property
    def right(self) -> bool:
        """Whether nothing is off, and both understood each other."""
        return self.books.right and not self.trouble

    def __str__(self) -> str:
        faults = ", ".join(f"{name} {count}" for name, count in self.faults.items())
        troubles = "".join(f"; the SMSC: {one}" for one in self.trouble)
        return f"{self.books}; an SMSC of npm's smpp, {self.took_s:.0f} s: {faults}{troubles}"


class NpmSmsc:
    """The process, as a tests.crash.carrier.Carrier."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._bound = 0
        self._hear: dict[str, Callable[[Heard], None]] = {}
        self._unanswered: Counter[str] = Counter()
        self._watcher: Watcher | None = None
        self.port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.faults: Counter[str] = Counter()
        self.trouble: list[str] = []

    @property
    def is_bound(self) -> bool:
        """See Carrier."""
        return self._bound > 0

    @property
    def unanswered(self) -> set[str]:
        """See Carrier."""
        return set(+self._unanswered)

    def phone(self, number: str, hear: Callable[[Heard], None]) -> "_Phone":
        """See Carrier."""
        self._hear[number] = hear
        return _Phone(self, number)

    def watch(self, watcher: Watcher) -> None:
        """See Carrier."""
        self._watcher = watcher

    def write(self, number: str, code: str, text: str) -> None:
        """Somebody writes."""
        assert self._process.stdin is not None
        self._unanswered[number] += 1
        line = json.dumps({"from": number, "to": code, "text": text})
        self._process.stdin.write(line.encode() + b"\n")

    async def read(self) -> None:
        """All that it tells, until it ends."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self._told(json.loads(line))

    def _told(self, told: dict[str, Any]) -> None:
        watcher = self._watcher
        match told:
            case {"heard": number, "code": code, "text": text}:
                self._hear[number](Heard(number, code, text, 1, "", 0))
            case {"answered": number, "ok": ok, "again": again}:
                self._unanswered[number] -= not again
                if watcher is not None:
                    watcher.answered(number, ok=ok, again=again)
            case {"repeated": _}:
                if watcher is not None:
                    watcher.brought_again()
            case {"bound": bound}:
                self._bound = bound
            case {"port": port}:
                self.port.set_result(port)
            case {"count": counted}:
                self.faults.update(counted)
            case {"trouble": trouble}:
                self.trouble.append(trouble)
            case _:
                raise AssertionError(told)


@dataclass(frozen=True)
class _Phone:
    smsc: NpmSmsc
    number: str

    def text(self, code: str, text: str) -> None:
        self.smsc.write(self.number, code, text)


@asynccontextmanager
async def npm_smsc(faults: Faults) -> AsyncIterator[NpmSmsc]:
    """Start it and end it; what it counted is known then."""
    process = await asyncio.create_subprocess_exec(
        *npm.words("hostile.mjs", json.dumps(asdict(faults))),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=npm.ENVIRONMENT,
    )
    assert process.stdin is not None
    smsc = NpmSmsc(process)
    reading = asyncio.create_task(smsc.read())
    try:
        async with asyncio.timeout(ENDS_S_MAX):
            await smsc.port
        yield smsc
        process.stdin.close()
        await asyncio.wait_for(reading, ENDS_S_MAX)
    finally:
        reading.cancel()
        if process.returncode is None:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), ENDS_S_MAX)
            except TimeoutError:
                process.kill()
                await process.wait()


async def order(folder: Path, plan: Plan) -> Done:
    """Run a plan in a folder of its own."""
    chance = random.Random(plan.seed)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        smsc = await stack.enter_async_context(npm_smsc(plan.faults))
        codes = furnish(folder, await smsc.port, plan.shards, plan.binds)
        for flow in (folder / "sellers").glob("*/seller.flow"):
            flow.write_text(flow.read_text().replace(ASKED, IN_PARTS))
        town = Town(smsc, plan.buyers, plan.seed, kind=Person, say_it_twice=True, codes=codes)
        waiting = asyncio.create_task(wait_for_replies(town))
        process = await start(folder, None)
        if plan.pauses:
            still = pausing(lambda: processes_of(process), random.Random(plan.seed))
            await stack.enter_async_context(still)
        try:
            town.begin()
            for _ in range(plan.kills):
                await _until(lambda: smsc.is_bound, START_S_MAX)
                await asyncio.sleep(chance.uniform(*ALIVE_S) * 5)
                process.kill()
                await process.wait()
                town.diary.note("killed")
                process = await start(folder, None)
            await _until(lambda: smsc.is_bound, START_S_MAX)
            wanted = town.told + max(0, plan.orders - plan.buyers)
            await _going_on(town, lambda: town.told >= wanted)
            town.stop()
            await _going_on(town, lambda: town.done)
            unsettled = town.unsettled(getting_on=False)
            assert process.returncode is None, f"the shop ended with {process.returncode}"
        finally:
            waiting.cancel()
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), ENDS_S_MAX)
    stores = stores_of(folder / "shop.db")
    books = replace(
        count(stores, town, plan.kills, unsettled=unsettled),
        understood=understood(town, stores, unsettled),
    )
    books = explained(books, town, stores, unsettled, folder)
    for store in stores:
        store.close()
    return Done(books, smsc.faults, tuple(smsc.trouble), time.monotonic() - began)


async def _until(condition: Callable[[], bool], within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            # Another program sets no event.
            await asyncio.sleep(LOOKS_S)


async def _going_on(town: Town, condition: Callable[[], bool]) -> None:
    """Until it is so, or nobody gets on any more."""
    since = time.monotonic()
    with suppress(TimeoutError):
        async with asyncio.timeout(FINISH_S_MAX):
            while not condition() and getting_on(town, since, STALLS_S_MAX):  # noqa: ASYNC110
                # Any of many buyers may be the next.
                await asyncio.sleep(LOOKS_S)


def main() -> int:
    """Run, tell, and fail if anything is off."""
    parser = argparse.ArgumentParser(prog="python -m tests.interop.hostile")
    parser.add_argument("--buyers", type=int, default=60)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binds", type=int, default=3)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--pauses", action="store_true", help="see tests.crash.pauses")
    options = vars(parser.parse_args())
    plan = Plan(**options, faults=Faults(options["seed"]))
    with tempfile.TemporaryDirectory(prefix="dialcart-hostile-") as folder:
        done = asyncio.run(order(Path(folder), plan))
    sys.stdout.write(f"{done}\n")
    return 0 if done.right else 1


if __name__ == "__main__":
    sys.exit(main())
