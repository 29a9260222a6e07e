"""Texts that wait in the outbox: each carrier's in their order, and none behind another carrier's."""

from collections.abc import Callable

import pytest

from center import backlog as module
from center.backlog import Backlog
from center.changes import Changes, OutgoingText
from center.text_news import Stage, TextNews
from store.memory import MemoryStore
from tests.flows.shops import NOON


class Way:
    """An outbox, carriers that may be full, and what was given to them."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.full: set[str] = set()
        self.given: list[tuple[str, str]] = []
        self.due: list[Callable[[], None]] = []
        self.may_read = True
        self.backlog = Backlog(
            self.store.waiting_texts,
            lambda texts: self.given.extend((text.carrier, text.text) for _, text in texts),
            is_full=lambda carrier: carrier in self.full,
            may_read=lambda: self.may_read,
            soon=self.due.append,
        )

    def keep(self, *texts: str) -> None:
        """Texts such as "a1", to carrier a."""
        kept = [OutgoingText(text[0], "1069", "138", text, NOON) for text in texts]
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
