"""A database file, opened as one of ours: its tables, and transactions on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from center.awaited import Awaited
from center.ports import StoreError
from store.awaiting import Awaiting
from store.batch import Tables, errors
from store.hot import HotRows
from store.inbox import Inbox
from store.migrations.migration import check_schema
from store.migrations.steps import SCHEMA_VERSION
from store.outbox_rows import OutboxRows
from store.queries import queries, schema
from store.recent import Recent
from store.records import unpack_awaited
from store.turn_log import TurnLog

BUSY_TIMEOUT_S = 5.0
"""Another writer, such as `dialcart orders ship`, has so long to finish."""
ROWS_MAX = 100_000
"""Rows that one listing gives."""
PAGES_CACHED_KIB = 65_536
"""Of the database's pages in memory; the kernel caches the file beside it."""
CHECKPOINT_PAGES = 4_000
"""The write-ahead log goes into the database when it has so many pages, 16 MiB."""

_MAY_NOT = "who owns it and its folder: whoever opens it must be let write there"
_LOOK_AT = {
    sqlite3.SQLITE_CANTOPEN: _MAY_NOT,
    sqlite3.SQLITE_READONLY: _MAY_NOT,
    sqlite3.SQLITE_BUSY: "what else has it open",
}
"""Where an operator finds why, by SQLite's result codes; the others come of a disk that is full or broken."""


def cannot_open(path: Path | str, error: sqlite3.OperationalError) -> StoreError:
    """Why a file could not be opened, and where to look."""
    look = _LOOK_AT.get(error.sqlite_errorcode & 0xFF, "whether its disk is full, and free room")
    return StoreError(f"{path} cannot be opened: {error}; see {look}")


class Database:
    """One connection to one file. Not to be shared between threads."""

    def __init__(self, path: Path | str) -> None:
        """Open or make the database. Raises StoreError if it is not one of ours."""
        self.path = str(path)
        if self.path != ":memory:":
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self._sql = queries()
        try:
            self._db = sqlite3.connect(
                self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            # Before anything is made in it: an older database is left as it is.
            check_schema(self.path, self._db)
            # FULL: a commit is on disk when it returns, also if the power goes.
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.execute("pragma foreign_keys = on")
            self._db.execute("pragma temp_store = memory")
            self._db.execute(f"pragma cache_size = -{PAGES_CACHED_KIB}")
            self._db.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
            self._db.executescript(schema())
            # Only where it is new: who writes waits for a shop that is busy, which would wait for whoever only looks into it.
            if self._db.execute("select 1 from meta where name = 'schema'").fetchone() is None:
                self._db.execute(
                    "insert into meta values ('schema', ?) on conflict do nothing",
                    (str(SCHEMA_VERSION),),
                )
        except sqlite3.OperationalError as error:
            raise cannot_open(self.path, error) from None
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} is not a database of dialcart: {error}") from None
        self._version = 0
        """SQLite's count of other writers' commits."""
        self._tables = Tables(
            self._db,
            self._sql,
            HotRows(),
            Inbox(self._db, self._sql),
            Recent(self._db, self._sql),
            OutboxRows(self._db, self._sql),
            TurnLog(self._db, self._sql),
            Awaiting(self._db, self._sql),
        )

    def limit_pages(self, pages: int) -> None:
        """Let the file grow to so many pages of 4 KiB and no further, as a quota would."""
        self._db.execute(f"pragma max_page_count = {int(pages)}")

    def _number(self, seller: str) -> int | None:
        """What stands for a seller in the tables; None if nobody of that name is published here."""
        row = self._db.execute(self._sql["seller"], (seller,)).fetchone()
        return row[0] if row is not None else None

    def awaited(self, limit: int = ROWS_MAX) -> list[Awaited]:
        """What sessions wait for, orders that wait for their codes too."""
        return [unpack_awaited(row[0]) for row in self._db.execute(self._sql["awaited"], (limit,))]

    def asked(self) -> Iterator[Awaited]:
        """What a person or a partner is asked for, for a performer that begins anew."""
        for (record,) in self._db.execute(self._sql["asked"]):
            yield unpack_awaited(record)

    # --- transactions ---

    @contextmanager
    def _transaction(self) -> Generator[None]:
        """A write transaction; rolled back unless it was committed within, or the body ends well."""
        with errors():
            # Immediate: what is read must still hold when it is written.
            self._db.execute("begin immediate")
        try:
            self._look()
            yield
        except BaseException:
            self._rollback()
            raise
        try:
            if self._db.in_transaction:
                with errors():
                    self._db.execute("commit")
        except BaseException:
            self._rollback()
            raise

    def _look(self) -> None:
        """Whether another program has written: then what is known of the tables is not what they say."""
        with errors():
            version = self._db.execute("pragma data_version").fetchone()[0]
            if version != self._version:
                self._tables.hot.clear()
                self._tables.recent.follow()
                self._tables.turns.follow()
                self._tables.outbox.follow()
                self._version = version

    def _rollback(self) -> None:
        if self._db.in_transaction:
            self._db.execute("rollback")
