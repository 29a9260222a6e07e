"""The floor's journal made short: how things stand in place of the records so far, while others go on writing.

A process of its own reads the records up to one of them, makes the router that they made, and writes how it stands beside
them, some rows a transaction, so that an append waits for a few milliseconds at most. One small transaction then says that
these rows stand for those records; only after that are the records dropped, again some at a time. Whoever reads the
journal makes the same router before, meanwhile and after, and whoever is killed leaves rows that nobody reads and that
the next one drops. Two at once do no harm: the one who got further wins.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Thread

from center.acd.journal import decode, encode, rebuild
from center.acd.snapshot import snapshot

AT_ONCE = 1_000
"""Rows a transaction: a few milliseconds of the file."""
PAUSE_S = 0.01
"""Between two of them, for those who wait for the file."""
BUSY_TIMEOUT_S = 30.0
NICE = 10
"""It has time, and the shop has not."""

log = logging.getLogger("dialcart.floor")


def begin_shortening(path: Path) -> Thread:
    """Make a journal short in a process of its own; the thread ends with it."""
    thread = Thread(target=_in_a_process, args=(path,), name="shortening", daemon=True)
    thread.start()
    return thread


def _in_a_process(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_main, args=(path,), daemon=True)
    process.start()
    process.join()
    if process.exitcode not in (0, -signal.SIGTERM):  # that is how it ends with the shop
        log.error("the floor's journal goes on growing: shortening it ended with %d", process.exitcode)  # fmt: skip


def _main(path: Path) -> None:
    with contextlib.suppress(OSError):
        os.nice(NICE)
    shorten(path, pause_s=PAUSE_S)


def shorten(path: Path, *, pause_s: float = 0.0) -> bool:
    """Make a journal short; whether it is, and not by another meanwhile. Raises sqlite3.Error, JournalError."""
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        # Rows that nobody reads yet may be lost with the machine; the transaction that has them read brings them to disk.
        db.execute("pragma synchronous = normal")
        upto, records = _standing(db)
        generation = None
        for first in range(0, len(records), AT_ONCE):
            generation = _add(db, records[first : first + AT_ONCE], generation)
            time.sleep(pause_s)
        assert generation is not None, "how things stand is at least a record"
        db.execute("pragma synchronous = full")
        won = _let_stand(db, generation, upto)
        _drop(db, pause_s)
        return won
    finally:
        db.close()


def read(db: sqlite3.Connection) -> Iterator[bytes]:
    """All records of a journal, within the transaction that is open."""
    generation, upto = db.execute("select generation, upto from base").fetchone()
    for select, what in (
        ("select record from standing where generation = ? order by id", generation),
        ("select record from journal where id > ? order by id", upto),
    ):
        for (record,) in db.execute(select, (what,)):
            yield record


def _standing(db: sqlite3.Connection) -> tuple[int, list[bytes]]:
    """How things stand after the last record, and its number."""
    with _transaction(db, "begin"):
        [upto] = db.execute("select coalesce(max(id), 0) from journal").fetchone()
        router = rebuild(map(decode, read(db)))
    return upto, [encode(record) for record in snapshot(router)]


def _add(db: sqlite3.Connection, rows: list[bytes], generation: int | None) -> int:
    with _transaction(db, "begin immediate"):
        if generation is None:
            [generation] = db.execute(
                "select 1 + max((select generation from base), (select coalesce(max(generation), 0) from standing))"
            ).fetchone()
        db.executemany(
            "insert into standing (generation, record) values (?, ?)",
            [(generation, row) for row in rows],
        )
    assert generation is not None
    return generation


def _let_stand(db: sqlite3.Connection, generation: int, upto: int) -> bool:
    """Have these rows read in place of the records up to one; not if others stand for more of them."""
    with _transaction(db, "begin immediate"):
        changed = db.execute(
            "update base set generation = ?, upto = ? where upto < ?", (generation, upto, upto)
        )
        if not changed.rowcount:
            db.execute("delete from standing where generation = ?", (generation,))
    return bool(changed.rowcount)


def _drop(db: sqlite3.Connection, pause_s: float) -> None:
    """Drop what is read no more. The last record stays: its number is never given again."""
    for delete in (
        "delete from journal where id in (select id from journal where id < (select upto from base) limit ?)",
        "delete from standing where id in (select id from standing where generation < (select generation from base) limit ?)",
    ):
        dropped = AT_ONCE
        while dropped == AT_ONCE:
            with _transaction(db, "begin immediate"):
                dropped = db.execute(delete, (AT_ONCE,)).rowcount
            time.sleep(pause_s)


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection, begin: str) -> Generator[None]:
    db.execute(begin)
    try:
        yield
        db.execute("commit")
    except BaseException:
        if db.in_transaction:
            db.execute("rollback")
        raise
