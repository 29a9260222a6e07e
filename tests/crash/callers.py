"""Callers who order by keys while the process that carries their calls is killed, and what the books say afterwards.

    python -m tests.crash.callers DATABASE [POINT:PASSES]       the victim: carries calls until it is killed

The victim is the voice channel's own Call over the turn batch and SQLite; a caller presses what each text asks for and
writes down, on standard output, every order that was announced. Who was cut off calls again and goes on.
"""

import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from center.batch import TurnBatch
from center.contact import ContactKey
from center.shops import Shops
from ivr.channel.call import Call, Reached, Surroundings
from ivr.channel.notes import Notes
from store.sqlite import SqliteStore
from tests.crash.victim import Countdown, arm
from tests.flows.shops import NOON, program_of
from tests.ivr.channel.telephone import FakeHearing, FakeMedia, FakeVoice

CALLERS = 20
STOCK = 100_000
FLOW = f"""\
flow 1

shop Noodles
  number 400-800-1234
  sms code 1069
  languages en
  currency CNY
  channels voice, sms

catalog
  item 101 price 18.00 stock {STOCK} Beef noodles | beef

anywhere
  0 person -> bye
  * start over -> start

step start
  ask dish as product of catalog
    say Which dish?
  ask qty as number 1..20
    say How many?
  add qty of dish to cart
  set buyer.address = "12 Long Road"
  menu {{{{ cart.total|money }}}}.
    1 Confirm -> place
    2 Cancel -> bye

step place
  place order
    when sold out -> bye
    when failed -> bye
  say Order {{{{ order.number }}}} is placed.
  -> bye

step bye
  say Goodbye.
  goodbye
"""
POINTS = (None, "in commit", "after commit", None)
"""Where the victim is killed: at a random time, or at a point of tests.crash.victim."""
_ORDER = re.compile(r"Order ([A-Z]+\d+) is placed")


class Line:
    """A caller who does what is asked, and says what was announced."""

    def __init__(self, name: str, chance: random.Random) -> None:
        self.name = name
        self.call: Call | None = None
        self.done = asyncio.Event()
        self._chance = chance

    def hang_up(self, reason: str) -> None:
        self.done.set()

    def said(self, text: str) -> None:
        if found := _ORDER.search(text):
            sys.stdout.write(f"{self.name} {found[1]}\n")
            sys.stdout.flush()
        asyncio.get_running_loop().call_soon(self._press, text)

    def _press(self, text: str) -> None:
        assert self.call is not None
        if self.call.ended:
            # What is left of goodbye is heard.
            self.call.hang_up("goodbye")
            self.done.set()
        elif "Which dish" in text:
            self.call.pressed("101")
        elif "How many" in text:
            self.call.pressed(f"{self._chance.randint(1, 3)}#")
        elif "Confirm" in text or "Go on" in text:
            self.call.pressed("1")


async def carry(database: Path) -> None:
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

    async def caller(number: int) -> None:
        chance = random.Random(os.getpid() * 1_000 + number)
        while True:
            name = f"1380000{number:04d}"
            line = Line(name, chance)
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
    """More orders of a caller than were announced and than calls of theirs were cut off at their last key."""
    stock_off: int

    @property
    def right(self) -> bool:
        return not (self.absent or self.doubled or self.stock_off)


def crash_calls(folder: Path, kills: int, seed: int) -> CallBooks:
    """Kill the victim again and again, then count."""
    chance = random.Random(seed)
    database = folder / "calls.db"
    announced: list[tuple[str, str]] = []
    for number in range(kills):
        point = POINTS[number % len(POINTS)]
        words = [f"{point}:{chance.randint(2, 12)}"] if point else []
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
            said, _ = victim.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            victim.kill()
            said, _ = victim.communicate()
        announced += [tuple(line.split()) for line in said.splitlines() if line.count(" ") == 1]
    return _count(database, announced, kills)


def _count(database: Path, announced: list[tuple[str, str]], kills: int) -> CallBooks:
    store = SqliteStore(database)
    orders = store.orders("shop", limit=100_000)
    left = store.stock("shop")["101"]
    store.close()
    kept = {(order.buyer, order.number) for order in orders}
    by_caller, heard = Counter(buyer for buyer, _ in kept), Counter(buyer for buyer, _ in announced)
    # Killed between the commit and the announcement: once a kill, and the order is on disk with its SMS in the outbox.
    doubled = sum(max(0, by_caller[buyer] - heard[buyer] - kills) for buyer in by_caller)
    sold = sum(line.quantity for order in orders for line in order.lines)
    return CallBooks(
        kills,
        len(orders),
        len(announced),
        len(set(announced) - kept),
        doubled,
        abs(STOCK - sold - left),
    )


def main() -> None:
    """The victim."""
    if len(sys.argv) > 2:
        point, _, count = sys.argv[2].rpartition(":")
        arm(Countdown(point, int(count)))
    asyncio.run(carry(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
