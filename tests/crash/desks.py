"""Agents at their desks while the shop is killed and stopped at random: no buyer is with two of them, and no desk has too many.

    python -m tests.crash.desks --stops 30 --seed 1

`dialcart serve` with its pages and a carrier. Buyers text for a person, again and again; desks are WebSockets that answer, let ring, finish
and write up, and come back when their connection breaks. Some stops are short; others are longer than a desk rings, than a desk waits for a
sign of life before it gives its connection up, and than the carrier waits for an answer. Counted is what desks were shown: who was
with two agents for longer than it takes to tell them, and which desk had more than it may; then the same in the journal; and at the
end, buyers who were never served.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from commands.kept_files import journal_file, people_file
from sms.smsc.handset import Heard
from sms.smsc.phone import Phone
from sms.smsc.server import Settings, Smsc
from store.people import People
from tests.crash.fenced import Books as JournalBooks
from tests.crash.fenced import Truth
from tests.crash.harness import ROOT
from tests.ports import own_port
from web.accounts.password import hash_password

CODE, PASSWORD = "1069", "correct horse"
AGENTS, BUYERS = 5, 14
SMS_SLOTS = 2
RINGS_S = 0.7
ALIVE_S, ALIVE_WAITS_S = 0.5, 1.0
"""A desk asks for a sign of life so often, and gives its connection up after so long without."""
RUNS_S = (0.3, 1.0)
SHORT_S, LONG_S = (0.02, 0.3), (1.6, 2.5)
TOLD_S = 1.5
"""Two desks are told one after the other: what they show is compared when the shop has run for so long."""
LOOK_S = 0.05
OPENS_S_MAX = 240.0
SERVED_S_MAX = 120.0
"""Buyers of whom none is served for so long never will be."""
ASKS = ("person", "human", "somebody", "assistant", "operator")
"""A buyer says another of these each time: the same twice may after a crash be taken for a message that is brought again (decision 0030)."""
FLOW = f"""\
flow 1

shop Crash test
  languages en
  currency CNY
  channels sms
  sms code {CODE}

catalog
  item 1 price 2.50 stock 1000 Apple

anywhere
  0 {" | ".join(ASKS)} -> agent
  STOP -> stop

step start
  ask what as product of catalog
    say What would you like?
  -> start

step agent
  hand over to sales
    when closed -> later
    when busy -> later
    when timeout -> later
  say Served
  goodbye

step later
  say Later
  goodbye

step stop
  set buyer.opted_out = yes
  goodbye
"""
SETTINGS = """\
sellers = ["{folder}/shop"]
[store]
database = "{folder}/shop.db"
[[carrier]]
name = "carrier"
host = "127.0.0.1"
port = {port}
system_id = "dialcart"
[carrier.timers]
enquire_link_s = 0.7
response_s = 1.0
[web]
port = {web}
[limits]
messages_per_sender = 0
ussd_per_sender = 0
messages_per_prefix = 0
[[queue]]
name = "*"
answer_s = {rings_s}
wrap_up_s = 0.5
step = []
[log]
format = "text"
level = "warning"
"""


@dataclass
class Books:
    """What was counted."""

    kills: int = 0
    short: int = 0
    long: int = 0
    offered: int = 0
    not_answered: int = 0
    served: int = 0
    broken: int = 0
    """Connections that a desk gave up or lost."""
    two_agents: int = 0
    too_many: int = 0
    never_served: int = 0
    journal: JournalBooks = field(default_factory=JournalBooks)

    @property
    def right(self) -> bool:
        """Whether nothing is off."""
        return not (self.two_agents or self.too_many or self.never_served) and self.journal.right

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.short} short and {self.long} long stops; {self.offered} offers at desks, {self.not_answered} not answered,"
            f" {self.served} buyers served, {self.broken} connections broken; with two agents {self.two_agents}, desks with too many"
            f" {self.too_many}, never served {self.never_served}; in {self.journal.records} records of the journal with two agents"
            f" {self.journal.two_agents}, slots with two contacts {self.journal.two_contacts}"
        )


@dataclass
class Desk:
    """One agent's page."""

    name: str
    address: str
    books: Books
    chance: random.Random
    holds: dict[str, str] = field(default_factory=dict[str, str])
    """What it shows: contacts, and how they stand."""
    _line: ClientConnection | None = None
    _waits: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def sit(self) -> None:
        """Be there until cancelled."""
        cookie = ""
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                cookie = cookie or await asyncio.to_thread(self._sign_in)
                async with connect(
                    f"ws://{self.address}/desk/line",
                    origin=f"http://{self.address}",  # type: ignore[arg-type]
                    additional_headers={"cookie": cookie},
                    ping_interval=ALIVE_S,
                    ping_timeout=ALIVE_WAITS_S,
                ) as line:
                    self._line = line
                    async for told in line:
                        self._hear(json.loads(told))
            self.books.broken += self._line is not None
            self._line = None
            self.holds.clear()
            await asyncio.sleep(0.1)

    def _sign_in(self) -> str:
        request = urllib.request.Request(
            f"http://{self.address}/sign-in",
            json.dumps({"name": self.name, "password": PASSWORD}).encode(),
            {"origin": f"http://{self.address}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.headers["set-cookie"].partition(";")[0]

    def _later(self, delay_s: float, **words: str) -> None:
        async def say(line: ClientConnection) -> None:
            await asyncio.sleep(delay_s)
            with contextlib.suppress(WebSocketException):
                await line.send(json.dumps(words))

        if self._line is not None:
            task = asyncio.create_task(say(self._line))
            self._waits.add(task)
            task.add_done_callback(self._waits.discard)

    def _hear(self, told: dict) -> None:
        contact, soon_s = str(told.get("contact", "")), self.chance.uniform(0, 0.3)
        match told["kind"]:
            case "presence" if told["presence"] == "not ready":
                self.books.not_answered += told["reason"] == "no answer"
                self._later(soon_s, kind="ready")
            case "offered":
                contact = str(told["card"]["contact"])
                self.holds[contact] = "offered"
                self.books.offered += 1
                if self.chance.random() < 0.8:
                    self._later(soon_s, kind="accept", contact=contact)
            case "stage":
                self.holds[contact] = told["stage"]
                if told["stage"] == "talking":
                    self._later(soon_s, kind="finish", contact=contact)
                elif told["stage"] == "wrap-up":
                    self._later(soon_s, kind="wrap up", contact=contact, code="other")
            case "withdrawn" | "ended":
                self.holds.pop(contact, None)
            case _:
                pass


@dataclass
class Buyer:
    """Texts for a person, is served, and does so again."""

    phone: Phone
    books: Books
    waits: bool = False
    stopping: bool = False
    asked: int = 0

    def ask(self) -> None:
        self.waits = True
        self.asked += 1
        self.phone.text(CODE, ASKS[self.asked % len(ASKS)])

    def hear(self, heard: Heard) -> None:
        if not self.waits or not heard.text.startswith(("Served", "Later")):
            return
        self.books.served += heard.text.startswith("Served")
        if heard.text.startswith("Later"):
            asyncio.get_running_loop().call_later(0.3, self.ask)
            return
        self.waits = False
        if not self.stopping:
            self.ask()


class Watch:
    """Compares what desks show, as long as the shop runs."""

    def __init__(self, desks: list[Desk], books: Books) -> None:
        self.runs = True
        self._desks = desks
        self._books = books
        self._odd: dict[str, float] = {}
        """What looks wrong, and for how many seconds of a running shop."""

    async def look(self) -> None:
        """Until cancelled."""
        before = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_S)
            now = time.monotonic()
            # A machine that is busy keeps us from hearing what was told long ago.
            spent_s, before = min(now - before, 2 * LOOK_S), now
            if self.runs:
                self._compare(spent_s)

    def _compare(self, spent_s: float) -> None:
        odd: dict[str, float] = {}
        held: dict[str, int] = {}
        for desk in self._desks:
            for contact in desk.holds:
                held[contact] = held.get(contact, 0) + 1
        two = [contact for contact, count in held.items() if count > 1]
        full = [desk.name for desk in self._desks if len(desk.holds) > SMS_SLOTS]
        for name in (*two, *full):
            odd[name] = for_s = self._odd.get(name, 0.0) + spent_s
            if for_s - spent_s < TOLD_S <= for_s:
                self._books.two_agents += name in two
                self._books.too_many += name in full
        self._odd = odd


class Shop:
    """The shop of a folder, in one process after another. As a context it leaves none behind."""

    def __init__(self, folder: Path, smsc: Smsc) -> None:
        self._folder = folder
        self._smsc = smsc
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Shop:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None:
            await self.kill()

    async def start(self) -> None:
        """Return when it is bound to its carrier. Raises TimeoutError."""
        words = ["cli.py", "serve", "--config", str(self._folder / "dialcart.toml")]
        with (self._folder / "log.txt").open("ab") as log:
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable,
                *words,
                cwd=ROOT,
                env={**os.environ, "DIALCART_CARRIER_CARRIER_PASSWORD": "dialcart"},
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(OPENS_S_MAX):
            while not self._smsc.network.exchange.binds:
                assert process.returncode is None, (self._folder / "log.txt").read_text()[-2_000:]
                await asyncio.sleep(LOOK_S)

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def kill(self) -> None:
        """However it is: stopped, or dead already."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def end(self) -> None:
        """As an operator ends it. Raises TimeoutError."""
        assert self._process is not None
        self._process.terminate()
        await asyncio.wait_for(self._process.wait(), OPENS_S_MAX)


async def run(folder: Path, stops: int, seed: int, *, served: int = 0) -> Books:
    """Buyers, desks and stops in a folder of their own; at least so many buyers are served, and some offer is not answered, where anybody is."""
    chance, books = random.Random(seed), Books()
    web = own_port()
    (folder / "shop").mkdir()
    (folder / "shop" / "seller.flow").write_text(FLOW)
    people = People(people_file(folder / "shop.db"))
    for n in range(AGENTS):
        agent = Agent(f"agent{n}", HOUSE, sms_slots=SMS_SLOTS)
        people.keep(Person(agent, "agent", hash_password(PASSWORD)))
    people.close()
    async with Smsc(Settings(port=0)) as smsc, Shop(folder, smsc) as shop:
        words = SETTINGS.format(folder=folder, port=smsc.port, web=web, rings_s=RINGS_S)
        (folder / "dialcart.toml").write_text(words)
        desks = [
            Desk(f"agent{n}", f"127.0.0.1:{web}", books, random.Random(seed * 100 + n))
            for n in range(AGENTS)
        ]
        watch = Watch(desks, books)
        tasks = [asyncio.create_task(desk.sit()) for desk in desks]
        tasks.append(asyncio.create_task(watch.look()))
        await shop.start()
        async with asyncio.timeout(OPENS_S_MAX):
            while any(desk._line is None for desk in desks):  # noqa: ASYNC110, SLF001
                await asyncio.sleep(LOOK_S)
        buyers: list[Buyer] = []
        for n in range(BUYERS):
            buyer = Buyer(
                Phone(smsc.network, f"138{n:08d}", lambda h, n=n: buyers[n].hear(h)), books
            )
            buyers.append(buyer)
            buyer.ask()
        for _ in range(stops):
            await asyncio.sleep(chance.uniform(*RUNS_S))
            roll = chance.random()
            watch.runs = False
            if roll < 0.25:
                await shop.kill()
                books.kills += 1
                await shop.start()
            else:
                shop.signal(signal.SIGSTOP)
                await asyncio.sleep(chance.uniform(*(SHORT_S if roll < 0.6 else LONG_S)))
                shop.signal(signal.SIGCONT)
                books.short += roll < 0.6
                books.long += roll >= 0.6
            watch.runs = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SERVED_S_MAX):
                while books.served < served or (served and not books.not_answered):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_S)
        for buyer in buyers:
            buyer.stopping = True
        before, since = books.served, time.monotonic()
        while any(buyer.waits for buyer in buyers) and time.monotonic() - since < SERVED_S_MAX:
            await asyncio.sleep(LOOK_S)
            if books.served > before:
                before, since = books.served, time.monotonic()
        books.never_served = sum(buyer.waits for buyer in buyers)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await shop.end()
    Truth(books.journal).follow(journal_file(folder / "shop.db"))
    return books


def main() -> int:
    """Run, tell, and fail if anything is off."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.desks")
    parser.add_argument("--stops", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dialcart-desks-") as folder:
        books = asyncio.run(run(Path(folder), given.stops, given.seed))
    sys.stdout.write(f"{books}\n")
    return 0 if books.right else 1


if __name__ == "__main__":
    sys.exit(main())
