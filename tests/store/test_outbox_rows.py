"""Texts on their way out, many in a row."""

import sqlite3
import tracemalloc
from collections.abc import Iterator

import pytest

from center.changes import OutgoingText
from center.text_news import SentText, Stage, TextNews
from store import outbox_rows
from store.outbox_rows import TEXTS_PER_ROW_MAX, OutboxRows, rows_of, sent_texts
from store.queries import queries, schema


def text(number: int, seller: str = "") -> OutgoingText:
    return OutgoingText("carrier", "1069", str(number), "hello", 0, seller)


def sent(*ids: int) -> list[TextNews]:
    return [TextNews(text_id, Stage.SENT) for text_id in ids]


def named(text_id: int, *names: str) -> TextNews:
    return TextNews(text_id, Stage.SENT, "", "carrier", names)


def of_seller(db: sqlite3.Connection, ids: list[int], seller: str) -> list[SentText]:
    """What a seller reads of texts with these ids."""
    found = (db.execute(queries()["texts_of_row"], (row,)) for row in rows_of(ids))
    return [one for rows in found for one in sent_texts(rows, seller)]


def write(rows: OutboxRows) -> None:
    rows.written(rows.write())


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
    rows.note(sent(ids[0], ids[4]))
    assert phones(rows) == ["1", "2", "3", "5", "6", "7", "8", "9"]
    assert phones(rows, after=ids[6], limit=2) == ["7", "8"]
    # A crash before it is written sends them once more.
    assert len(phones(OutboxRows(db, queries()))) == 10


def test_no_more_is_read_than_is_asked_for_however_much_waits(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    for _ in range(300):
        rows.put([text(number) for number in range(10)])
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    db.set_progress_handler(step, 1)
    assert len(rows.waiting(0, 10)) == 10
    assert rows.waiting_phones(0, 10, None)[0] == [str(number) for number in range(10)]
    # A row takes some twenty.
    assert steps < 300


def test_what_was_written_is_known_after_a_restart(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    ids = rows.put([text(number) for number in range(10)])
    rows.note(sent(*ids[:9]))
    rows.written(rows.write())
    later = OutboxRows(db, queries())
    assert phones(later) == ["9"]
    later.note(sent(ids[9]))
    later.written(later.write())
    assert phones(later) == []
    assert db.execute("select count(*) from outbox").fetchone() == (0,)


def test_ids_go_up_also_when_the_outbox_has_been_empty(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    first = rows.put([text(1)])
    rows.note(sent(*first))
    write(rows)
    assert rows.put([text(2)])[0] > first[0]


def test_a_batch_of_more_texts_than_a_row_holds_takes_two(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    ids = rows.put([text(number) for number in range(TEXTS_PER_ROW_MAX + 1)])
    assert ids == sorted(set(ids))
    assert [len(rows_of(some)) for some in (ids, ids[:-1], ids[:1], [])] == [2, 1, 1, 0]
    assert db.execute("select count(*) from outbox").fetchone() == (2,)
    assert phones(rows, after=ids[-2]) == [str(TEXTS_PER_ROW_MAX)]


def test_what_was_taken_and_not_committed_is_written_again(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    ids = rows.put([text(1)])
    rows.note(sent(*ids))
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
        rows.note(sent(*ids))
        rows.written(rows.write())
    assert not rows.is_behind


def test_the_last_word_on_a_text_holds(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    first, second, third = rows.put([text(n, "noodles") for n in range(3)])
    rows.note([*sent(first, second), TextNews(third, Stage.FAILED, "refused: INVDSTADR")])
    rows.note([TextNews(first, Stage.FAILED, "UNDELIV 001"), TextNews(second, Stage.DELIVERED)])
    rows.note([TextNews(first, Stage.DELIVERED), TextNews(second, Stage.FAILED, "late")])
    write(rows)
    assert [(one.stage, one.reason) for one in of_seller(db, [first], "noodles")] == [
        (Stage.FAILED, "refused: INVDSTADR"),
        (Stage.DELIVERED, ""),
        (Stage.FAILED, "UNDELIV 001"),
    ]
    assert phones(OutboxRows(db, queries())) == []


def test_receipts_are_waited_for_after_a_restart(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    first, second, third = rows.put([text(n) for n in range(3)])
    rows.note([named(first, "a"), named(second, "b", "c"), named(third, "d")])
    write(rows)
    rows.note([TextNews(first, Stage.DELIVERED), named(second, "c")])
    write(rows)
    later = OutboxRows(db, queries())
    assert [(one.text, one.names) for one in later.without_receipts(10)] == [
        (second, ("c",)),
        (third, ("d",)),
    ]
    assert [one.text for one in later.without_receipts(1)] == [second]


def test_a_start_keeps_no_stages_however_old_the_oldest_text_is_that_waits(
    db: sqlite3.Connection,
) -> None:
    rows = OutboxRows(db, queries())
    names = ["oldest", *(str(number) for number in range(398)), "newest"]
    for name in names:
        first, *others = rows.put([text(number) for number in range(100)])
        rows.note([named(first, name), *sent(*others)])
        write(rows)
        if name.isdecimal():
            rows.note([TextNews(first, Stage.DELIVERED)])
    later = OutboxRows(db, queries())
    later.without_receipts(10)
    tracemalloc.start()
    waiting = later.without_receipts(10)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.names for one in waiting] == [("oldest",), ("newest",)]
    assert most < 40_000, "400 rows of stages take more than 70,000"


def test_a_phone_that_was_off_is_waited_for_after_a_restart_however_many_came_after_it(
    db: sqlite3.Connection,
) -> None:
    rows = OutboxRows(db, queries())
    off, *others = rows.put([text(n) for n in range(100)])
    rows.note([named(off, "off")])
    write(rows)
    rows.note([named(one, str(one)) for one in others])
    rows.note([TextNews(one, Stage.DELIVERED) for one in others])
    write(rows)
    assert [one.text for one in OutboxRows(db, queries()).without_receipts(10)] == [off]


@pytest.mark.parametrize("bound", ["NAMES_READ_MAX", "NAME_ROWS_READ_MAX"])
def test_a_start_looks_back_so_far_and_no_further(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(outbox_rows, bound, 2)
    rows = OutboxRows(db, queries())
    oldest, *others = rows.put([text(n) for n in range(3)])
    for one in (oldest, *others):
        rows.note([named(one, str(one))])
        write(rows)
    assert [one.text for one in OutboxRows(db, queries()).without_receipts(10)] == others


def test_news_of_rows_that_are_not_in_memory_any_more(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_rows, "ROWS_HOT_MAX", 2)
    rows = OutboxRows(db, queries())
    ids = [rows.put([text(n, "noodles")])[0] for n in range(10)]
    rows.note([named(text_id, "x") for text_id in ids])
    write(rows)
    assert rows.rows_hot == 2
    rows.note([TextNews(text_id, Stage.DELIVERED) for text_id in ids])
    write(rows)
    found = of_seller(db, ids, "noodles")
    assert [one.stage for one in found] == [Stage.DELIVERED] * 10
    assert rows.rows_hot == 0


def test_a_carrier_that_takes_nothing_keeps_no_rows_in_memory(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_rows, "ROWS_HOT_MAX", 2)
    rows = OutboxRows(db, queries())
    for number in range(5):
        rows.put([text(number)])
        write(rows)
    assert rows.rows_hot == 2


def test_news_of_a_text_that_is_forgotten_or_never_was_is_dropped(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    [only] = rows.put([text(1)])
    rows.note([TextNews(only + 1, Stage.SENT), TextNews(99 << 12, Stage.SENT)])
    assert not rows.is_behind


def test_a_seller_sees_no_other_sellers_texts(db: sqlite3.Connection) -> None:
    rows = OutboxRows(db, queries())
    ids = rows.put([text(1, "noodles"), text(2, "tea"), text(3, "noodles")])
    for seller, seen in (("noodles", ["3", "1"]), ("tea", ["2"]), ("shoes", [])):
        assert [one.text.destination for one in of_seller(db, ids, seller)] == seen
