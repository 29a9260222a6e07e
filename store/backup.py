"""A copy of a store while it is open for business: whole, consistent, and held against its own checks."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from center.ports import StoreError

PAGES_A_STEP = 2_048
"""8 MiB are copied at a time; between two steps the writer goes on."""
STEP_PAUSE_S = 0.01


def back_up(source: Path, to: Path) -> int:
    """Copy a database to a new file; its size in octets.

    Promised: the copy is the database as it was at one moment, on disk when this returns; the writer is never held up
    longer than a step takes. A copy that is not whole does not get its name. Raises StoreError.
    """
    if not source.exists():
        raise StoreError(f"there is no database {source}")
    if to.exists():
        raise StoreError(f"{to} is there already; name a new file")
    unfinished = to.with_name(f"{to.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with (
            sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True) as reading,
            sqlite3.connect(unfinished) as writing,
        ):
            reading.backup(writing, pages=PAGES_A_STEP, sleep=STEP_PAUSE_S)
            found = writing.execute("pragma quick_check").fetchone()[0]
        reading.close()
        writing.close()
        if found != "ok":
            raise StoreError(f"the copy is not whole: {found}")
        _to_disk(unfinished)
        unfinished.rename(to)
        _to_disk(to.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{source} was not copied: {error}") from None
    finally:
        for rest in ("", "-journal", "-wal", "-shm"):
            unfinished.with_name(f"{unfinished.name}{rest}").unlink(missing_ok=True)
    return to.stat().st_size


def _to_disk(path: Path) -> None:
    """Have a file or a folder's entries on disk before going on."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
