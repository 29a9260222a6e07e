"""How much a store holds, read over a connection of its own so that the writer never waits for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from center.ports import StoreError
from store.outbox_rows import oldest_waiting
from store.queries import queries
from store.recent import contacts_without_a_row

BUSY_TIMEOUT_S = 5.0
ROWS_LOOKED_MAX = 20_000
"""Of the outbox, for the oldest text: past so many that hold none but those of the carrier besides, the next row's age is told."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is in a store, as far as it is known without counting."""

    texts_waiting: int
    """That no carrier has taken."""
    oldest_text_at: int | None
    """Unix seconds; None where none waits for a carrier."""
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


def read_figures(path: Path, besides: str = "") -> Figures:
    """Look. A carrier `besides` the others may take its time: the oldest text is none of its. Raises StoreError."""
    with _reading(path) as db:
        waiting, orders, sellers = db.execute(queries()["figures"]).fetchone()
        oldest = oldest_waiting(db, besides, ROWS_LOOKED_MAX) if waiting else None
    files = (path, path.with_name(f"{path.name}-wal"))
    size = sum(file.stat().st_size for file in files if file.exists())
    return Figures(waiting, oldest, orders, sellers, bytes=size)


def take_census(path: Path) -> Census:
    """Count. Raises StoreError. May take a second with millions of sessions: not for the event loop."""
    with _reading(path) as db:
        sessions, messages, hand_overs = db.execute(queries()["census"]).fetchone()
        return Census(sessions + contacts_without_a_row(db, queries()), messages, hand_overs)


@contextmanager
def _reading(path: Path) -> Generator[sqlite3.Connection]:
    """A connection that sees the store as it stands at one moment: sessions move from one table to the other."""
    try:
        db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
        try:
            db.execute("begin")
            yield db
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be counted: {error}") from None
