"""Pages of a database that a batch changes, and what changing them costs in a bare transaction."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path
from struct import Struct

_LAST_FRAME = Struct("=I")
"""How many frames the write-ahead log has, in its index; see SQLite's walformat.html, section 2.2."""


class Log:
    """Counts what goes into a database's write-ahead log."""

    def __init__(self, database: Path) -> None:
        self._index = database.with_name(f"{database.name}-shm")
        self._last = self._frames()
        self.pages = 0

    def _frames(self) -> int:
        with self._index.open("rb") as index:
            index.seek(16)
            return _LAST_FRAME.unpack(index.read(4))[0]

    def look(self) -> None:
        """After a commit. The log begins anew when all of it is in the database."""
        frames = self._frames()
        self.pages += frames - self._last if frames >= self._last else frames
        self._last = frames


def floor_us(folder: Path, pages: int, rounds: int = 200) -> float:
    """What a page more costs a bare transaction: one row changed on each of so many pages, and the log moved to the file."""
    path = folder / "floor.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.execute("pragma cache_size = -65536")
    db.execute("pragma wal_autocheckpoint = 4000")
    db.execute("create table rows (id integer primary key, count integer, filling blob)")
    db.execute("begin")
    db.executemany(
        "insert into rows values (?, 0, ?)", ((number, bytes(3_000)) for number in range(8_000))
    )
    db.execute("commit")
    chance = random.Random(1)
    costs: list[float] = []
    for count in (1, pages):
        began = time.process_time()
        for _ in range(rounds):
            db.execute("begin immediate")
            db.executemany(
                "update rows set count = count + 1 where id = ?",
                [(chance.randrange(8_000),) for _ in range(count)],
            )
            db.execute("commit")
        costs.append((time.process_time() - began) / rounds)
    db.close()
    return (costs[1] - costs[0]) / (pages - 1) * 1e6
