"""Texts on their way out, many in a row."""

import sqlite3
from collections.abc import Iterator

import pytest

from center.changes import OutgoingText
from store.outbox_rows import TEXTS_PER_ROW_MAX, OutboxRows
from store.queries import queries, schema


def text(number: int) -> OutgoingText:
    return OutgoingText("carrier", "1069", str(number), "hello", 0)


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.executescript(schema())
    yield database
    database.close()


def phones(rows: OutboxRows, after: int = 0, limit: int = 100_000) -> list[str]:
    return [waiting.destination for _, waiting in rows.waiting(after, limit)]


def test_what_was_taken_is_not_waiting_also_before_it_is_written(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    ids = rows.put([text(number) for number in range(10)])
    rows.take([ids[0], ids[4]])
    assert phones(rows) == ["1", "2", "3", "5", "6", "7", "8", "9"]
    assert phones(rows, after=ids[6], limit=2) == ["7", "8"]
    # A crash before it is written sends them once more.
    assert len(phones(OutboxRows(db, queries()))) == 10


def test_what_was_written_is_known_after_a_restart(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    ids = rows.put([text(number) for number in range(10)])
    rows.take(ids[:9])
    rows.written(rows.write())
    later = OutboxRows(db, queries())
    assert phones(later) == ["9"]
    later.take([ids[9]])
    later.written(later.write())
    assert phones(later) == []
    assert db.execute("select count(*) from outbox").fetchone() == (0,)
    assert db.execute("select count(*) from outbox_taken").fetchone() == (0,)


def test_ids_go_up_also_when_the_outbox_has_been_empty(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    first = rows.put([text(1)])
    rows.take(first)
    rows.written(rows.write())
    assert rows.put([text(2)])[0] > first[0]


def test_a_batch_of_more_texts_than_a_row_holds_takes_two(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    ids = rows.put([text(number) for number in range(TEXTS_PER_ROW_MAX + 1)])
    assert ids == sorted(set(ids))
    assert db.execute("select count(*) from outbox").fetchone() == (2,)
    assert phones(rows, after=ids[-2]) == [str(TEXTS_PER_ROW_MAX)]


def test_what_was_taken_and_not_committed_is_written_again(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    ids = rows.put([text(1)])
    rows.take(ids)
    db.execute("begin")
    rows.write()
    db.execute("rollback")
    assert rows.is_behind
    rows.written(rows.write())
    assert not rows.is_behind
    assert phones(OutboxRows(db, queries())) == []


def test_a_text_that_is_taken_twice_is_taken_once(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    ids = rows.put([text(1)])
    for _ in range(2):
        rows.take(ids)
        rows.written(rows.write())
    assert not rows.is_behind
