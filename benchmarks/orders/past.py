"""A database that has seen trade: past orders and buyers who wait in the middle, written directly with SQL.

What is written is what the running system writes, row for row; making it by talking would take hours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.inputs import Line
from flows.session import Session, pack

WAITED_S = 60
"""Waiting buyers wrote so long ago: their sessions are live."""


def write(database: Path, sellers: int, orders: int, waiting: int, now: int) -> None:
    """Add past orders and waiting sessions, spread over the sellers."""
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = off")
    db.execute("pragma cache_size = -400000")
    [(program,)] = db.execute("select fingerprint from sellers order by id limit 1").fetchall()
    _fill(
        db,
        "insert into orders (seller, serial, buyer, channel, session, turn, status, total, currency, address,"
        " placed_at, due_at, lines) values (?, ?, ?, 'sms', 1, 4, 'delivered', 3600, 'CNY', ?, ?, ?, ?)",
        _orders(sellers, orders, now),
    )
    if orders:
        db.execute(
            "update sellers set orders = (select count(*) from orders where seller = sellers.id)"
        )
    _fill(
        db,
        "insert into contacts (seller, buyer, channel, serial, at, stamp, session)"
        " values (?, ?, 'sms', 1, ?, ?, ?)",
        _contacts(sellers, waiting, now, program),
    )
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()


def _fill(db: sqlite3.Connection, sql: str, rows: Iterator[tuple[Any, ...]]) -> None:
    db.execute("begin")
    db.executemany(sql, rows)
    db.execute("commit")


def _orders(sellers: int, count: int, now: int) -> Iterator[tuple[Any, ...]]:
    lines = '[{"code":"101","name":"牛肉面","quantity":2,"price":1800}]'.encode()
    for index in range(count):
        at = now - 86_400 - (count - index) // 100
        buyer = f"15{index * 7_919 % 10**9:09d}"
        yield index % sellers + 1, index // sellers + 1, buyer, "文三路1号", at, at + 2_100, lines


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


def bytes_of(database: Path) -> int:
    """The database and its log."""
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
