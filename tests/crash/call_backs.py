"""Telephones that ring once and are called back, while the shop that calls them is killed and started again.

    python -m tests.crash.call_backs --seconds 60

Each buyer hangs up before the answer, waits to be called, and then picks up and orders, is busy at first, lets it ring, declines, or has told
the shop STOP before. Promised (decision 0070) and held here: whoever missed the shop and was told so long enough before a kill is called; none
oftener than TRIES_MAX times; none again who was reached; none who said STOP; who picks up a call that no kill falls on gets to order; and of
what they order nothing is lost or doubled.

A shop that is killed every few seconds takes no order at all: ringing, eight keys and a goodbye take seven. So each lives until SPARED calls of its
own have ended in an order, and is killed at some time in the next one.

What was long enough before a kill is told by what is on disk, not by a clock: batches are kept in their order, so a call that was missed
before one whose note is there has its note too. A try whose key is there, and whose end is not, was cut off: it may never have rung.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from center.call_backs import NOTE, TRIES_MAX, CallBack, Step
from ivr.channel.outgoing import NOTE as DIALLED
from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.errors import CommandError
from ivr.sip.events import Cause, Ended, Incoming, Progress, SipEvent
from ivr.sip.flow import Flow
from ivr.sip.numbers import AllowList
from ivr.sip.offer import LocalMedia, answer, make_offer
from ivr.sip.settings import Settings
from ivr.sip.trunk import Trunk, networks
from store.sqlite import SqliteStore
from tests.crash.harness import ROOT
from tests.crash.impatient import AGAIN_AFTER_S
from tests.crash.phoned import Phoned, command, phoned
from tests.crash.telephone import ENDS_S_MAX, Telephone
from tests.crash.telephone_shop import NUMBER, ORDERS_ALONE, Shop
from tests.ports import own_port
from tests.quiet_hours import not_now

AT_ONCE = 4
"""Buyers who begin at once."""
WAIT_MAX = 12
"""Nobody begins while so many wait to be called: a few seconds' calls, and not a backlog that is worked off after the last kill."""
STOPPED = 3
"""Buyers who told the shop STOP."""
SPARED = (0, 1, 2)
"""Calls that end in an order before the kill: one of these many."""
SPARED_S_MAX = 60.0
"""Where so many do not, the shop is killed all the same."""
KILLED_AFTER_S = 2.5
"""Then; half of it to half as much again, which is less than a call takes."""
LOOKS_S = 0.05
HEARD_S = 0.1
"""After a kill: what the shop sent lies in our socket, and is read."""
RINGS_S = 0.3
LAST_CALLS_S_MAX = 240.0
"""After the last kill, on a machine that is busy with other tests. Who is not called by then is not forgotten, but not settled."""
MORE_S_MAX = 300.0
"""A machine that is busy has so long more to come to what a run wants at least."""
FINISHED_S_MAX = 90.0
"""After the last key. The shop asks a hundred times, so that its goodbye is an order's; on a machine that is busy it comes late."""


class Does(StrEnum):
    """What a buyer does when called."""

    ORDERS = "orders"
    BUSY_FIRST = "is busy at first"
    LETS_RING = "lets it ring"
    DECLINES = "declines"


@dataclass
class Buyer:
    """One number: what it does, and what happened to it."""

    pieces: int
    does: Does
    stopped: bool = False
    missed: int = 0
    """Its place among those of whom the shop said that it knows; 0: it did not."""
    told: bool = False
    """It must not be forgotten: it is on disk, or what was missed after it is."""
    lost: bool = False
    """The shop was killed before it had it on disk."""
    rung: int = 0
    cut_off: int = 0
    """Tries of which the key was on disk at a kill, and which have not rung."""
    answered: int = 0
    """Calls that were picked up or declined."""
    rung_after: int = 0
    """Calls after one that it ordered by."""
    ordered: bool = False
    flashed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def number(self) -> str:
        """Each has its own."""
        return f"139{self.pieces:08d}"

    @property
    def is_open(self) -> bool:
        """Whether it is missed, and what became of that is not known yet."""
        return self.missed > 0 and not (self.told or self.lost or self.stopped)

    @property
    def is_called(self) -> bool:
        """As often as it may be, or until it was reached."""
        return self.answered > 0 or self.rung + self.cut_off >= TRIES_MAX

    @property
    def waits(self) -> bool:
        """Whether the shop will call."""
        return self.missed > 0 and not (self.lost or self.stopped or self.is_called)


@dataclass
class CallBackBooks:
    """What came of all buyers. Those after `again` must be nought."""

    kills: int = 0
    missed: int = 0
    called: int = 0
    """Calls to them."""
    again: int = 0
    """Of them, to one who had been called before."""
    forgotten: int = 0
    """Missed and known to be, and never called."""
    unsettled: int = 0
    """Who still waited to be called after LAST_CALLS_S_MAX: nothing is known of them."""
    rung_too_often: int = 0
    rung_after: int = 0
    """Called again, though they had ordered."""
    rung_though_stopped: int = 0
    finished: int = 0
    """Calls that were picked up, ordered by, and told goodbye."""
    cut_off: int = 0
    """Calls that were picked up to order by, and a kill fell on."""
    held_up: int = 0
    """The keys came too late for one answer: this machine was busy, and the buyer hung up."""
    unfinished: Counter[str] = field(default_factory=Counter[str])
    """Calls that no kill fell on, and that did not end in an order: how each ended. There must be none."""
    phoned: Phoned = field(default_factory=Phoned)

    @property
    def right(self) -> bool:
        """Whether all that is promised held."""
        return self.phoned.right and not (
            self.forgotten
            or self.unsettled
            or self.rung_too_often
            or self.rung_after
            or self.rung_though_stopped
            or self.unfinished
        )

    def __str__(self) -> str:
        return (
            f"{self.kills} shops killed while they called back: {self.missed} calls missed, {self.called} calls made, {self.again} of them again; "
            f"forgotten {self.forgotten}, not settled in {LAST_CALLS_S_MAX:.0f} s {self.unsettled}, rung too often {self.rung_too_often}, after an order {self.rung_after}, "
            f"after STOP {self.rung_though_stopped}; to order by {self.finished} of those picked up, {self.cut_off} cut off by a kill, {self.held_up} held up, "
            f"unfinished {dict(self.unfinished) or 0}; {self.phoned}"
        )


class Town:
    """All buyers, on one SIP endpoint that the shop's trunk leads to."""

    def __init__(self, shop_port: int, port: int, books: CallBackBooks) -> None:
        self.buyers: dict[str, Buyer] = {}
        self.books = books
        self.missed = 0
        """Calls so far of which the shop said that it missed them."""
        self._flashes: dict[str, Buyer] = {}
        self._phones: dict[str, Telephone] = {}
        self._cut_off: set[str] = set()
        """Calls that ring or talk, and whose shop is dead."""
        self._calls: set[str] = set()
        """That ring or talk."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._shop = AllowList((NUMBER,))
        peer = Flow("udp", "127.0.0.1", shop_port)
        trunk = Trunk("shop", networks("127.0.0.0/8"), peer=peer, allowed=self._shop)
        self.endpoint = Endpoint(
            Settings(),
            [trunk],
            self,
            listen=[Listen("udp", "127.0.0.1", port)],
            chance=random.Random(),
        )

    def received(self, events: Sequence[SipEvent]) -> None:
        """See ivr.signalling.endpoint.Handler."""
        for event in events:
            match event:
                case Progress(call) if call in self._flashes:
                    # It rings: that was it.
                    self.endpoint.hang_up(call)
                case Ended(call, cause, status, reason):
                    if (buyer := self._flashes.pop(call, None)) is not None:
                        if status == 487:
                            self.missed += 1
                            buyer.missed = self.missed
                        buyer.flashed.set()
                    elif (phone := self._phones.pop(call, None)) is not None:
                        phone.cause, phone.reason = cause, reason
                        phone.over.set()
                case Incoming():
                    buyer = self.buyers[event.dialled]
                    buyer.rung += 1
                    buyer.rung_after += buyer.ordered
                    task = asyncio.create_task(self._called(event, buyer))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                case _:
                    pass

    async def flash(self, buyer: Buyer) -> None:
        """Let it ring once."""
        self.buyers[buyer.number] = buyer
        local = LocalMedia("127.0.0.1", 9, ("PCMA",))
        try:
            call = self.endpoint.dial(
                "shop", NUMBER, make_offer(local), self._shop, caller=buyer.number
            )
            self._flashes[call] = buyer
            await asyncio.wait_for(buyer.flashed.wait(), ENDS_S_MAX)
        except (CommandError, TimeoutError):
            # The shop was dead. Nobody was told anything.
            return

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is being called."""
        return not self._tasks

    @property
    def waiting(self) -> int:
        """Who will be called."""
        return sum(buyer.waits for buyer in self.buyers.values())

    def cut_off(self) -> None:
        """The shop is dead, and what it had sent is read: who rings or talks now is not spoken to any more."""
        self._cut_off |= self._calls
        for call in self._calls & self._phones.keys():
            self._phones.pop(call).over.set()

    async def _called(self, incoming: Incoming, buyer: Buyer) -> None:
        call, is_first = incoming.call, buyer.rung == 1
        self._calls.add(call)
        try:
            self.endpoint.progress(call)
            await asyncio.sleep(RINGS_S)
            if buyer.does is Does.BUSY_FIRST and is_first:
                self.endpoint.refuse(call, 486)
            elif buyer.does is Does.LETS_RING:
                # As a switch does for a telephone that rings too long.
                await asyncio.sleep(RINGS_S)
                self.endpoint.refuse(call, 480)
            elif buyer.does is Does.DECLINES:
                buyer.answered += 1
                self.endpoint.refuse(call, 603)
            else:
                buyer.answered += 1
                await self._order(incoming, buyer)
        except CommandError:
            # The shop that called gave up; or is dead.
            if call not in self._cut_off:
                self.books.unfinished["given up while it rang"] += 1
        finally:
            self._calls.discard(call)
            self._cut_off.discard(call)

    async def _order(self, incoming: Incoming, buyer: Buyer) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as audio:
            audio.bind(("127.0.0.1", 0))
            audio.setblocking(False)
            local = LocalMedia("127.0.0.1", audio.getsockname()[1], ("PCMA",))
            phone = Telephone(buyer.pieces, local, audio)
            assert incoming.offer is not None
            ours, agreed = answer(incoming.offer, local)
            phone.there = agreed.host, agreed.port
            self._phones[incoming.call] = phone
            self.endpoint.answer(incoming.call, ours)
            try:
                await phone.order(FINISHED_S_MAX)
            except TimeoutError:
                self._phones.pop(incoming.call, None)
                self.endpoint.hang_up(incoming.call)
            self._note(incoming.call, buyer, phone)

    def _note(self, call: str, buyer: Buyer, phone: Telephone) -> None:
        """What came of a call that was picked up to order by."""
        books = self.books
        if phone.keyed and phone.cause is Cause.HUNG_UP and '"goodbye"' in phone.reason:
            buyer.ordered = True
            books.finished += 1
        elif call in self._cut_off:
            books.cut_off += 1
        elif not phone.keyed:
            books.held_up += 1
        else:
            books.unfinished[f"{phone.cause}: {phone.reason}"] += 1


async def crash_under_call_backs(
    folder: Path, seconds: float, seed: int, speech: Path | None = None, *, at_least: int = 0
) -> CallBackBooks:
    """Have buyers be called back for so long, kill the shop now and then, and count.

    `at_least`: so many are called back again and so many order, and so many shops are killed, however long that takes.
    """
    chance, books, port = random.Random(seed), CallBackBooks(), own_port()
    shop = Shop(
        folder,
        own_port(),
        speech or folder / "speech",
        program=("-m", "tests.crash.impatient"),
        flow=ORDERS_ALONE,
        shop=f"  rings 4s\n  call back 139*\n  quiet hours {not_now()}\n",
        voice='call_back = ["139*"]\ncall_backs_an_hour = 100000\n',
        trunk=f'peer = "127.0.0.1:{port}"',
    )
    town = Town(shop.port, port, books)
    await town.endpoint.start()
    await shop.start()
    coming = people(chance)
    stopped = [next(coming) for _ in range(STOPPED)]
    await asyncio.gather(*(stop(shop, buyer) for buyer in stopped))
    coming = itertools.chain(stopped, coming)
    ends = time.monotonic() + seconds

    def is_over() -> bool:
        now = time.monotonic()
        again = sum(buyer.rung > 1 for buyer in town.buyers.values())
        is_enough = min(books.finished, books.kills, again) >= at_least
        return now > ends and (is_enough or now > ends + MORE_S_MAX)

    async def ring() -> None:
        while not is_over():
            if town.waiting < WAIT_MAX:
                await town.flash(next(coming))
            await asyncio.sleep(chance.uniform(0.5, 2))

    async def killer() -> None:
        while not is_over():
            spared = books.finished + chance.choice(SPARED)
            patience_ends = time.monotonic() + SPARED_S_MAX
            while books.finished < spared and time.monotonic() < patience_ends:  # noqa: ASYNC110
                await asyncio.sleep(LOOKS_S)
            await asyncio.sleep(KILLED_AFTER_S * chance.uniform(0.5, 1.5))
            books.kills += 1
            await shop.kill()
            await asyncio.sleep(HEARD_S)
            town.cut_off()
            database = folder / "calls.db"
            find(list(town.buyers.values()), notes(database), keys(database))
            await shop.start()

    await asyncio.gather(killer(), *(ring() for _ in range(AT_ONCE)))
    books.unsettled = await through(folder / "calls.db", town)
    await town.endpoint.close()
    await shop.stop()
    count(folder / "calls.db", list(town.buyers.values()), books)
    return books


def people(chance: random.Random) -> Iterator[Buyer]:
    """As many as come; each has its own number, and orders as many pieces."""
    for place in itertools.count():
        does = chance.choice([Does.ORDERS, Does.ORDERS, *Does])
        yield Buyer(place + 1, does, place < STOPPED)


async def stop(shop: Shop, buyer: Buyer) -> None:
    """Tell the shop that one wants to hear nothing of it."""
    words = ["cli.py", "phone", "--to", "1069", "--from", buyer.number]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, "--port", str(shop.control_port),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await process.communicate(b"STOP\n")


async def through(database: Path, town: Town) -> int:
    """Wait until nobody waits to be called; how many do at last."""
    ends = time.monotonic() + LAST_CALLS_S_MAX
    while True:
        await asyncio.sleep(AGAIN_AFTER_S / 2)
        kept = notes(database)
        # Nobody was killed since these were missed: they are on disk, or will be.
        missed = {buyer.number for buyer in town.buyers.values() if buyer.is_open}
        waiting = missed - kept.keys()
        waiting |= {number for number, note in kept.items() if note.step is not Step.OVER}
        if (town.is_quiet and not waiting) or time.monotonic() > ends:
            for number in missed & kept.keys():
                town.buyers[number].told = True
            return len(waiting)


def find(buyers: Sequence[Buyer], kept: Mapping[str, CallBack], dialled: Collection[str]) -> None:
    """What a shop that was killed has left on disk: whose calls it must not forget, and whose tries were cut off."""
    last = max((buyer.missed for buyer in buyers if buyer.number in kept), default=0)
    tries = defaultdict[str, list[str]](list)
    for key in dialled:
        tries[number_of(key)].append(key)
    for buyer in buyers:
        note, of_buyer = kept.get(buyer.number), tries[buyer.number]
        if note is not None and is_cut_off(note, of_buyer):
            buyer.cut_off = max(buyer.cut_off, min(buyer.cut_off + 1, len(of_buyer) - buyer.rung))
        buyer.told |= note is not None
        if buyer.is_open:
            buyer.told = buyer.missed <= last
            buyer.lost = not buyer.told


def is_cut_off(note: CallBack, tries: Collection[str]) -> bool:
    """Whether the last of a number's tries has begun, and has not ended."""
    key = f"/{note.missed_at}/{note.tries}"
    return note.step is not Step.OVER and any(one.endswith(key) for one in tries)


def number_of(key: str) -> str:
    """Whom a key dials: it is the seller, the number, the channel, when the call was missed, and which try it is."""
    return key.split("/")[-4]


def keys(database: Path) -> Collection[str]:
    """What has been dialled."""
    store = SqliteStore(database)
    try:
        return {name.removeprefix(DIALLED) for name in store.notes(DIALLED)}
    finally:
        store.close()


def notes(database: Path) -> dict[str, CallBack]:
    """What the shop keeps of call-backs, by number."""
    store = SqliteStore(database)
    try:
        kept = store.notes(NOTE)
    finally:
        store.close()
    decode = msgspec.msgpack.Decoder(CallBack).decode
    return {name.rpartition("/")[2]: decode(value) for name, value in kept.items()}


def count(database: Path, buyers: Sequence[Buyer], books: CallBackBooks) -> None:
    """Hold what happened against what is on disk."""
    kept = notes(database)
    for buyer in buyers:
        books.missed += buyer.missed > 0
        books.called += buyer.rung
        books.again += max(buyer.rung - 1, 0)
        books.rung_too_often += buyer.rung > TRIES_MAX
        books.rung_after += buyer.rung_after
        if buyer.stopped:
            books.rung_though_stopped += buyer.rung
            continue
        note = kept.get(buyer.number)
        is_over = note is not None and note.step is Step.OVER
        # Who still waits is not settled; one that rang when the shop died, and was not picked up by then, is called again.
        books.forgotten += buyer.told and (note is None or (is_over and not buyer.is_called))
    store = SqliteStore(database)
    for buyer in buyers[:STOPPED]:
        known = store.buyer("shop", buyer.number)
        assert known is not None, "no STOP came in"
        assert known.opted_out, "no STOP was heard"
    store.close()
    books.phoned = phoned(
        database,
        [buyer.number for buyer in buyers if buyer.ordered],
        {buyer.number: buyer.pieces for buyer in buyers},
    )


if __name__ == "__main__":
    sys.exit(command("call_backs", crash_under_call_backs))
