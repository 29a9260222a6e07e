"""What became of texts is written soon, and nothing after a stop."""

from collections.abc import Callable

import pytest

from center.changes import Changes, OutgoingText
from center.noting import WRITTEN_S, Noting
from center.ports import StoreFullError
from center.text_news import Stage, TextNews
from store.memory import MemoryStore

NEWS = [TextNews(1, Stage.SENT)]


class Timers:
    """Calls when a test says so."""

    def __init__(self) -> None:
        self.due: list[Callable[[], object]] = []

    def later(self, delay_s: float, callback: Callable[[], object], /) -> "Timers":
        assert delay_s == WRITTEN_S
        self.due.append(callback)
        return self

    def cancel(self) -> None:
        self.due.clear()

    def pass_by(self) -> None:
        due, self.due = self.due, []
        for callback in due:
            callback()


class Tried(MemoryStore):
    """Counts, and lets a test say how a write goes."""

    def __init__(self, *writes: bool | Exception) -> None:
        super().__init__()
        self.writes = [*writes]

    def write_noted(self) -> bool:
        write = self.writes.pop(0)
        if isinstance(write, Exception):
            raise write
        return write


def test_what_is_noted_together_is_written_once() -> None:
    store, timers = Tried(True), Timers()
    noting = Noting(store, later=timers.later)
    noting.note(NEWS)
    noting.note(NEWS)
    timers.pass_by()
    assert (store.writes, timers.due) == ([], [])


def test_what_phones_have_is_noted_beside_the_rest() -> None:
    store, timers = Tried(True), Timers()
    text = OutgoingText("c", "1069", "138", "hello", 0, "shop")
    with store.batch([]) as batch:
        batch.commit(Changes(texts=[text, text]))
    first, second = batch.text_ids
    noting = Noting(store, later=timers.later)
    noting.note_sent("c", [first], ["17"])
    noting.note([], [second])
    timers.pass_by()
    stages = {one.stage for one in store.texts("shop")}
    assert (stages, store.writes) == ({Stage.SENT, Stage.DELIVERED}, [])


def test_that_a_carrier_has_a_text_is_written_soon_by_itself() -> None:
    store, timers = Tried(True), Timers()
    Noting(store, later=timers.later).note_sent("c", [1], ["17"])
    timers.pass_by()
    assert (store.writes, timers.due) == ([], [])


@pytest.mark.parametrize("first", [False, StoreFullError("no room")])
def test_it_is_written_when_there_is_room_again(first: bool | Exception) -> None:
    store, timers = Tried(first, True), Timers()
    Noting(store, later=timers.later).note(NEWS)
    timers.pass_by()
    timers.pass_by()
    assert (store.writes, timers.due) == ([], [])


def test_a_store_that_is_closed_soon_is_left_alone() -> None:
    store, timers = Tried(), Timers()
    noting = Noting(store, later=timers.later)
    noting.note(NEWS)
    noting.stop()
    noting.note(NEWS)
    timers.pass_by()
    assert not timers.due
