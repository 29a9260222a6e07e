"""The floor's journal: records in their order, in a file of their own, each append one transaction that is on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from center.ports import StoreError
from store.batch import errors

BUSY_TIMEOUT_S = 5.0
READ_AT_ONCE = 10_000

_SCHEMA = """
create table if not exists journal (id integer primary key, record blob not null);
-- Who writes: whoever took over last. One row; the number is checked in the transaction of every append.
create table if not exists owner (id integer primary key check (id = 1), epoch integer not null);
insert or ignore into owner values (1, 0);
"""


class SqliteJournal:
    """See center.acd.kept.Journal. In a file of its own, so that routing does not wait for orders, nor they for it."""

    def __init__(self, path: Path | str) -> None:
        """Open or make the file. Raises StoreError if it is no journal of ours."""
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        self._epoch = 0
        """Ours, if we took over."""
        try:
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path} is not a journal of dialcart: {error}") from None

    def take_over(self) -> None:
        """Be the one who writes. A process that had it before, stopped or slow, writes no more: its append fails.

        Who never took over may write, too, for as long as nobody has: tests and tools.
        """
        with errors():
            self._db.execute("begin immediate")
            self._db.execute("update owner set epoch = epoch + 1")
            [self._epoch] = self._db.execute("select epoch from owner").fetchone()
            self._db.execute("commit")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def append(self, records: Sequence[bytes]) -> None:
        """See Journal."""
        self._write(records, clear=False)

    def begin_anew(self, records: Sequence[bytes]) -> None:
        """See Journal."""
        self._write(records, clear=True)

    def records(self) -> Iterator[bytes]:
        """See Journal."""
        with errors():
            cursor = self._db.execute("select record from journal order by id")
            while rows := cursor.fetchmany(READ_AT_ONCE):
                yield from (row[0] for row in rows)

    def _write(self, records: Sequence[bytes], *, clear: bool) -> None:
        with errors():
            self._db.execute("begin immediate")
            try:
                if self._epoch:
                    [epoch] = self._db.execute("select epoch from owner").fetchone()
                    if epoch != self._epoch:
                        raise StoreError("another process has taken the journal over")
                if clear:
                    self._db.execute("delete from journal")
                self._db.executemany(
                    "insert into journal (record) values (?)", [(record,) for record in records]
                )
                self._db.execute("commit")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("rollback")
                raise
