"""Callers who order by keys while the process that carries their calls is killed, and what the books say afterwards.

    python -m tests.crash.callers DATABASE LIFE [POINT:PASSES]       the victim: carries calls until it is killed

The victim is the voice channel's own Call over the turn batch and SQLite; a caller presses what each text asks for and
writes down, on standard output, every order that was announced. Who was cut off calls again and goes on. No two
baskets hold as many pieces, so an order that is there twice is known for certain.
"""

import asyncio
import itertools
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from center.batch import TurnBatch
from center.contact import ContactKey
from center.shops import Shops
from ivr.channel.call import Call
from ivr.channel.notes import Notes
from ivr.channel.surroundings import Reached, Surroundings
from store.sqlite import SqliteStore
from tests.crash.harness import DIED_OF
from tests.crash.victim import Countdown, arm
from tests.flows.noodle_shop import noodle_basket
from tests.flows.shops import NOON, program_of
from tests.ivr.channel.telephone import FakeHearing, FakeMedia, FakeVoice

CALLERS = 20
STOCK = 900_000_000
PIECES_MAX = 99_999
A_LIFE = 2_000
"""Baskets of one life at most."""
DIES_S_MAX = 240.0
"""A point that is not passed so often by then is missed, which fails the run."""
FLOW = noodle_basket(stock=STOCK, pieces_max=PIECES_MAX)
POINTS = (None, "before commit", "in commit", "after commit")
"""Where the victim is killed: at a random time, or at a point of tests.crash.victim."""
_ORDER = re.compile(r"Order ([A-Z]+\d+) is placed")


class Line:
    """A caller who does what is asked, and says what was announced."""

    def __init__(self, name: str, pieces: Iterator[int]) -> None:
        self.name = name
        self.call: Call | None = None
        self.done = asyncio.Event()
        self._pieces = pieces

    def hang_up(self, reason: str) -> None:
        self.done.set()

    def said(self, text: str) -> None:
        if found := _ORDER.search(text):
            sys.stdout.write(f"{self.name} {found[1]}\n")
            sys.stdout.flush()
        asyncio.get_running_loop().call_soon(self._press, text)

    def enter(self, phase: str) -> None:
        """There is no platform here."""

    def may_hear(self) -> bool:
        return True

    def _press(self, text: str) -> None:
        assert self.call is not None
        if self.call.ended:
            # What is left of goodbye is heard.
            self.call.hang_up("goodbye")
            self.done.set()
        elif "Which dish" in text:
            self.call.pressed("101")
        elif "How many" in text:
            self.call.pressed(f"{next(self._pieces)}#")
        elif "Confirm" in text or "Go on" in text:
            self.call.pressed("1")


async def carry(database: Path, life: int) -> None:
    """Carry calls until killed."""
    store = SqliteStore(database)
    if not store.published():
        store.publish("shop", program_of("", FLOW), NOON)
    shops = Shops(store.published(), store.program)
    loop = asyncio.get_running_loop()
    turns = TurnBatch(store, shops, later=loop.call_later)
    turns.open("voice", _Told())
    tasks: set[asyncio.Task[None]] = set()

    def spawn(work):
        task = loop.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    around = Surroundings(
        turns, FakeMedia(), FakeHearing(), Notes(database.parent, lambda most: 1), loop.call_later,
        time.time, time.monotonic, spawn,
    )  # fmt: skip
    sys.stdout.write("ready\n")
    sys.stdout.flush()

    pieces = itertools.count(1 + life * A_LIFE)

    async def caller(number: int) -> None:
        while True:
            name = f"1380000{number:04d}"
            line = Line(name, pieces)
            reached = Reached(
                ContactKey("shop", name, "voice"), "4008001234", "trunk", number, "al"
            )
            line.call = Call(around, reached, line, FakeVoice(), shops.machine)
            line.call.begin()
            await line.done.wait()
            await asyncio.sleep(0.005)

    await asyncio.gather(*(caller(number) for number in range(CALLERS)))


class _Told:
    def taken(self, taken):
        for one in taken:
            if isinstance(one.ticket, Call):
                one.ticket.took(one)


@dataclass(frozen=True)
class CallBooks:
    """Each figure but the first three must be nought."""

    kills: int
    orders: int
    announced: int
    absent: int
    """Announced to a caller, and not on disk."""
    doubled: int
    """Orders of one basket, past the first."""
    stock_off: int
    missed: int
    """Kills at a point that was never passed."""

    @property
    def right(self) -> bool:
        return not (self.absent or self.doubled or self.stock_off or self.missed)


def crash_calls(folder: Path, kills: int, seed: int) -> CallBooks:
    """Kill the victim again and again, then count."""
    chance = random.Random(seed)
    database = folder / "calls.db"
    announced: list[tuple[str, str]] = []
    missed = 0
    for number in range(kills):
        point = POINTS[number % len(POINTS)]
        words = [str(number), *([f"{point}:{chance.randint(2, 12)}"] if point else [])]
        victim = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.callers", str(database), *words],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert victim.stdout is not None
        assert victim.stdout.readline() == "ready\n"
        if point is None:
            time.sleep(chance.uniform(0.05, 0.6))
            victim.kill()
        try:
            said, _ = victim.communicate(timeout=DIES_S_MAX)
        except subprocess.TimeoutExpired:
            missed += 1
            victim.kill()
            said, _ = victim.communicate()
        assert victim.returncode in DIED_OF, f"the victim ended by itself with {victim.returncode}"
        announced += [tuple(line.split()) for line in said.splitlines() if line.count(" ") == 1]
    return _count(database, announced, kills, missed)


def _count(database: Path, announced: list[tuple[str, str]], kills: int, missed: int) -> CallBooks:
    store = SqliteStore(database)
    orders = store.orders("shop", limit=100_000)
    left = store.stock("shop")["101"]
    store.close()
    kept = {(order.buyer, order.number) for order in orders}
    baskets = Counter(sum(line.quantity for line in order.lines) for order in orders)
    sold = sum(line.quantity for order in orders for line in order.lines)
    return CallBooks(
        kills,
        len(orders),
        len(announced),
        len(set(announced) - kept),
        sum(count - 1 for count in baskets.values()),
        abs(STOCK - sold - left),
        missed,
    )


def main() -> None:
    """The victim."""
    database, life, *die_at = sys.argv[1:]
    for words in die_at:
        point, _, count = words.rpartition(":")
        arm(Countdown(point, int(count)))
    asyncio.run(carry(Path(database), int(life)))


if __name__ == "__main__":
    main()
