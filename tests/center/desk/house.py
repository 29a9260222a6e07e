"""A shop with a switchboard and desks that remember what they were told, on a clock that a test moves."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from center.acd.agent import Agent
from center.acd.queue import Queue
from center.batch import TurnBatch
from center.calling_out import Reached
from center.contact import Arrival, ContactKey
from center.desk.card import Card, Recording
from center.desk.census import EVERYBODY, Census
from center.desk.deeds import TELLER
from center.desk.desk import RefusedError
from center.desk.person import HOUSE
from center.desk.queues import Queues
from center.desk.switchboard import Switchboard
from center.shops import Shops
from center.uap.gate import Gate
from flows.inputs import Input, Text
from store.journal import SqliteJournal
from store.memory import MemoryStore
from tests.flows.shops import NOON

BUYER, OTHER = "13800138000", "13900139000"


class Clock:
    """Time that a test moves; what is due on the way is called."""

    def __init__(self) -> None:
        self.now = float(NOON)
        self._due: list[tuple[float, int, list[Callable[[], object]]]] = []
        self._count = 0

    def later(self, delay_s: float, callback: Callable[[], object], /):
        self._count += 1
        call = [callback]
        heapq.heappush(self._due, (self.now + delay_s, self._count, call))

        class Handle:
            def cancel(self) -> None:
                call.clear()

        return Handle()

    def passes(self, seconds: float = 0.1) -> None:
        until = self.now + seconds
        while self._due and self._due[0][0] <= until:
            at, _, call = heapq.heappop(self._due)
            self.now = max(self.now, at)
            if call:
                call[0]()
        self.now = until


@dataclass
class Desk:
    """Remembers what it was told."""

    told: list[tuple] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    """By contact, when its stage ends by itself."""

    def presence(self, presence, reason):
        self.told.append(("presence", presence, reason))

    def offered(self, card, answer_by):
        self.cards[card.contact] = card
        self.told.append(("offered", card.contact))

    def withdrawn(self, contact, why):
        self.told.append(("withdrawn", contact))

    def stage(self, contact, stage, ends_at=0.0):
        self.told.append(("stage", contact, stage))
        self.ends[contact] = ends_at

    def card(self, card):
        self.cards[card.contact] = card
        self.told.append(("card", card.contact))

    def said(self, contact, who, text):
        self.told.append(("said", who, text))

    def refused(self, contact, why):
        self.told.append(("refused", str(why)))

    def ended(self, contact, why):
        self.told.append(("ended", contact))

    def close(self, why):
        self.told.append(("closed",))

    def take(self) -> list[tuple]:
        taken, self.told = self.told, []
        return taken


class Records:
    """See center.desk.ports.Records."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.contact, self.buyer, self.stock = store.contact, store.buyer, store.stock
        self.lines = store.talk

    def orders_of(self, seller, buyer, limit):
        return self.store.orders(seller, buyer=buyer, limit=limit)


class Voice:
    """Remembers what it was told; calls are up that the test says are up. See center.desk.ports.Voice."""

    def __init__(self) -> None:
        self.told: list[tuple] = []
        self.up: set[str] = set()
        self.calls: dict[str, str] = {}
        """By agent, the call that they have."""
        self.listening: dict[str, str] = {}
        """By softphone of a supervisor, the call that is heard."""
        self.phoned: dict[str, Callable[[Reached], object]] = {}
        self.phones = True
        self.recordings: list[str] = []
        self.lost: set[str] = set()
        """Agents whose headsets are not heard."""

    def __getattr__(self, name: str):
        return lambda *words: self.told.append((name, *words))

    def has_line(self, agent):
        return agent not in self.lost

    def watch(self, lost, found):
        self.watchers = lost, found

    def loses(self, agent: str) -> None:
        """The sound of a headset is gone."""
        self.lost.add(agent)
        self.watchers[0](agent)

    def finds(self, agent: str) -> None:
        """There is some again."""
        self.lost.discard(agent)
        self.watchers[1](agent)

    def connect(self, contact, agent):
        self.told.append(("connect", contact, agent))
        self.calls[agent] = contact

    def release(self, contact):
        self.told.append(("release", contact))
        self.calls = {agent: on for agent, on in self.calls.items() if on != contact}
        self.listening = {who: on for who, on in self.listening.items() if on != contact}

    def listen(self, ear, contact, mode):
        self.told.append(("listen", ear, contact, mode))
        self.listening[ear] = contact

    def listens(self, ear):
        return ear in self.listening

    def stop_listening(self, ear):
        self.told.append(("stop_listening", ear))
        self.listening.pop(ear, None)

    def call_with(self, agent):
        if agent not in self.calls:
            raise RefusedError("{agent} is on no call", agent=agent)
        return self.calls[agent]

    def is_up(self, contact):
        return contact in self.up

    def can_phone(self, number, allowed):
        return self.phones

    def phone(self, contact, errand, then):
        if not self.phones:
            raise RefusedError("no call can be made from here")
        assert not errand.opens
        self.told.append(("phone", contact, errand.code, errand.carrier))
        self.phoned[contact] = then

    def recorded(self, seller, texts):
        return tuple(
            Recording(x, "addr.1", 4.0) for x in self.recordings if any(x in t for t in texts)
        )

    def recording(self, contact, recording):
        return b"RIFF"

    def take(self) -> list[tuple]:
        taken, self.told = self.told, []
        return taken


def assert_counted_as_it_stands(house: House) -> None:
    """What pictures of the floor are made of is what a count of everything gives."""
    now, anew = house.switchboard.census, Census(house.switchboard.kept.router)
    anew.count()
    for counted, wanted in zip((*now.free, now.talking), (*anew.free, anew.talking), strict=True):
        assert +counted == +wanted
    assert min([0, *now.talking.values(), *(n for free in now.free for n in free.values())]) == 0
    pools = {person.agent.pool for person in house.switchboard.kept.router.people.values()}
    for pool in (*pools, EVERYBODY):
        assert now.names(pool) == anew.names(pool)
    assert {b.queue.name: b.waiting for b in now.fullest()} == {
        b.queue.name: b.waiting for b in anew.fullest()
    }
    assert [b.waiting for b in now.fullest()] == [b.waiting for b in anew.fullest()]
    assert (now.in_use, now.ready, now.waiting, now.talks) == (
        *(anew.in_use, anew.ready, anew.waiting, anew.talks),
    )


def with_wrap_up(wrap_up_s: float) -> Queues:
    """All queues leave an agent so long to write up."""
    return Queues({"*": Queue("*", "*", wrap_up_s=wrap_up_s)})


class House:
    """A shop with a switchboard."""

    def __init__(
        self,
        store: MemoryStore,
        journal: SqliteJournal,
        clock: Clock,
        queues: Queues | None = None,
        gate: Gate | None = None,
    ) -> None:
        self.store, self.journal, self.clock = store, journal, clock
        shops = Shops(store.published(), store.program)
        self.turns = TurnBatch(store, shops, later=clock.later)
        self.switchboard = Switchboard(
            self.turns,
            shops,
            Records(store),
            journal,
            later=clock.later,
            now=lambda: clock.now,
            queues=queues,
        )
        self.switchboard.sitting.gate = gate
        self.floor = self.switchboard.floor
        self.turns.open(TELLER, self.switchboard)
        self.turns.performer = self.switchboard
        for channel in ("sms", "voice", "ussd"):
            self.turns.open(channel, self)
        self.replies = []
        self.switchboard.start(
            [Agent(name, HOUSE, sms_slots=2) for name in ("li", "wang")],
            [(HOUSE, "shop")],
            store.awaited(),
        )
        clock.passes()

    def taken(self, taken):
        """The channels' own; texts go by the outbox."""
        self.replies += [one.reply for one in taken]

    def gives(self, given: Input, *, channel: str = "voice", buyer: str = BUYER) -> None:
        """A buyer does something on a channel."""
        key, at = ContactKey("shop", buyer, channel), int(self.clock.now)
        self.turns.add(Arrival(key, given, "4001", "trunk", b"", 0, at), None)
        self.clock.passes()

    def texts(self, *texts: str, buyer: str = BUYER) -> list[str]:
        """A buyer texts; what they are answered."""
        before = len(self.outbox(buyer))
        for text in texts:
            key = ContactKey("shop", buyer, "sms")
            at = int(self.clock.now)
            self.turns.add(Arrival(key, Text(text), "1069", "carrier", b"", 0, at), None)
            self.clock.passes()
        return self.outbox(buyer)[before:]

    def outbox(self, buyer: str) -> list[str]:
        texts = self.store.waiting_texts(0, 1_000)
        return [text.text for _, text in texts if text.destination == buyer]

    def sits(self, agent: str, *, ready: bool = True) -> Desk:
        desk = Desk()
        self.floor.sign_in(agent, desk)
        self.clock.passes()
        if ready:
            self.floor.ready(agent)
            self.clock.passes()
        desk.take()
        return desk

    def does(self, deed: Callable[..., None], *arguments: object) -> None:
        deed(*arguments)
        self.clock.passes()

    def answers(self, desk: Desk, agent: str) -> str:
        """Take the offer that rings; its contact."""
        contact = next(told[1] for told in desk.take() if told[0] == "offered")
        self.does(self.floor.accept, agent, contact)
        return contact
