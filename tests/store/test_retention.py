"""What is kept no longer is forgotten, a part at a time."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from center.changes import Changes
from center.contact import Arrival, ContactKey
from center.outbox import PASSING
from center.shops import Shops
from center.text_news import Stage, TextNews
from center.turns import take_turns
from flows.inputs import Text
from store import retention
from store.figures import read_figures
from store.recent import RESTS_S
from store.retention import (
    BUYERS_KEPT_S,
    CONTACTS_KEPT_S,
    NOTES_KEPT_S,
    ORDERS_KEPT_S,
    TEXTS_KEPT_S,
    TURNS_KEPT_S,
)
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    kept = SqliteStore(tmp_path / "shop.db")
    kept.publish("shop", program_of(), NOON)
    yield kept
    kept.close()


def arrival(text: str, buyer: str, at: int = NOON) -> Arrival:
    return Arrival(ContactKey("shop", buyer, "sms"), Text(text), "1069", "c", b"", 1, at)


def say(store: SqliteStore, text: str, buyer: str, at: int = NOON) -> None:
    arrivals = [arrival(text, buyer, at)]
    with store.batch(arrivals) as batch:
        batch.commit(take_turns(arrivals, batch.world, Shops(store.published(), store.program)))


def order(store: SqliteStore, buyer: str, at: int = NOON) -> None:
    say(store, "苹果 1", buyer, at)
    say(store, "1", buyer, at)


def count(store: SqliteStore, table: str) -> int:
    with sqlite3.connect(store.path) as db:
        found: int = db.execute(f"select count(*) from {table}").fetchone()[0]
    db.close()
    return found


def test_what_is_old_goes_and_what_is_new_stays(store: SqliteStore) -> None:
    order(store, "1", NOON)
    order(store, "2", NOON + 1_000)
    store.forget_old(NOON + TURNS_KEPT_S + 500)
    assert {row[0] for row in store.talks("shop")} == {"2"}
    assert count(store, "orders") == 2
    store.forget_old(NOON + ORDERS_KEPT_S + 500)
    assert [placed.buyer for placed in store.orders("shop")] == ["2"]
    assert read_figures(Path(store.path)).orders == 2
    store.forget_old(NOON + CONTACTS_KEPT_S + 500)
    assert (count(store, "contacts"), count(store, "orders")) == (1, 0)
    assert (count(store, "turns"), count(store, "buyers")) == (0, 0)


def test_orders_are_numbered_on_when_all_before_are_forgotten(store: SqliteStore) -> None:
    for buyer in ("1", "2"):
        order(store, buyer)
    store.forget_old(NOON + ORDERS_KEPT_S + 500)
    assert (count(store, "orders"), read_figures(Path(store.path)).orders) == (0, 2)
    again = SqliteStore(store.path)
    order(again, "3", NOON + ORDERS_KEPT_S + 500)
    assert [placed.number for placed in again.orders("shop")] == ["A0003"]
    assert read_figures(Path(store.path)).orders == 3
    again.close()


def test_old_texts_go_with_all_that_is_known_of_them_but_not_those_that_wait(
    store: SqliteStore,
) -> None:
    say(store, "苹果 1", "1", NOON)
    say(store, "苹果 1", "2", NOON + 1_000)
    (first, _), (_, _) = store.waiting_texts(0, 10)
    store.note_texts([TextNews(first, Stage.SENT, "", "c", ("17",))])
    assert store.write_noted()
    store.forget_old(NOON + TEXTS_KEPT_S + 2_000)
    # The second waits for its carrier, however old it is.
    assert [one.text.destination for one in store.texts("shop")] == ["2"]
    tables = ("texts", "text_stages", "text_names", "outbox")
    assert [count(store, table) for table in tables] == [1, 0, 0, 1]


def test_what_a_carrier_calls_a_text_of_an_earlier_run_is_not_old(store: SqliteStore) -> None:
    """It is sent when we are up again, before anybody writes; we fall once more before its receipt comes."""
    say(store, "苹果 1", "1", NOON)
    store.close()
    again = SqliteStore(store.path)
    ((text, _),) = again.waiting_texts(0, 10)
    sent = TextNews(text, Stage.SENT, "", "c", ("17",))
    again.note_texts([sent])
    assert again.write_noted()
    again.forget_old(NOON + 1)
    again.close()
    next_run = SqliteStore(store.path)
    assert [one.names for one in next_run.texts_without_receipts(10)] == [("17",)]
    next_run.close()


def test_notes_that_may_pass_do_and_no_others(store: SqliteStore) -> None:
    for at in (NOON, NOON + 1_000):
        with store.batch([arrival("你好", "1", at)]) as batch:
            notes = {f"{PASSING}sms/{at}": b"x", f"sms/{at}": b"x", "z": b"x"}
            batch.commit(Changes(notes=dict(notes)))
    with store.batch([]) as batch:
        batch.commit(Changes(notes={f"{PASSING}sms/undated": b"x"}))
    store.forget_old(NOON + 1_000)
    for _ in range(3):
        store.forget_old(NOON + NOTES_KEPT_S + 500)
    assert set(store.notes("")) == {
        f"{PASSING}sms/{NOON + 1_000}",
        f"{PASSING}sms/undated",
        f"sms/{NOON}",
        f"sms/{NOON + 1_000}",
        "z",
    }


def test_nothing_of_a_day_is_forgotten_within_it(store: SqliteStore) -> None:
    order(store, "1")
    store.forget_old(NOON + RESTS_S)
    before = [count(store, table) for table in ("orders", "contacts", "buyers", "turns")]
    assert before == [1, 1, 1, 2]
    store.forget_old(NOON + 86_400)
    assert [count(store, t) for t in ("orders", "contacts", "buyers", "turns")] == before


def test_who_said_stop_is_never_forgotten(store: SqliteStore) -> None:
    order(store, "1")
    say(store, "STOP", "2")
    store.forget_old(NOON + BUYERS_KEPT_S * 10)
    kept = store.buyer("shop", "2")
    assert kept is not None
    assert kept.opted_out
    assert store.buyer("shop", "1") is None


def test_a_step_visits_a_bounded_part_and_the_next_goes_on(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS_A_STEP", 3)
    for buyer in range(10):
        say(store, "苹果", str(buyer))
    left: list[int] = []
    for _ in range(5):
        store.forget_old(NOON + CONTACTS_KEPT_S + 1)
        left.append(count(store, "contacts"))
    assert left == [7, 4, 1, 0, 0]
    assert count(store, "turns") == 0


def test_an_order_that_goes_takes_its_events_along(store: SqliteStore) -> None:
    order(store, "1")
    from center.orders.order import Status

    store.advance_order("shop", "A0001", Status.CONFIRMED, NOON)
    assert count(store, "order_events") == 1
    store.forget_old(NOON + ORDERS_KEPT_S + 1)
    assert count(store, "order_events") == 0


def test_orders_go_on_being_numbered_after_the_first_are_forgotten(store: SqliteStore) -> None:
    order(store, "1")
    later = NOON + CONTACTS_KEPT_S + 1
    store.forget_old(later)
    order(store, "1", later)
    assert [placed.number for placed in store.orders("shop")] == ["A0002"]


def test_no_number_comes_twice_where_a_clock_was_set_back(store: SqliteStore) -> None:
    for buyer, at in (("1", NOON), ("2", NOON + 100), ("3", NOON)):
        order(store, buyer, at)
    store.forget_old(NOON + ORDERS_KEPT_S + 50)
    assert [placed.number for placed in store.orders("shop")] == ["A0002"]
    later = NOON + CONTACTS_KEPT_S + 200
    store.forget_old(later)
    started_anew = SqliteStore(Path(store.path))
    order(started_anew, "4", later)
    assert [placed.number for placed in started_anew.orders("shop")] == ["A0004"]
    started_anew.close()
