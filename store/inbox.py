"""Messages that were taken, so that a redelivery is known for INBOX_KEPT_S and not twice as long.

Two tables: one takes new keys; once in INBOX_KEPT_S the other, older one is emptied and takes its turn. Of a key eight bytes
are kept, as a row's id: that two of an hour's messages share them by chance is one in 10^12, and matters only if they
are repeated in doubt.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from center.world import Seen

INBOX_KEPT_S = 3_600
"""A key is kept at least so long while we run. A system that was down for hours still has those of its last hour."""


def _number(key: bytes) -> int:
    """A key's first eight bytes as a row's id, which is signed."""
    return int.from_bytes(key[:8], "big", signed=True)


class Inbox:
    """Which table is which, and what they hold."""

    def __init__(self, db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self._db = db
        self._sql = sql
        self._current = "a"
        self._since = 0
        self.reload()

    def reload(self) -> None:
        """Look up which is which: at first, and when `rotate` was committed."""
        db = self._db
        meta = dict(db.execute("select name, value from meta where name like 'inbox%'").fetchall())
        self._current = meta.get("inbox", "a")
        self._since = int(meta.get("inbox_since", 0))

    def seen(self, keys: Iterable[bytes]) -> dict[bytes, Seen]:
        """Which of these were taken before."""
        named = {_number(key): key for key in keys}
        rows = self._db.execute(self._sql["seen"], (msgspec.json.encode(list(named)).decode(),))
        found: dict[bytes, Seen] = {}
        for number, at, stamp in rows:
            key = named[number]
            known = found.get(key)
            if known is None or stamp > known.stamp:
                found[key] = Seen(at, stamp)
        return found

    def keep(self, seen: Mapping[bytes, Seen]) -> None:
        """Write keys, within a batch's transaction."""
        self._db.executemany(
            self._sql[f"keep_seen_{self._current}"],
            [(_number(key), one.at, one.stamp) for key, one in seen.items()],
        )

    def rotate(self, now: int) -> None:
        """Within a transaction of its own: empty the older table if it has grown old, and write to it from now on."""
        if self._since and now < self._since + INBOX_KEPT_S:
            return
        current = self._current
        if self._since:
            current = "b" if current == "a" else "a"
            self._db.execute(self._sql[f"forget_seen_{current}"])
        put = "insert into meta values (?, ?) on conflict do update set value = excluded.value"
        self._db.executemany(put, [("inbox", current), ("inbox_since", str(now))])
