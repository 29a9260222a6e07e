"""Texts that wait in the outbox: each carrier's in their order, and none behind another carrier's."""

import random
from collections.abc import Callable

import pytest

from center import backlog as module
from center import waiting_phones
from center.backlog import Backlog, Texts
from center.changes import Changes, OutgoingText
from center.text_news import Stage, TextNews
from store.memory import MemoryStore
from tests.flows.shops import NOON


class Way:
    """An outbox, carriers that may be full, and what was given to them."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.full: set[str] = set()
        self.busy: set[str] = set()
        """Carriers that have no room for what waits."""
        self.room = 1_000
        self.given: list[tuple[str, str]] = []
        self.due: list[Callable[[], None]] = []
        self.may_read = True
        self.backlog = Backlog(
            self.store.waiting_texts,
            self.store.waiting_phones,
            lambda texts: self.given.extend((text.carrier, text.text) for _, text in texts),
            is_full=lambda carrier: carrier in self.full,
            room=lambda carrier: 0 if carrier in self.full | self.busy else self.room,
            may_read=lambda: self.may_read,
            soon=self.due.append,
        )

    def keep(self, *texts: str) -> None:
        """Texts such as "a1", to carrier a, or "a1 to 139"."""
        kept = [
            OutgoingText(text[0], "1069", text.partition(" to ")[2] or "138", text.split()[0], NOON)
            for text in texts
        ]
        with self.store.batch([]) as batch:
            batch.commit(Changes(texts=kept))

    def tell(self, *texts: str) -> None:
        """The same, and they are told of."""
        self.keep(*texts)
        self.backlog.tell(self.store.waiting_texts(0, 1_000)[-len(texts) :])

    def read_all(self) -> int:
        """In how many turns of the loop."""
        self.backlog.read_on()
        turns = 1
        while self.due:
            self.due.pop()()
            turns += 1
        return turns

    def of(self, carrier: str) -> list[str]:
        return [text for name, text in self.given if name == carrier]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_MAX", 2)


def test_texts_of_a_carrier_with_room_go_past_those_of_a_full_one() -> None:
    way = Way()
    way.full = {"a"}
    way.tell("a1", "b1", "a2")
    way.tell("b2", "a3")
    assert way.given == [("b", "b1"), ("b", "b2")]
    way.full = set()
    # Not before what waits: its place is behind them.
    way.tell("a4", "b3")
    assert way.of("a") == []
    way.read_all()
    assert (way.of("a"), way.of("b")) == (["a1", "a2", "a3", "a4"], ["b1", "b2", "b3"])
    way.tell("a5")
    assert way.of("a")[4:] == ["a5"]


def test_what_an_earlier_run_left_of_a_full_carrier_holds_up_no_other() -> None:
    way = Way()
    way.full = {"a"}
    way.keep("a1", "a2", "a3", "a4", "b1", "a5", "b2")
    way.backlog.begin(0)
    way.tell("b3")
    assert way.given == []
    way.read_all()
    assert (way.of("a"), way.of("b")) == ([], ["b1", "b2", "b3"])
    way.tell("b4", "a6")
    way.full = set()
    way.read_all()
    assert (way.of("a"), way.of("b")) == (
        ["a1", "a2", "a3", "a4", "a5", "a6"],
        ["b1", "b2", "b3", "b4"],
    )


def test_a_carrier_that_is_full_again_goes_on_where_it_was() -> None:
    way = Way()
    way.full = {"a", "b"}
    way.tell("a1", "b1", "a2", "b2", "a3")
    way.full = {"b"}
    way.backlog.read_on()
    way.full = {"a"}
    way.read_all()
    assert way.given == [("a", "a1"), ("b", "b1"), ("b", "b2")]
    way.full = set()
    way.read_all()
    assert way.of("a") == ["a1", "a2", "a3"]


def test_a_text_that_was_read_before_it_is_told_of_goes_once_and_none_is_left_out() -> None:
    way = Way()
    way.full = {"a"}
    way.tell("a1")
    way.full = set()
    # A batch is on disk, and something settles while the channels are told.
    way.keep("a2", "b1")
    way.read_all()
    way.backlog.tell(way.store.waiting_texts(0, 1_000)[1:])
    assert (way.of("a"), way.of("b")) == (["a1", "a2"], ["b1"])


def test_what_was_given_and_not_taken_is_given_again_in_its_place() -> None:
    way = Way()
    way.tell("a1", "b1", "a2", "a3")
    [one, *_] = way.store.waiting_texts(0, 1)
    way.store.note_texts([TextNews(one[0], Stage.SENT)])
    way.backlog.leave(way.store.waiting_texts(0, 10))
    way.tell("a4")
    way.given.clear()
    way.read_all()
    assert (way.of("a"), way.of("b")) == (["a2", "a3", "a4"], ["b1"])


def test_nothing_is_read_while_it_may_not_be() -> None:
    way = Way()
    way.keep("a1")
    way.backlog.begin(0)
    way.may_read = False
    way.backlog.read_on()
    assert way.given == []
    way.may_read = True
    way.backlog.read_on()
    assert way.of("a") == ["a1"]


def test_a_part_at_a_time() -> None:
    way = Way()
    way.keep(*(f"a{n}" for n in range(5)))
    way.backlog.begin(0)
    assert way.read_all() == 3
    assert way.of("a") == [f"a{n}" for n in range(5)]


def test_a_new_text_goes_before_all_that_waits_but_for_its_own_phones() -> None:
    way = Way()
    way.busy = {"a"}
    way.full = {"a"}
    way.tell("a1", "a2 to 139")
    way.full = set()
    way.tell("a3 to 140", "a4 to 139", "a5 to 140")
    assert way.of("a") == ["a3", "a5"]
    way.busy = set()
    way.read_all()
    assert way.of("a") == ["a3", "a5", "a1", "a2", "a4"]
    way.tell("a6 to 139")
    assert way.of("a")[5:] == ["a6"]


def test_a_phone_whose_texts_were_given_is_new_again_while_others_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting_phones, "STRETCH", 2)
    way = Way()
    way.full = {"a"}
    way.tell(*(f"a{n} to {n}" for n in range(1, 7)))
    way.full, way.room = set(), 2
    way.backlog.read_on()
    way.due.clear()
    way.tell("a7 to 1", "a8 to 6")
    assert way.of("a") == ["a1", "a2", "a7"]


def test_what_an_earlier_run_left_is_looked_through_before_what_is_new_goes_past_it() -> None:
    way = Way()
    way.keep("a1", "a2 to 139", "a3 to 140")
    way.busy = {"a"}
    way.backlog.begin(0)
    way.tell("a4 to 141", "a5 to 139")
    assert way.given == []
    way.read_all()
    assert way.of("a") == ["a4"]
    way.tell("a6 to 140", "a7 to 141")
    assert way.of("a") == ["a4", "a7"]
    way.busy = set()
    way.read_all()
    assert way.of("a") == ["a4", "a7", "a1", "a2", "a3", "a5", "a6"]


def test_after_a_start_what_is_new_does_not_wait_until_what_was_there_has_gone() -> None:
    way = Way()
    way.keep(*(f"a{n} to {n}" for n in range(1, 7)))
    way.backlog.begin(0)
    way.tell("a7 to 7", "a8 to 6")
    # In the first turn of the loop.
    way.backlog.read_on()
    assert way.of("a") == ["a7"]
    way.read_all()
    while way.due:
        way.due.pop()()
    assert way.of("a") == ["a7", "a1", "a2", "a3", "a4", "a5", "a6", "a8"]


def test_phones_are_read_in_parts_and_none_of_those_that_wait_goes_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LOOK_MAX", 2)
    way = Way()
    way.keep("a1 to 1", "a2 to 2", "a3 to 3")
    way.backlog.begin(0)
    way.tell("a4 to 3", "a5 to 5")
    way.backlog.read_on()
    assert way.given == []
    way.tell("a6 to 1", "a7 to 7")
    way.read_all()
    while way.due:
        way.due.pop()()
    assert way.of("a") == ["a5", "a7", "a1", "a2", "a3", "a4", "a6"]


def test_what_waits_has_its_share_while_new_texts_fill_its_carrier(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PASSED_MAX", 3)
    monkeypatch.setattr(module, "PASSED_ROOM", 1)
    way = Way()
    way.full = {"a"}
    way.tell("a1", "a2")
    way.full, way.busy = set(), {"a"}
    for number in range(3, 10):
        way.tell(f"a{number} to {number}")
        way.read_all()
    assert way.of("a") == ["a3", "a4", "a5", "a1", "a6", "a7", "a8", "a2", "a9"]


def test_what_is_as_full_as_may_be_lets_nothing_past() -> None:
    way = Way()
    way.full = {"a"}
    way.tell("a1")
    way.tell("a2 to 139")
    assert way.given == []


class Carriers(Way):
    """Carriers that take so many texts at a time, and give back what comes after."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance
        self.can_take = {"a": 3, "b": 3}
        self.taken: list[tuple[int, OutgoingText]] = []
        self.under_way: list[int] = []
        self.backlog = Backlog(
            self.store.waiting_texts,
            self.store.waiting_phones,
            self.take,
            is_full=lambda carrier: carrier in self.full,
            room=lambda carrier: (
                0 if carrier in self.full | self.busy else self.chance.randrange(4)
            ),
            may_read=lambda: True,
            soon=self.due.append,
        )

    def take(self, texts: Texts) -> None:
        left: list[tuple[int, OutgoingText]] = []
        without: set[str] = set()
        for one in texts:
            carrier = one[1].carrier
            if carrier in without or not self.can_take[carrier]:
                without.add(carrier)
                left.append(one)
                continue
            self.can_take[carrier] -= 1
            self.taken.append(one)
            self.under_way.append(one[0])
        if left:
            self.backlog.leave(left)

    def settle(self) -> None:
        """Some of what is under way is through, in any order."""
        self.chance.shuffle(self.under_way)
        count = self.chance.randrange(len(self.under_way) + 1)
        through, self.under_way = self.under_way[:count], self.under_way[count:]
        self.store.note_texts([TextNews(text, Stage.SENT) for text in through])
        self.backlog.settled(through)

    def run(self, ops: int) -> None:
        """Whatever may happen, and then everything comes to its end."""
        chance, told = self.chance, 0
        self.keep(*self.some(5))
        self.backlog.begin(0)
        for _ in range(ops):
            match chance.randrange(6):
                case 0:
                    self.keep(*self.some(3))
                    if chance.random() < 0.3:
                        self.backlog.read_on()
                    texts = self.store.waiting_texts(told, 1_000)
                    if texts:
                        told = texts[-1][0]
                        self.backlog.tell(texts)
                case 1:
                    self.full = {name for name in "ab" if chance.random() < 0.3}
                    self.busy = {name for name in "ab" if chance.random() < 0.3}
                case 2:
                    self.can_take = {name: chance.randrange(5) for name in "ab"}
                case 3:
                    self.settle()
                case 4 if self.due:
                    self.due.pop(0)()
                case _:
                    self.backlog.read_on()
        self.full, self.busy = set(), set()
        self.can_take = dict.fromkeys("ab", 10_000)
        for _ in range(1_000):
            self.backlog.read_on()
            while self.due:
                self.due.pop()()
        self.store.note_texts([TextNews(text, Stage.SENT) for text in self.under_way])

    def some(self, most: int) -> list[str]:
        chance = self.chance
        return [
            f"{chance.choice('ab')} to {chance.randrange(4)}"
            for _ in range(1 + chance.randrange(most))
        ]


def test_whatever_happens_each_text_is_taken_once_and_each_phones_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting_phones, "STRETCH", 3)
    monkeypatch.setattr(waiting_phones, "SHORT_STRETCHES", 2)
    monkeypatch.setattr(module, "PASSED_MAX", 3)
    for seed in range(300):
        # Of what an earlier run left all is looked through at once, or in several parts while more comes.
        monkeypatch.setattr(module, "LOOK_MAX", 1 + seed % 7)
        monkeypatch.setattr(module, "READ_MAX", 1 + seed % 5)
        way = Carriers(random.Random(seed))
        way.run(60)
        ids = [text_id for text_id, _ in way.taken]
        assert len(ids) == len(set(ids)), seed
        assert way.store.waiting_texts(0, 10) == [], seed
        for carrier in "ab":
            for phone in "0123":
                of_phone = [
                    text_id
                    for text_id, text in way.taken
                    if (text.carrier, text.destination) == (carrier, phone)
                ]
                assert of_phone == sorted(of_phone), seed
