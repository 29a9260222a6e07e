"""A database that has seen trade: past orders, buyers who wait in the middle, texts that no carrier took, written directly with SQL.

What is written is what the running system writes, row for row; making it by talking would take hours.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from center.changes import OutgoingText
from flows.inputs import Line
from flows.session import Session, pack
from store.outbox_rows import OutboxRows
from store.queries import queries

WAITED_S = 60
"""Waiting buyers wrote so long ago: their sessions are live."""
AWAY_S = 3_600
"""A carrier that is back was away for so long."""
TEXTS_A_BATCH = 20
"""At 800 messages a second there are 40 batches."""
TEXT = "牛肉面2份，共36.00元。请回复送货地址。"
_ORDERS = """
insert into orders (seller, serial, buyer, channel, session, turn, status, total, currency, address, placed_at, due_at, lines)
with recursive past (i) as (select 0 union all select i + 1 from past where i + 1 < :count)
select i / :each + 1, i % :each + 1, '15' || printf('%09d', i), 'sms', 1, 4, 'delivered', 3600, 'CNY', '文三路1号',
  :now - 86400 - (:count - i) / 100, :now - 84300 - (:count - i) / 100, :lines
from past
"""
"""Seller by seller, so that every index grows at its end: 10,000,000 in a minute or two instead of ten."""


def write(database: Path, sellers: int, orders: int, waiting: int, now: int) -> None:
    """Add past orders and waiting sessions, spread over the sellers."""
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("pragma journal_mode = off")
    db.execute("pragma synchronous = off")
    db.execute("pragma cache_size = -400000")
    [(program,)] = db.execute("select fingerprint from sellers order by id limit 1").fetchall()
    if orders:
        db.execute(
            _ORDERS,
            {
                "count": orders,
                "each": -(-orders // sellers),
                "now": now,
                "lines": '[{"code":"101","name":"牛肉面","quantity":2,"price":1800}]'.encode(),
            },
        )
    _fill(
        db,
        "insert into contacts (seller, buyer, channel, serial, at, stamp, session)"
        " values (?, ?, 'sms', 1, ?, ?, ?)",
        _contacts(sellers, waiting, now, program),
    )
    db.execute("pragma journal_mode = wal")
    db.close()
    # Else the first commit of what is measured waits for gigabytes that are not on disk yet.
    with database.open("rb") as written:
        os.fsync(written.fileno())


def write_outbox(database: Path, texts: int, code: str, now: int, carrier: str = "carrier") -> None:
    """Add texts that wait, each to another phone: those of an hour of batches, while the carrier was away."""
    db = sqlite3.connect(database, isolation_level=None)
    outbox = OutboxRows(db, queries())
    db.execute("begin")
    for first in range(0, texts, TEXTS_A_BATCH):
        at = now - AWAY_S + AWAY_S * first // texts
        outbox.put(
            [
                OutgoingText(
                    carrier, code, f"16{number * 61_803_399 % 10**9:09d}", TEXT, at, "seller00000"
                )
                for number in range(first, min(first + TEXTS_A_BATCH, texts))
            ]
        )
        outbox.written(outbox.write())
    db.execute("commit")
    db.close()


def _fill(db: sqlite3.Connection, sql: str, rows: Iterator[tuple[Any, ...]]) -> None:
    db.execute("begin")
    db.executemany(sql, rows)
    db.execute("commit")


def _contacts(sellers: int, count: int, now: int, program: bytes) -> Iterator[tuple[Any, ...]]:
    at = now - WAITED_S
    # Where the worked example waits for an address, with the dish and the basket in it.
    session = pack(
        Session(
            program,
            1,
            "zh",
            "address.2",
            at,
            0,
            3,
            {"dish": "101", "qty": 2},
            (Line("101", 2),),
        )
    )
    for index in range(count):
        buyer = f"17{index * 61_803_399 % 10**9:09d}"
        yield index % sellers + 1, buyer, at, at * 1_000_000 + index, session


def forget_pages(database: Path) -> None:
    """Have the kernel let go of what it keeps of the file in memory: it is opened as after a reboot."""
    with database.open("rb") as written:
        os.fsync(written.fileno())
        os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def bytes_of(database: Path) -> int:
    """The database and its log."""
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
