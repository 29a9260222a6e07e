"""The floor's journal: records in their order, in a file of their own, each append one transaction that is on disk."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from center.ports import StoreError, StoreTakenError
from store.batch import errors
from store.shortening import begin_shortening, read

BUSY_TIMEOUT_S = 5.0

_SCHEMA = """
create table if not exists journal (id integer primary key, record blob not null);
-- How things stood after some record, in place of it and all before; see store/shortening.py. What is of another generation
-- than the one below is being written, or dropped, and never read.
create table if not exists standing (id integer primary key, generation integer not null, record blob not null);
create table if not exists base (id integer primary key check (id = 1), generation integer not null, upto integer not null);
insert or ignore into base values (1, 0, 0);
-- Who writes: whoever took over last. One row; the number is checked in the transaction of every append.
create table if not exists owner (id integer primary key check (id = 1), epoch integer not null);
insert or ignore into owner values (1, 0);
"""


class SqliteJournal:
    """See center.acd.kept.Journal. In a file of its own, so that routing does not wait for orders, nor they for it."""

    def __init__(
        self, path: Path, *, shortens: Callable[[Path], Thread] = begin_shortening
    ) -> None:
        """Open or make the file. `shortens` makes it short, aside.

        Raises StoreError if it is no journal of ours, StoreBusyError if a process that was stopped holds it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._shortens = shortens
        self._shortening: Thread | None = None
        self._epoch = 0
        """Ours, if we took over."""
        try:
            with errors():
                self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
                self._db.execute("pragma journal_mode = wal")
                self._db.execute("pragma synchronous = full")
                self._db.executescript(_SCHEMA)
        except StoreError as error:
            raise type(error)(f"{path} cannot be opened: {error}") from None
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

    def is_ours(self) -> bool:
        """Whether nobody has taken over since we did."""
        with errors():
            [epoch] = self._db.execute("select epoch from owner").fetchone()
        return epoch == self._epoch

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def append(self, records: Sequence[bytes]) -> None:
        """See Journal."""
        with errors():
            self._db.execute("begin immediate")
            try:
                if self._epoch:
                    [epoch] = self._db.execute("select epoch from owner").fetchone()
                    if epoch != self._epoch:
                        raise StoreTakenError("another process has taken the journal over")
                self._db.executemany(
                    "insert into journal (record) values (?)", [(record,) for record in records]
                )
                self._db.execute("commit")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("rollback")
                raise

    def records(self) -> Iterator[bytes]:
        """See Journal."""
        # By a connection of its own, so that all are of one moment though records are appended meanwhile.
        return records_of(self._path)

    def shorten(self) -> None:
        """See Journal."""
        if self._shortening is None or not self._shortening.is_alive():
            self._shortening = self._shortens(self._path)


def records_of(path: Path) -> Iterator[bytes]:
    """A journal's records as they stand at one moment; nothing is written to it. Raises StoreError if it cannot be read."""
    try:
        db = sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
        )
        with contextlib.closing(db):
            db.execute("begin")
            yield from read(db)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be read: {error}") from None
