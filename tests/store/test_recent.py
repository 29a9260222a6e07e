"""What buyers changed lately is in rows of batches, and goes to rows of its own when it rests."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from center.contact import ContactKey
from center.orders.order import Status
from center.ports import StoreFullError
from center.shops import Shops
from center.turns import take_turns
from center.world import World
from store import recent
from store.recent import RESTS_S
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of
from tests.store.test_inbox import write_and_fail
from tests.store.test_stores import arrival, order, run

KEY = ContactKey("shop", "13800138000", "sms")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    kept = SqliteStore(tmp_path / "shop.db")
    kept.publish("shop", program_of(), NOON)
    yield kept
    kept.close()


def rows(store: SqliteStore, table: str) -> int:
    with sqlite3.connect(store.path) as db:
        found: int = db.execute(f"select count(*) from {table}").fetchone()[0]
    db.close()
    return found


def placed(store: SqliteStore) -> tuple[int, str | None]:
    """Where the buyer is, by the count of their sessions, and their last order."""
    contact, buyer = store.contact(KEY), store.buyer("shop", KEY.buyer)
    assert contact is not None
    assert buyer is not None
    return contact.serial, buyer.last_order.number if buyer.last_order is not None else None


def test_it_is_found_before_and_after_it_rests_and_after_a_fall(store: SqliteStore) -> None:
    order(store)
    assert (rows(store, "recent"), rows(store, "contacts"), rows(store, "buyers")) == (2, 0, 0)
    # Another program, or the next run of one that was killed.
    other = SqliteStore(store.path)
    assert placed(other) == placed(store) == (1, "A0001")
    store.forget_old(NOON + RESTS_S)
    assert (rows(store, "recent"), rows(store, "contacts"), rows(store, "buyers")) == (0, 1, 1)
    assert placed(other) == placed(store) == (1, "A0001")
    assert len(store.sessions("shop")) == len(other.sessions("shop")) == 1
    other.close()


def test_only_what_was_changed_last_goes_to_a_row_of_its_own(store: SqliteStore) -> None:
    run(store, arrival("苹果 2"))
    first = store.contact(KEY)
    store.forget_old(NOON + RESTS_S - 1)
    run(store, arrival("1"))
    assert rows(store, "contacts") == 0
    store.forget_old(NOON + RESTS_S)
    second = store.contact(KEY)
    assert second != first
    store.close()
    again = SqliteStore(store.path)
    assert again.contact(KEY) == second
    again.close()


def test_past_the_limit_the_oldest_are_written_with_the_next_batch(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "ROWS_WAIT_MAX", 12)
    for number in range(20):
        run(store, *(arrival("你好", buyer=f"{buyer}{number:03d}") for buyer in (1, 2)))
    assert rows(store, "recent") == 3
    assert rows(store, "contacts") == 2 * 17
    assert len(store.sessions("shop")) == 2 * 20


def test_what_was_written_to_rows_comes_back_if_the_batch_fails(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(store)
    monkeypatch.setattr(recent, "ROWS_WAIT_MAX", 0)
    given = arrival("你好", buyer="1")
    changes = take_turns([given], World(), Shops(store.published(), store.program))
    with pytest.raises(StoreFullError):
        write_and_fail(store, given, changes)
    assert (rows(store, "recent"), rows(store, "contacts")) == (2, 0)
    assert placed(store) == (1, "A0001")
    run(store, arrival("你好", buyer="1"))
    assert (rows(store, "recent"), rows(store, "contacts")) == (1, 1)
    assert placed(store) == (1, "A0001")


def test_two_programs_see_what_the_other_changed(store: SqliteStore) -> None:
    order(store)
    other = SqliteStore(store.path)
    other.advance_order("shop", "A0001", Status.CONFIRMED, NOON)
    other.opt_out("shop", "13900139000", NOON)
    kept = store.buyer("shop", "13900139000")
    assert kept is not None
    assert kept.opted_out
    last = store.buyer("shop", KEY.buyer)
    assert last is not None
    assert last.last_order is not None
    assert last.last_order.status == "confirmed"
    # One writes all to rows of its own; the other lets go of it, and what it adds is taken for new.
    other.forget_old(NOON + RESTS_S)
    assert rows(store, "recent") == 0
    run(store, arrival("苹果 1"))
    assert other.contact(KEY) == store.contact(KEY)
    assert rows(store, "recent") == 1
    other.close()


def test_who_looks_while_a_batch_that_is_on_disk_is_not_noted_yet_loses_nobody(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk asks for a buyer while the disk's thread has just committed, and another program has written meanwhile."""
    monkeypatch.setattr(recent, "ROWS_WAIT_MAX", 4)
    buyers = [f"1380000000{n}" for n in range(6)]
    for buyer in buyers:
        run(store, arrival("苹果 1", buyer=buyer))
    other = SqliteStore(store.path)
    given = [arrival("1", buyer=buyers[-1])]
    with store.batch(given) as batch:
        batch.write(take_turns(given, batch.world, Shops(store.published(), store.program)))
        batch.finish()
        other.opt_out("shop", "13900000000", NOON)
        store.contact(KEY)
        batch.finished()
    run(store, arrival("你好", buyer="13900000001"))
    for buyer in (*buyers, "13900000001"):
        key = ContactKey("shop", buyer, "sms")
        assert store.contact(key) == other.contact(key), buyer
        assert store.contact(key) is not None
    assert store.talks("shop") == other.talks("shop")
    other.close()
