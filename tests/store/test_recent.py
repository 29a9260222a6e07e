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
from store.queries import queries
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


def greet(store: SqliteStore, *buyers: str) -> None:
    """A batch in which these say something new."""
    run(store, *(arrival("你好", buyer=buyer) for buyer in buyers))


def in_rows(store: SqliteStore) -> list[str]:
    """Buyers whose contacts have rows of their own."""
    with sqlite3.connect(store.path) as db:
        found = [row[0] for row in db.execute("select buyer from contacts order by buyer")]
    db.close()
    return found


def test_when_much_waits_the_oldest_go_to_their_rows_in_the_order_of_the_table_and_a_part_with_each_batch(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "ROWS_WAIT_MAX", 48)
    # A batch of two changes four rows. The ninth begins a round of those before it but for the newest two, with room for three more.
    for number in range(9):
        greet(store, f"2{number}", f"1{number}")
    assert in_rows(store) == []
    written: list[tuple[int, int]] = []
    for number in range(9, 12):
        greet(store, f"2{number}", f"1{number}")
        written.append((len(in_rows(store)), rows(store, "buyers")))
        assert in_rows(store)[:8] == ["10", "11", "12", "13", "14", "15", "20", "21"]
    assert written == [(8, 0), (12, 4), (12, 12)]
    assert in_rows(store) == [f"{half}{number}" for half in (1, 2) for number in range(6)]
    # It has ended, and what it wrote waits no longer.
    assert rows(store, "recent") == 6
    assert len(store.sessions("shop")) == 24


def test_no_more_waits_than_may(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "ROWS_WAIT_MAX", 24)
    for number in range(40):
        greet(store, *(f"{buyer}{number % 7}" for buyer in range(1 + number % 3)))
        with sqlite3.connect(store.path) as db:
            assert len(recent.Recent(db, queries())) <= 24
        db.close()
        other = SqliteStore(store.path)
        assert sorted(other.sessions("shop")) == sorted(store.sessions("shop"))
        other.close()


def test_what_has_changed_since_its_round_began_is_not_written_as_it_was(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "ROWS_WAIT_MAX", 48)
    for number in range(10):
        greet(store, f"2{number}", f"1{number}")
    # A round has begun: of one buyer whom it has written, and of two whom it has not.
    for buyer in ("10", "15", "25"):
        run(store, arrival("苹果 2", buyer=buyer))
    assert rows(store, "recent") == 13
    before = [store.contact(ContactKey("shop", buyer, "sms")) for buyer in ("10", "15", "25")]
    # Another program writes one of them to a row, and all the others.
    other = SqliteStore(store.path)
    run(other, arrival("1", buyer="25"))
    for _ in range(2):
        other.forget_old(NOON + RESTS_S)
    assert rows(store, "recent") == 0
    for number in range(30, 60):
        greet(store, str(number))
    now = [store.contact(ContactKey("shop", buyer, "sms")) for buyer in ("10", "15", "25")]
    assert now[:2] == before[:2]
    assert now[2] != before[2]
    assert now == [other.contact(ContactKey("shop", buyer, "sms")) for buyer in ("10", "15", "25")]
    other.close()


def test_a_round_goes_on_with_the_next_batch_where_one_failed(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "ROWS_WAIT_MAX", 48)
    for number in range(10):
        greet(store, f"2{number}", f"1{number}")
    given = arrival("你好", buyer="1")
    changes = take_turns([given], World(), Shops(store.published(), store.program))
    with pytest.raises(StoreFullError):
        write_and_fail(store, given, changes)
    assert len(in_rows(store)) == 8
    for number in range(10, 12):
        greet(store, f"2{number}", f"1{number}")
    assert in_rows(store) == [f"{half}{number}" for half in (1, 2) for number in range(6)]
    assert rows(store, "recent") == 6


def test_the_sweep_ends_a_round_that_has_rested_a_part_at_a_time(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "ROWS_WAIT_MAX", 48)
    monkeypatch.setattr(recent, "ROWS_A_STEP", 10)
    for number in range(10):
        greet(store, f"2{number}", f"1{number}")
    store.forget_old(NOON + RESTS_S - 1)
    assert len(in_rows(store)) == 8
    written: list[int] = []
    for _ in range(4):
        store.forget_old(NOON + RESTS_S)
        written.append(len(in_rows(store)) + rows(store, "buyers"))
    # Of 24, and then of the 16 that the round had left.
    assert written == [18, 24, 34, 40]
    assert rows(store, "recent") == 0


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
