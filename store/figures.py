"""How much a store holds, read over a connection of its own so that the writer never waits for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from center.ports import StoreError
from store.queries import queries
from store.recent import contacts_without_a_row

BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What is in a store, as far as it is known without counting."""

    texts_waiting: int
    """That no carrier has taken."""
    oldest_text_at: int | None
    """Unix seconds."""
    orders: int
    sellers: int
    bytes: int
    """On disk, with what was not yet moved into the file itself."""


@dataclass(frozen=True, slots=True)
class Census:
    """What is only known by counting all of it."""

    sessions: int
    """Live or over."""
    messages: int
    """For sellers to read."""
    hand_overs: int


def read_figures(path: Path) -> Figures:
    """Look. Raises StoreError."""
    with _reading(path) as db:
        row = db.execute(queries()["figures"]).fetchone()
    files = (path, path.with_name(f"{path.name}-wal"))
    size = sum(file.stat().st_size for file in files if file.exists())
    return Figures(*row, bytes=size)


def take_census(path: Path) -> Census:
    """Count. Raises StoreError. May take a second with millions of sessions: not for the event loop."""
    with _reading(path) as db:
        sessions, messages, hand_overs = db.execute(queries()["census"]).fetchone()
        return Census(sessions + contacts_without_a_row(db, queries()), messages, hand_overs)


@contextmanager
def _reading(path: Path) -> Generator[sqlite3.Connection]:
    """A connection that sees the store as it stands at one moment: sessions move from one table to the other."""
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
        try:
            db.execute("begin")
            yield db
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be counted: {error}") from None
