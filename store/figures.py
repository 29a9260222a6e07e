"""How much a store holds, read over a connection of its own so that the writer never waits for it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from center.ports import StoreError
from store.queries import queries
from store.recent import contacts_without_a_row

BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What is in a store."""

    texts_waiting: int
    """That no carrier has taken."""
    oldest_text_at: int | None
    """Unix seconds."""
    sessions: int
    """Live or over."""
    orders: int
    sellers: int
    messages: int
    """For sellers to read."""
    hand_overs: int
    bytes: int
    """On disk, with what was not yet moved into the file itself."""


def read_figures(path: Path) -> Figures:
    """Count. Raises StoreError. May take a second with millions of sessions: not for the event loop."""
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
        try:
            # As it stands at one moment: sessions move from one table to the other.
            db.execute("begin")
            row = db.execute(queries()["figures"]).fetchone()
            found = Figures(*row, bytes=0)
            sessions = found.sessions + contacts_without_a_row(db, queries())
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be counted: {error}") from None
    files = (path, path.with_name(f"{path.name}-wal"))
    size = sum(file.stat().st_size for file in files if file.exists())
    return replace(found, sessions=sessions, bytes=size)
