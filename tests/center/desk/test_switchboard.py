"""The switchboard: buyers handed over by a flow, agents at desks, all of it kept; stories on a clock that a test moves."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from center.acd.agent import Agent
from center.acd.events import ContactArrived
from center.acd.journal import decode
from center.batch import TurnBatch
from center.contact import Arrival, ContactKey
from center.desk.card import BasketLine, Card
from center.desk.desk import RefusedError
from center.desk.person import HOUSE
from center.desk.switchboard import AWAY_S, NEXT_WORD_S, RELOAD_S, TELLER, Switchboard
from center.ports import StoreFullError
from center.shops import Shops
from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.gate import Gate
from center.uap.models import model
from flows.inputs import Text
from store.journal import SqliteJournal
from store.memory import MemoryStore
from tests.flows.shops import NOON, ORDER, SHOP, program_of

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

    def presence(self, presence, reason):
        self.told.append(("presence", presence, reason))

    def offered(self, card, answer_by):
        self.cards[card.contact] = card
        self.told.append(("offered", card.contact))

    def withdrawn(self, contact, why):
        self.told.append(("withdrawn", contact))

    def stage(self, contact, stage):
        self.told.append(("stage", contact, stage))

    def card(self, card):
        self.cards[card.contact] = card
        self.told.append(("card", card.contact))

    def said(self, contact, who, text):
        self.told.append(("said", who, text))

    def refused(self, contact, why):
        self.told.append(("refused", why))

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


class House:
    """A shop with a switchboard."""

    def __init__(self, store: MemoryStore, journal: SqliteJournal, clock: Clock) -> None:
        self.store, self.journal, self.clock = store, journal, clock
        shops = Shops(store.published(), store.program)
        self.turns = TurnBatch(store, shops, later=clock.later)
        self.floor = Switchboard(
            self.turns,
            shops,
            Records(store),
            journal,
            later=clock.later,
            now=lambda: clock.now,
        )
        self.turns.open(TELLER, self.floor)
        self.turns.performer = self.floor
        self.turns.open("sms", self)
        self.floor.start(
            [Agent(name, HOUSE, sms_slots=2) for name in ("li", "wang")],
            [(HOUSE, "shop")],
            store.awaited(),
        )
        clock.passes()

    def taken(self, taken):
        """The text channel's own; texts go by the outbox."""

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


@pytest.fixture
def store():
    opened = MemoryStore()
    opened.publish("shop", program_of(ORDER, SHOP), NOON)
    return opened


@pytest.fixture
def journal(tmp_path):
    opened = SqliteJournal(tmp_path / "floor")
    yield opened
    opened.close()


@pytest.fixture
def house(store, journal):
    return House(store, journal, Clock())


def test_without_anybody_signed_in_the_flow_goes_on_at_once(house: House):
    assert house.texts("苹果", "人工")[-1] == "再见"
    assert house.store.awaited() == []


def test_a_buyer_is_offered_answered_and_written_with(house: House):
    desk = house.sits("li")
    house.texts("苹果", "2", "人工")
    card = next(iter(desk.cards.values()))
    assert card.basket == (BasketLine("1", 2),)
    assert (card.shop, card.queue, card.number, card.step) == ("小店", "sales", BUYER, "agent")
    assert "> 苹果" in card.transcript
    contact = house.answers(desk, "li")
    assert ("stage", contact, "talking") in desk.take()

    assert house.texts("有人吗？") == []
    assert desk.take() == [("said", "buyer", "有人吗？")]
    house.does(house.floor.write, "li", contact, "您好！")
    assert house.outbox(BUYER)[-1] == "您好！"
    assert desk.take() == [("said", "agent", "您好！")]

    house.does(house.floor.finish, "li", contact)
    assert desk.take() == [("stage", contact, "wrap-up")]
    house.does(house.floor.wrap_up, "li", contact, "question", "about apples")
    assert desk.take() == [("ended", contact)]
    assert house.store.awaited() == []
    lines = house.store.talk(ContactKey("shop", BUYER, "sms"), 1)
    assert "> 有人吗？" in lines
    assert "# agent: 您好！" in lines
    assert "# li: [question] about apples" in lines


def test_an_agent_orders_for_the_buyer_in_the_transaction_that_reserves_the_stock(house: House):
    desk = house.sits("li")
    house.texts("苹果", "2", "人工")
    contact = house.answers(desk, "li")
    house.does(house.floor.basket, "li", contact, [BasketLine("1", 1), BasketLine("2", 1)])
    assert desk.cards[contact].basket == (BasketLine("1", 1), BasketLine("2", 1))
    house.does(house.floor.order, "li", contact, "文三路1号")

    (order,) = house.store.orders()
    assert (order.total, order.address, order.buyer) == (1_250, "文三路1号", BUYER)
    assert house.store.stock("shop") == {"1": 4, "2": 0}
    assert order.number in house.outbox(BUYER)[-1]
    assert ("said", "shop", house.outbox(BUYER)[-1]) in desk.take()
    assert desk.cards[contact].basket == ()
    assert desk.cards[contact].orders[0].number == order.number

    house.does(house.floor.basket, "li", contact, [BasketLine("2", 1)])
    desk.take()
    house.does(house.floor.order, "li", contact, "文三路1号")
    assert desk.take() == [("refused", "Sold out: 2")]
    assert len(house.store.orders()) == 1


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        (lambda floor, at: floor.order("li", at, " "), "address"),
        (lambda floor, at: floor.basket("li", at, [BasketLine("9", 1)]), "no product 9"),
        (lambda floor, at: floor.basket("li", at, [BasketLine("1", 0)]), "one or more"),
        (lambda floor, at: floor.hold("li", at), "no call"),
        (lambda floor, at: floor.transfer("li", at, "queue", "nobody"), "there are: sales"),
        (lambda floor, at: floor.transfer("li", at, "agent", "wang"), "takes nobody"),
        (lambda floor, at: floor.transfer("li", at, "step", "nowhere"), "no step nowhere"),
        (lambda floor, at: floor.finish("wang", at), "not with you"),
        (lambda floor, at: floor.wrap_up("li", at, "other", ""), "not with you"),
        (lambda floor, at: floor.sign_in("nobody", Desk()), "dialcart people add"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_could(house: House, deed, why):
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")

    with pytest.raises(RefusedError, match=why):
        deed(house.floor, contact)


def test_an_offer_that_nobody_answers_goes_to_the_next(house: House):
    first, second = house.sits("li"), house.sits("wang")
    house.texts("人工")
    assert [told[0] for told in first.take()] == ["offered"]
    house.clock.passes(16)

    assert [told[0] for told in first.take()] == ["presence", "withdrawn"]
    assert [told[0] for told in second.take()] == ["offered"]


def test_a_declined_offer_pauses_who_declined(house: House):
    desk = house.sits("li")
    house.texts("人工")
    contact = desk.take()[0][1]
    house.does(house.floor.decline, "li", contact)

    assert desk.take() == [("presence", "not ready", "declined"), ("withdrawn", contact)]


def test_who_waits_is_told_how_long_and_gives_up_after_the_queues_limit(house: House):
    desk = house.sits("li", ready=False)
    assert house.texts("人工") == []
    house.clock.passes(NEXT_WORD_S)
    assert all("分钟" in text for text in house.outbox(BUYER)[-2:])
    house.clock.passes(600)

    assert house.outbox(BUYER)[-1] == "再见"
    assert house.store.awaited() == []
    assert desk.take() == []


def test_a_buyer_is_handed_on_to_an_agent_and_back_into_the_flow(house: House):
    first, second = house.sits("li"), house.sits("wang", ready=False)
    house.texts("苹果", "2", "人工")
    contact = house.answers(first, "li")
    first.take()
    house.does(house.floor.ready, "wang")
    house.does(house.floor.transfer, "li", contact, "agent", "wang")
    assert first.take() == [("ended", contact)]
    moved = house.answers(second, "wang")
    assert moved == f"{contact}#2"
    house.texts("还在吗")
    assert ("said", "buyer", "还在吗") in second.take()

    house.does(house.floor.transfer, "wang", moved, "step", "take")
    assert ("ended", moved) in second.take()
    assert house.outbox(BUYER)[-1].startswith("共10.00")
    assert house.texts("1")[-1].startswith("订单A0001")


def test_a_desk_that_comes_back_is_told_everything_anew(house: House):
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.floor.sign_out("li", desk)
    house.clock.passes(RELOAD_S + 1)
    again = Desk()
    house.does(house.floor.sign_in, "li", again)

    assert ("card", contact) in again.told
    assert ("stage", contact, "talking") in again.told
    assert ("presence", "ready", "") in again.told


def test_a_desk_that_stays_away_gives_its_buyers_back(house: House):
    desk, other = house.sits("li"), house.sits("wang", ready=False)
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.floor.sign_out("li", desk)
    house.clock.passes(AWAY_S + 1)
    house.does(house.floor.ready, "wang")

    assert house.answers(other, "wang") == f"{contact}#2"


def test_who_signs_in_elsewhere_leaves_the_first_desk(house: House):
    desk = house.sits("li")
    house.sits("li", ready=False)
    house.texts("人工")

    assert desk.take() == [("closed",)]


def test_after_a_crash_talks_and_offers_stand_as_they_stood(house: House, store, journal):
    desk = house.sits("li")
    house.texts("苹果", "2", "人工")
    contact = house.answers(desk, "li")
    house.texts("人工", buyer=OTHER)
    house.clock.passes()

    restarted = House(store, journal, house.clock)
    again = Desk()
    restarted.does(restarted.floor.sign_in, "li", again)
    assert ("stage", contact, "talking") in again.told
    assert "offered" in [told[0] for told in again.told]
    restarted.texts("还在吗")
    assert ("said", "buyer", "还在吗") in again.take()


def test_a_hand_over_that_the_journal_missed_is_made_up_for(house: House, store, journal, tmp_path):
    house.sits("li")
    house.texts("人工")
    short = SqliteJournal(tmp_path / "short")
    short.append([r for r in journal.records() if not isinstance(decode(r), ContactArrived)])
    restarted = House(store, short, house.clock)
    desk = Desk()
    restarted.does(restarted.floor.sign_in, "li", desk)

    assert "offered" in [told[0] for told in desk.told]
    short.close()


def test_a_talk_whose_session_the_store_has_let_go_is_closed(house: House, journal, tmp_path):
    desk = house.sits("li")
    house.texts("人工")
    house.answers(desk, "li")
    other = MemoryStore()
    other.publish("shop", program_of(ORDER, SHOP), NOON)
    restarted = House(other, journal, house.clock)

    assert restarted.floor.view().queues[0].talking == 0
    assert restarted.floor.view().agents[0].contacts == ()


def test_a_journal_that_is_full_delays_and_loses_nothing(house: House, journal, monkeypatch):
    desk = house.sits("li")
    with monkeypatch.context() as patch:

        def full(records):
            raise StoreFullError("no room")

        patch.setattr(journal, "append", full)
        house.texts("人工")
        house.clock.passes(2)
        assert desk.take() == []
    house.clock.passes(2)

    assert [told[0] for told in desk.take()] == ["offered"]


def test_a_supervisor_sees_queues_and_agents(house: House):
    desk = house.sits("li")
    house.sits("wang", ready=False)
    house.texts("人工")
    house.answers(desk, "li")
    house.clock.passes(30)
    view = house.floor.view()

    (queue,) = view.queues
    assert (queue.waiting, queue.talking, queue.ready, queue.service_level) == (0, 1, 1, 1.0)
    assert [(a.agent, a.presence, len(a.contacts)) for a in view.agents] == [
        ("li", "ready", 1),
        ("wang", "not ready", 0),
    ]


def test_stop_works_while_an_agent_has_the_buyer(house: House):
    desk = house.sits("li")
    house.texts("人工")
    house.answers(desk, "li")

    assert "退订" in house.texts("TD")[-1]


def test_an_agent_takes_a_seat_of_the_platform_and_gives_it_back_when_gone(house):
    of = model("UAP2100")
    capacity = Capacity()
    capacity.add_chassis("1", of)
    capacity.insert(Place("1", 1), "GPU", 0.0)
    house.floor.gate = Gate(capacity, lambda: house.clock.now)
    for n in range(of.boards["GPU"].gives["seats"].whole - 1):
        house.floor.gate.seat(f"other {n}")
    desk = house.sits("li")
    with pytest.raises(RefusedError, match="all seats of the platform are taken"):
        house.floor.sign_in("wang", Desk())
    house.does(house.floor.sign_out, "li", desk)
    house.clock.passes(AWAY_S)
    house.sits("wang")
