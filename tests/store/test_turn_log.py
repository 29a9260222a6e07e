"""Turns as they are logged, and the way back through a seller's."""

import sqlite3
from collections.abc import Iterator

import pytest

from center.changes import Talk
from center.contact import ContactKey
from store import turn_log
from store.queries import queries, schema
from store.turn_log import LoggedRow, LoggedTurn, TurnLog, talks


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:", isolation_level=None)
    opened.executescript(schema())
    yield opened
    opened.close()


def talk(buyer: str, serial: int, at: int, lines: str) -> Talk:
    return Talk(ContactKey("shop", buyer, "sms"), serial, 1, at, lines)


def row(*said: Talk) -> LoggedRow:
    turns = [LoggedTurn(t.contact.buyer, t.contact.channel, t.serial, t.at, t.lines) for t in said]
    return LoggedRow(turns, range(0))


def put(log: TurnLog, *sellers: int, said: str = "> x", texts: range = range(0)) -> None:
    """A batch of these sellers'."""
    log.put(30, {seller: [("1", "sms", seller, 30, said)] for seller in sellers}, sellers, texts)
    log.written()


def heard(log: TurnLog, seller: int) -> list[str]:
    """What is there of a seller, newest first."""
    return [turn.lines for logged in log.rows(seller) for turn in logged.turns]


def rest(log: TurnLog) -> None:
    log.rest()
    log.written()


def known(db: sqlite3.Connection) -> str | None:
    found = db.execute(queries()["turns_known"]).fetchone()
    return found[0] if found is not None else None


def test_sessions_are_put_together_newest_first() -> None:
    rows = [
        row(talk("1", 1, 30, "> c"), talk("2", 1, 30, "@ head\n> x")),
        row(talk("1", 1, 20, "> b")),
        row(talk("1", 1, 10, "@ head\n> a")),
    ]
    assert talks(rows, 10) == [
        ("2", "sms", 1, 30, "@ head\n> x"),
        ("1", "sms", 1, 10, "@ head\n> a\n> b\n> c"),
    ]


def test_no_more_rows_are_read_than_the_sessions_need() -> None:
    def rows() -> Iterator[LoggedRow]:
        yield row(talk("1", 1, 30, "@ head\n> x"))
        raise AssertionError("one session was asked for")

    assert len(talks(rows(), 1)) == 1


def test_a_batch_is_one_row_and_each_seller_finds_their_own(db: sqlite3.Connection) -> None:
    log = TurnLog(db, queries())
    put(log, 1, 2, said="> a")
    put(log, 2, said="> b")
    put(log, 1, 3, said="> c")
    assert db.execute("select count(*) from turns").fetchone() == (3,)
    assert [heard(log, seller) for seller in (1, 2, 3, 4)] == [
        ["> c", "> a"],
        ["> b", "> a"],
        ["> c"],
        [],
    ]


def test_texts_without_a_turn_are_found_too(db: sqlite3.Connection) -> None:
    log = TurnLog(db, queries())
    put(log, 1)
    log.put(30, {}, [1], range(7, 9))
    log.written()
    assert [(len(found.turns), found.text_rows) for found in log.rows(1)] == [
        (0, range(7, 9)),
        (1, range(0)),
    ]


@pytest.mark.parametrize("rested", range(5))
def test_the_way_is_found_again_however_much_of_it_was_written(
    db: sqlite3.Connection, rested: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_log, "NEWEST_A_STEP", 1)
    log = TurnLog(db, queries())
    put(log, 1, 2, 3, said="> a")
    for step in range(rested):
        rest(log)
        # A seller who was written in this round, or will be, goes on.
        put(log, 1 + step % 3, said=f"> {step}")
    again = TurnLog(db, queries())
    for seller in (1, 2, 3):
        assert heard(again, seller) == heard(log, seller)
        assert heard(again, seller)[-1] == "> a"
    assert (known(db) is not None) is (rested >= 3)


def test_a_start_looks_only_through_rows_that_came_since(db: sqlite3.Connection) -> None:
    log = TurnLog(db, queries())
    put(log, 1, 2)
    put(log, 2)
    rest(log)
    assert known(db) == "2"
    assert db.execute(queries()["newest_turns"]).fetchall() == [(1, 1), (2, 2)]
    put(log, 1, said="> new")
    db.execute("update turns set links = x'c1' where id <= 2")
    assert next(TurnLog(db, queries()).rows(1)).turns[0].lines == "> new"


def test_what_was_not_kept_leaves_no_trace(db: sqlite3.Connection) -> None:
    log = TurnLog(db, queries())
    put(log, 1, said="> a")
    db.execute("begin")
    log.put(30, {1: [("1", "sms", 1, 30, "> lost")]}, [], range(0))
    db.execute("rollback")
    # A batch that says nothing, and the sweep, are kept next.
    log.put(30, {}, [], range(0))
    log.written()
    rest(log)
    put(log, 1, said="> b")
    assert heard(log, 1) == heard(TurnLog(db, queries()), 1) == ["> b", "> a"]


def test_a_step_that_was_not_kept_is_taken_again(db: sqlite3.Connection) -> None:
    log = TurnLog(db, queries())
    put(log, 1)
    db.execute("begin")
    log.rest()
    db.execute("rollback")
    put(log, 2)
    rest(log)
    rest(log)
    assert db.execute(queries()["newest_turns"]).fetchall() == [(1, 1), (2, 2)]
    assert known(db) == "2"


def test_rows_that_another_program_added_are_followed(db: sqlite3.Connection) -> None:
    log, other = TurnLog(db, queries()), TurnLog(db, queries())
    put(log, 1, said="> a")
    assert heard(other, 1) == ["> a"]
    put(other, 1, said="> b")
    log.follow()
    put(log, 1, said="> c")
    assert heard(log, 1) == ["> c", "> b", "> a"]


def test_the_way_ends_where_rows_are_forgotten(db: sqlite3.Connection) -> None:
    log = TurnLog(db, queries())
    for said in ("> a", "> b", "> c"):
        put(log, 1, said=said)
    db.execute("delete from turns where id < 2")
    assert heard(log, 1) == ["> c", "> b"]
    db.execute("delete from turns")
    assert heard(TurnLog(db, queries()), 1) == []
