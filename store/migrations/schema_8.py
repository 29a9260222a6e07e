"""Schema 8: an order says what was paid of it and what vouches for it, and orders that wait for a code are found by their age.

Whether an order of before was confirmed nobody wrote down: it counts as one that was, for the day in which it counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from store.migrations.step import Step

_COLUMNS = (
    "alter table orders add column paid integer not null default 0",
    "alter table orders add column vouched text not null default 'unknown'",
    "alter table awaited add column unconfirmed integer",
)
"""With these defaults SQLite writes no row anew, however many there are."""
_INDEX = """\
create index awaited_unconfirmed on awaited (unconfirmed) where unconfirmed is not null"""
_SINCE = "update awaited set unconfirmed = ? where seller = ? and buyer = ? and channel = ?"


def _take(db: sqlite3.Connection) -> None:
    for column in _COLUMNS:
        db.execute(column)
    read = msgspec.msgpack.Decoder().decode
    rows: Iterable[tuple[str, str, str, bytes]] = db.execute(
        "select seller, buyer, channel, record from awaited"
    )
    waiting: list[tuple[int, str, str, str]] = []
    for seller, buyer, channel, packed in rows:
        record = read(packed)
        if record["effect"]["kind"] == "order":
            waiting.append((record["at"], seller, buyer, channel))
    db.executemany(_SINCE, waiting)
    db.execute(_INDEX)


STEP = Step(8, "orders say what was paid and what vouches for them", _take)
