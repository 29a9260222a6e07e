"""Schema 5: messages taken, and contacts and buyers that changed, are kept a batch in a row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby

import msgspec

from store.migrations.step import Step

_RECENT = """\
create table recent (
  id integer primary key autoincrement,
  at integer not null,
  rows blob not null
)"""
_INBOX = """\
create table inbox (
  first integer primary key,
  at integer not null,
  keys blob not null
)"""
_TAKEN = """\
select id, at, stamp from (select id, at, stamp from inbox_a union all select id, at, stamp from inbox_b) order by stamp"""
MESSAGES_A_ROW = 1_000


def _take(db: sqlite3.Connection) -> None:
    db.execute(_RECENT)
    db.execute(_INBOX)
    # Which of these their carriers named was not kept: they are found by their keys as before, and by their stamps.
    encode = msgspec.msgpack.Encoder().encode
    for rows in _in_rows(db.execute(_TAKEN)):
        keys = {key.to_bytes(8, "big", signed=True): stamp for key, _, stamp in rows}
        first, at = rows[0][2], rows[0][1]
        db.execute("insert or ignore into inbox values (?, ?, ?)", (first, at, encode(keys)))


def _in_rows(
    taken: Iterator[tuple[int, int, int]],
) -> Iterator[list[tuple[int, int, int]]]:
    """So many at a time; none is split between messages of one stamp, which would have the same id."""
    rows: list[tuple[int, int, int]] = []
    for _, same in groupby(taken, key=lambda row: row[2]):
        rows += same
        if len(rows) >= MESSAGES_A_ROW:
            yield rows
            rows = []
    if rows:
        yield rows


STEP = Step(5, "what a batch took and changed is one row", _take)
