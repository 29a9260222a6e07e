"""The turn batch: when it is due, whom it tells what, and outcomes that come later. Refusals are in tests.sms.test_channel."""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from center import batch as batches
from center.awaited import Awaited
from center.batch import OUTCOME_AGAIN_S, TurnBatch
from center.changes import HandOverRequest, OutgoingText
from center.contact import Arrival, ContactKey
from center.desk.heard import Heard
from center.ports import Batch, StoreFullError
from center.shops import Shops
from center.taken import Fate, Taken
from flows.effects import Effect, Goodbye, HandOver, Say
from flows.inputs import HungUp, Input, Keys, Opened, Outcome, Silence, Text
from store.memory import MemoryStore
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of

BUYER = "13800138000"


@dataclass
class Clock:
    """Calls that are due, which a test makes itself."""

    due: list[tuple[float, Callable[[], object]]] = field(
        default_factory=list[tuple[float, Callable[[], object]]]
    )

    def later(self, delay_s: float, callback: Callable[[], object], /) -> "Clock":
        self.due.append((delay_s, callback))
        return self

    def cancel(self) -> None:
        self.due.clear()


@dataclass
class Switchboard:
    """A channel that remembers what it was told."""

    told: list[Taken] = field(default_factory=list[Taken])

    def taken(self, taken: Sequence[Taken]) -> None:
        self.told += taken


@dataclass
class Desk:
    """A performer who hands over later."""

    asked: list[Awaited] = field(default_factory=list[Awaited])
    overheard: list[Heard] = field(default_factory=list[Heard])

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:
        return None if isinstance(effect, HandOver) else Outcome("failed")

    def turned_away(self, requests: Sequence[HandOverRequest]) -> None:
        raise AssertionError("nobody is turned away here")

    def heard(self, heard: Sequence[Heard]) -> None:
        self.overheard += heard

    def perform(self, awaited: Sequence[Awaited]) -> None:
        self.asked += awaited


@dataclass
class House:
    """A shop whose calls come by a switchboard."""

    store: MemoryStore | SqliteStore = field(default_factory=MemoryStore)
    clock: Clock = field(default_factory=Clock)
    calls: Switchboard = field(default_factory=Switchboard)
    desk: Desk = field(default_factory=Desk)
    disk: "Disk | None" = None

    def __post_init__(self) -> None:
        self.store.publish("shop", program_of(), NOON)
        shops = Shops(self.store.published(), self.store.program)
        self.turns = TurnBatch(
            self.store,
            shops,
            later=self.clock.later,
            performer=self.desk,
            aside=self.disk,
            linger_s=0.003,
        )
        self.turns.open("voice", self.calls)

    def call(self, given: Input, ticket: str = "call 1") -> Taken:
        self.turns.add(arrival(given), ticket)
        self.turns.flush()
        return self.calls.told[-1]


@dataclass
class Disk:
    """A disk that takes as long as a test likes."""

    waiting: list[tuple[Callable[[], None], Callable[[BaseException | None], None]]] = field(
        default_factory=list[tuple[Callable[[], None], Callable[[BaseException | None], None]]]
    )

    def run(self, work: Callable[[], None], done: Callable[[BaseException | None], None]) -> None:
        assert not self.waiting
        self.waiting.append((work, done))

    def wait(self) -> None:
        while self.waiting:
            work, done = self.waiting.pop()
            work()
            done(None)

    def fails(self, error: Exception) -> None:
        _, done = self.waiting.pop()
        done(error)


def arrival(given: Input, buyer: str = BUYER) -> Arrival:
    return Arrival(ContactKey("shop", buyer, "voice"), given, "4001234567", "trunk", b"", 0, NOON)


def said(taken: Taken) -> list[str]:
    assert taken.reply is not None
    return [text for text, _ in taken.reply.said()]


def test_a_batch_is_due_a_linger_after_its_first_arrival() -> None:
    house = House()
    for buyer in ("1", "2"):
        house.turns.add(arrival(Opened(), buyer), buyer)
    [(delay_s, flush)] = house.clock.due
    assert delay_s == 0.003
    assert house.calls.told == []
    flush()
    assert [(one.ticket, one.fate) for one in house.calls.told] == [
        ("1", Fate.KEPT),
        ("2", Fate.KEPT),
    ]


def test_a_channel_in_a_hurry_takes_the_others_along() -> None:
    house = House(disk=(disk := Disk()))
    house.turns.open("voice", house.calls, linger_s=0.001)
    house.turns.hold("sms", "held")
    assert [delay_s for delay_s, _ in house.clock.due] == [0.003]
    house.turns.add(arrival(Opened(), "1"), "1")
    house.turns.add(arrival(Opened(), "2"), "2")
    [(delay_s, begin)] = house.clock.due
    assert delay_s == 0.001
    house.clock.due.clear()
    begin()
    house.turns.add(arrival(Opened(), "3"), "3")
    house.turns.hold("sms", "held")
    disk.wait()
    assert [one.ticket for one in house.calls.told] == ["1", "2"]
    assert [delay_s for delay_s, _ in house.clock.due] == [0.0005]


def test_a_full_batch_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_MAX", 2)
    house = House()
    for buyer in ("1", "2", "3"):
        house.turns.add(arrival(Opened(), buyer), buyer)
    assert [delay_s for delay_s, _ in house.clock.due] == [0.0]


def test_what_comes_while_the_disk_is_waited_for_is_the_next_batch() -> None:
    disk = Disk()
    house = House(disk=disk)
    house.turns.add(arrival(Opened(), "1"), "1")
    house.clock.due.pop()[1]()
    house.turns.add(arrival(Opened(), "2"), "2")
    house.turns.hold("voice", "held")
    assert house.calls.told == []
    assert house.clock.due == []
    disk.wait()
    assert [one.ticket for one in house.calls.told] == ["1"]
    [(delay_s, begin)] = house.clock.due
    assert delay_s == house.turns.linger_s / 2
    begin()
    disk.wait()
    assert [one.ticket for one in house.calls.told] == ["1", "2", "held"]
    assert house.turns.counters.batches == 2


def test_a_flush_waits_for_the_disk_and_tells_all() -> None:
    house = House(disk=Disk())
    house.turns.add(arrival(Opened(), "1"), "1")
    house.clock.due.pop()[1]()
    house.turns.add(arrival(Opened(), "2"), "2")
    house.turns.flush()
    assert [(one.ticket, one.fate) for one in house.calls.told] == [
        ("1", Fate.KEPT),
        ("2", Fate.KEPT),
    ]


def test_what_the_disk_did_not_take_is_refused() -> None:
    disk = Disk()
    house = House(disk=disk)
    house.turns.add(arrival(Opened(), "1"), "1")
    house.clock.due.pop()[1]()
    disk.fails(StoreFullError("the disk is full"))
    assert [(one.ticket, one.fate) for one in house.calls.told] == [("1", Fate.REFUSED)]
    assert house.turns.counters.batches == 0


class Broken:
    """A channel that cannot bear what it is told."""

    def taken(self, taken: Sequence[Taken]) -> None:
        raise RuntimeError(f"{len(taken)} were too many")


def test_a_channel_that_fails_keeps_no_other_from_being_told() -> None:
    house = House(disk=(disk := Disk()))
    texts: list[str] = []
    house.turns.send_texts_by(lambda sent: texts.extend(text.text for _, text in sent))
    house.turns.open("ussd", Broken())
    text = OutgoingText("carrier", "1069", BUYER, "hello", NOON, "shop")
    house.turns.hold("ussd", "held", texts=[text])
    house.turns.add(arrival(Opened(), "1"), "1")
    house.clock.due.pop()[1]()
    house.turns.add(arrival(Opened(), "2"), "2")
    with pytest.raises(RuntimeError, match="1 were too many"):
        disk.wait()
    assert [one.ticket for one in house.calls.told] == ["1"]
    assert texts == ["hello"]
    [(_, begin)] = house.clock.due
    begin()
    disk.wait()
    assert [one.ticket for one in house.calls.told] == ["1", "2"]


def test_a_buyer_whose_row_cannot_be_read_holds_up_nobody_else(tmp_path: Path) -> None:
    house = House(store=SqliteStore(tmp_path / "shop.db"))
    with contextlib.closing(sqlite3.connect(tmp_path / "shop.db")) as spoiled, spoiled:
        spoiled.execute("insert into buyers select id, ?, 0, x'c1' from sellers", (BUYER,))
    house.turns.add(arrival(Opened(), "1"), "1")
    house.turns.add(arrival(Opened(), BUYER), "spoiled")
    house.turns.add(arrival(Opened(), "2"), "2")
    house.turns.flush()
    fates = {one.ticket: one.fate for one in house.calls.told}
    assert fates == {"1": Fate.KEPT, "spoiled": Fate.SET_ASIDE, "2": Fate.KEPT}
    house.store.close()


def test_a_call_is_told_what_to_say_and_what_the_buyer_may_press() -> None:
    house = House()
    first = house.call(Opened())
    assert said(first) == ["要什么？"]
    assert first.reply is not None
    assert first.reply.expected is not None
    assert first.reply.expected.type == "product"
    assert first.reply.expected.keys == ("1", "2", "0")
    second = house.call(Keys("1"))
    assert second.reply is not None
    assert second.reply.expected is not None
    assert (second.reply.expected.type, second.reply.expected.digits_max) == ("number", 1)
    menu = house.call(Keys("2"))
    assert menu.reply is not None
    assert menu.reply.expected is not None
    assert menu.reply.expected.keys == ("1", "2", "0")
    placed = house.call(Keys("1"))
    assert placed.reply is not None
    assert placed.reply.ended
    assert placed.reply.expected is None
    assert isinstance(placed.reply.effects[-1], Goodbye)
    assert house.store.orders("shop")[0].total == 500
    assert house.store.waiting_texts(0, 10) == []


def test_silence_and_a_hang_up_are_arrivals_too() -> None:
    house = House()
    house.call(Opened())
    assert len(said(house.call(Silence()))) == 2
    assert said(house.call(HungUp())) == []


def test_a_hand_over_is_awaited_and_its_outcome_goes_on() -> None:
    house = House()
    house.call(Opened())
    waiting = house.call(Keys("0"))
    assert waiting.reply is not None
    assert waiting.reply.effects == (HandOver("sales"),)
    assert waiting.reply.expected is None
    assert not waiting.reply.ended
    [asked] = house.desk.asked
    assert house.store.awaited() == [asked]
    assert asked.key == f"shop/{BUYER}/voice/1/2"

    house.turns.settle(asked, Outcome("busy"), NOON)
    house.turns.flush()
    told = house.calls.told[-1]
    assert told.ticket is None
    assert told.arrival is not None
    assert told.arrival.contact == asked.contact
    assert said(told) == ["再见"]
    assert house.store.awaited() == []


def test_an_outcome_that_comes_twice_or_for_an_older_session_is_dropped() -> None:
    house = House()
    house.call(Opened())
    house.call(Keys("0"))
    [asked] = house.desk.asked
    house.turns.settle(asked, Outcome("busy"), NOON)
    house.turns.settle(asked, Outcome("busy"), NOON)
    house.turns.flush()
    assert [one.reply is None for one in house.calls.told[-2:]] == [False, True]
    house.call(Opened())
    house.call(Keys("0"))
    house.turns.settle(asked, Outcome("busy"), NOON)
    house.turns.flush()
    assert house.calls.told[-1].reply is None
    assert house.store.awaited() == [house.desk.asked[-1]]


class Full:
    """A store without room."""

    def batch(self, arrivals: Sequence[Arrival]) -> AbstractContextManager[Batch]:
        raise StoreFullError("the disk is full")


def test_an_outcome_that_a_full_disk_refused_is_tried_again() -> None:
    house = House()
    house.call(Opened())
    house.call(Keys("0"))
    house.turns.store = Full()
    house.clock.due.clear()
    house.turns.settle(house.desk.asked[0], Outcome("busy"), NOON)
    house.turns.flush()
    assert house.calls.told[-1].fate is Fate.REFUSED
    [(delay_s, again)] = house.clock.due
    assert delay_s == OUTCOME_AGAIN_S
    house.turns.store = house.store
    again()
    house.turns.flush()
    assert said(house.calls.told[-1]) == ["再见"]


def test_what_is_held_is_kept_and_told_in_its_place() -> None:
    house = House()
    sent: list[tuple[int, OutgoingText]] = []
    house.turns.send_texts_by(sent.extend)
    text = OutgoingText("", "1069", BUYER, "hello", NOON)
    house.turns.hold("voice", "first", notes={"voice/a": b"1"}, texts=(text,))
    house.turns.add(arrival(Opened()), "second", notes={"voice/a": None, "voice/b": b"2"})
    house.turns.flush()
    assert [one.ticket for one in house.calls.told] == ["first", "second"]
    assert house.store.notes("voice/") == {"voice/b": b"2"}
    assert sent == [(1, text)]


def test_a_say_in_another_language_bears_its_language() -> None:
    flow = """
step start
  say 你好
    en: Hello
  menu
    1 English -> english

step english
  set lang = "en"
  say 你好
    en: Hello
  goodbye

step agent
  goodbye
"""
    house = House()
    house.store.publish("shop", program_of(flow), NOON)
    house.turns.shops = Shops(house.store.published(), house.store.program)
    first = house.call(Opened())
    assert first.reply is not None
    assert [language for _, language in first.reply.said()] == ["zh", "zh"]
    second = house.call(Keys("1"))
    assert second.reply is not None
    assert Say("Hello") in second.reply.effects
    assert list(second.reply.said()) == [("Hello", "en")]


@pytest.mark.parametrize("one_by_one", [False, True])
def test_what_was_there_before_is_told_as_found(tmp_path: Path, one_by_one: bool) -> None:
    house = House(SqliteStore(tmp_path / "shop.db"))
    texts = Switchboard()
    house.turns.open("sms", texts)
    if one_by_one:
        with contextlib.closing(sqlite3.connect(tmp_path / "shop.db")) as spoiled, spoiled:
            spoiled.execute("insert into buyers select id, ?, 0, x'c1' from sellers", ("spoiled",))
    key = ContactKey("shop", BUYER, "sms")
    for stamp, doubt in ((10, ()), (20, ((10, 11),)), (30, ())):
        one = Arrival(key, Text("2"), "1069", "carrier", b"12345678", stamp, NOON, doubt=doubt)
        house.turns.add(one, stamp)
        other = replace(one, contact=replace(key, buyer="1"), key=b"another!", stamp=stamp + 1)
        house.turns.add(replace(other, doubt=()), stamp + 1)
        house.turns.add(arrival(Opened(), "spoiled"), None)
        house.turns.flush()
    assert [one.ticket for one in texts.told if one.fate is Fate.FOUND] == [20]
    assert {one.fate for one in texts.told if one.ticket != 20} == {Fate.KEPT}
    assert (Fate.KEPT in {one.fate for one in house.calls.told}) is not one_by_one
    house.store.close()


def after_a_first(folder: Path) -> tuple[House, Disk, Switchboard, Arrival]:
    """A house that has a buyer's first word on disk."""
    house = House(SqliteStore(folder / "shop.db"), disk=(disk := Disk()))
    texts = Switchboard()
    house.turns.open("sms", texts)
    key = ContactKey("shop", BUYER, "sms")
    first = Arrival(key, Text("2"), "1069", "carrier", b"12345678", 10, NOON)
    house.turns.add(first, "first")
    house.turns.flush()
    return house, disk, texts, first


def test_what_was_there_before_is_told_so_though_the_disk_takes_nothing(tmp_path: Path) -> None:
    house, disk, texts, first = after_a_first(tmp_path)
    house.turns.add(replace(first, stamp=20, doubt=((10, 11),)), "again")
    house.turns.add(replace(first, stamp=30, key=b"another!"), "another")
    house.clock.due.pop()[1]()
    disk.fails(StoreFullError("the disk is full"))
    assert [(one.ticket, one.fate) for one in texts.told] == [
        ("first", Fate.KEPT),
        ("again", Fate.REFUSED_FOUND),
        ("another", Fate.REFUSED),
    ]
    house.store.close()


def test_what_was_there_before_is_told_so_though_it_came_while_the_disk_was_found_full(
    tmp_path: Path,
) -> None:
    house, disk, texts, first = after_a_first(tmp_path)
    other = ContactKey("shop", "1", "sms")
    house.turns.add(replace(first, contact=other, stamp=20, key=b"another!"), "another")
    house.clock.due.pop()[1]()
    house.turns.add(replace(first, stamp=30, doubt=((10, 11),)), "again")
    house.turns.add(replace(first, stamp=40, key=b"a third!"), "new")
    disk.fails(StoreFullError("the disk is full"))
    assert [(one.ticket, one.fate) for one in texts.told[1:]] == [
        ("another", Fate.REFUSED),
        ("again", Fate.REFUSED_FOUND),
        ("new", Fate.REFUSED),
    ]
    house.store.close()
