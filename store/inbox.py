"""Messages that were taken, so that a redelivery is known for INBOX_KEPT_S and not much longer.

Those of a batch are one row, found by their stamps: what may come again bears the range of stamps in which it was taken
(sms.redelivery), and nothing else is looked for. What was found there and came again is noted there, so that a row gives the
last stamp of each of its keys for as long as it is in doubt. Messages that carriers name may come again at any time, so they are found by
their keys. They are few, and lie in two tables: one takes new keys; once in INBOX_KEPT_S the other, older one is emptied
and takes its turn.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import msgspec

from center.contact import Arrival

INBOX_KEPT_S = 3_600
"""A key is kept at least so long while we run, by ticks: no clock that is set takes from it, nor does time while we are down."""
SERVED_EVERY_S = 600
"""So often it is written for how long we have run. A start begins there, or with what was taken last: keys are kept longer by the rest."""
ROWS_IN_DOUBT_MAX = 256
"""Rows in which a batch's messages are looked for, the newest: what is in doubt after a fall is the last batch or two."""
ROWS_OF_LAST_MAX = 64
"""Rows in which a buyer's last message is looked for, from the one that their contact bears: that is its own, or what was in doubt when it came,
seconds before."""
ROWS_A_STEP = 500
"""Forgotten at a time; at full speed there are fewer than a hundred a second."""


@cache
def _codec() -> tuple[msgspec.msgpack.Encoder, msgspec.msgpack.Decoder[dict[bytes, int]]]:
    return msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(dict[bytes, int])


def _number(key: bytes) -> int:
    """A key's first eight bytes as a row's id, which is signed."""
    return int.from_bytes(key[:8], "big", signed=True)


class Inbox:
    """Which table is which, and what they hold."""

    def __init__(self, db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self._db = db
        self._sql = sql
        self._current = "a"
        self._since: int | None = None
        self._rows: dict[int, dict[bytes, int]] = {}
        """Rows that the last batch in doubt looked into, by their first stamps: the next looks into the same."""
        self._found: dict[bytes, int] = {}
        """Keys that the open batch brought and rows have, with the rows."""
        self._changed: dict[int, dict[bytes, int]] = {}
        """Rows as the open batch wrote them."""
        self._served_kept = 0
        """As the table has it."""
        self._served: float = db.execute(sql["inbox_last_at"]).fetchone()[0]
        """For how many seconds we have run, in all lives. Where a version wrote that went by the clock of day, that is where it begins."""
        self._ticked: float | None = None
        self.reload()
        self._served = max(self._served, self._served_kept)

    def reload(self) -> None:
        """Look up which is which: at first, and when `forget` was committed."""
        db = self._db
        meta = dict(db.execute("select name, value from meta where name like 'inbox%'").fetchall())
        self._current = meta.get("inbox", "a")
        self._since = int(meta["inbox_since"]) if "inbox_since" in meta else None
        self._served_kept = int(meta.get("inbox_served", 0))

    # --- reading ---

    def named(self, keys: Iterable[bytes]) -> dict[bytes, int]:
        """Stamps of those that were taken before, of keys with names."""
        wanted = {_number(key): key for key in keys}
        listed = msgspec.json.encode(list(wanted)).decode()
        rows = self._db.execute(self._sql["named"], {"wanted": listed})
        found: dict[bytes, int] = {}
        for number, stamp in rows:
            key = wanted[number]
            found[key] = max(stamp, found.get(key, stamp))
        return found

    def in_doubt(self, arrivals: Sequence[Arrival], last: Iterable[int] = ()) -> dict[bytes, int]:
        """Stamps of those that were taken before, of arrivals that bear ranges of stamps. `last`: from which the last messages of buyers are
        looked for, too."""
        self._look_between({range_ for arrival in arrivals for range_ in arrival.doubt}, last)
        self._found = {}
        found: dict[bytes, int] = {}
        for arrival in arrivals:
            key = arrival.key
            for first, row in self._rows.items():
                stamp = row.get(key)
                if stamp is not None:
                    self._found[key] = first
                    found[key] = stamp
                    break
        return found

    def _look_between(self, ranges: Iterable[tuple[int, int]], last: Iterable[int]) -> None:
        """Have the rows with stamps in these ranges at hand, newest first, and then a few from each of `last` on."""
        db, sql = self._db, self._sql
        firsts = {
            first
            for since, until in ranges
            for (first,) in db.execute(sql["inbox_between"], (since, until, ROWS_IN_DOUBT_MAX))
        }
        wanted = sorted(firsts, reverse=True)[:ROWS_IN_DOUBT_MAX]
        for stamp in last:
            if len(wanted) >= 2 * ROWS_IN_DOUBT_MAX:
                break
            rows = db.execute(sql["inbox_from"], (stamp, ROWS_OF_LAST_MAX))
            wanted += [first for (first,) in rows if first not in firsts]
            firsts.update(wanted)
        self._rows = {first: self._rows.get(first) or self._read(first) for first in wanted}

    def _read(self, first: int) -> dict[bytes, int]:
        (packed,) = self._db.execute(self._sql["inbox_row"], (first,)).fetchone()
        return _codec()[1].decode(packed)

    # --- writing ---

    def keep(self, seen: Mapping[bytes, int], named: Mapping[bytes, int]) -> None:
        """Write the stamps of a batch's messages by their keys, within its transaction."""
        at = int(self._served)
        if seen:
            # Stamps go up, and batches are kept in their order: no two rows overlap.
            row = min(seen.values()), at, _codec()[0].encode(seen)
            self._db.execute(self._sql["keep_seen"], row)
        self._note_found(seen)
        if named:
            self._db.executemany(
                self._sql[f"keep_named_{self._current}"],
                [(_number(key), at, stamp) for key, stamp in named.items()],
            )

    def _note_found(self, seen: Mapping[bytes, int]) -> None:
        self._changed = {}
        for key, first in self._found.items():
            if key in seen:
                row = self._changed.setdefault(first, dict(self._rows[first]))
                row[key] = seen[key]
        self._found = {}
        for first, row in self._changed.items():
            self._db.execute(self._sql["change_seen"], (_codec()[0].encode(row), first))

    def written(self) -> None:
        """The transaction of the last `keep` was committed."""
        self._rows.update(self._changed)
        self._changed = {}

    def tick(self, ticks: float) -> None:
        """So many seconds went by since the last of these: `ticks` only go forward. What is kept next is dated so."""
        if self._ticked is not None:
            self._served += max(0.0, ticks - self._ticked)
        self._ticked = ticks

    def forget(self) -> None:
        """Within a transaction of its own: forget rows that are old, and turn the tables if it is time."""
        served = int(self._served)
        old = {"before": served - INBOX_KEPT_S, "rows": ROWS_A_STEP}
        self._db.execute(self._sql["forget_seen"], old)
        if served >= self._served_kept + SERVED_EVERY_S:
            self._put("inbox_served", str(served))
        since, current = self._since, self._current
        if since is not None and since <= served < since + INBOX_KEPT_S:
            return
        if since is not None and since <= served:
            current = "b" if current == "a" else "a"
            self._db.execute(self._sql[f"forget_named_{current}"])
        # At first, and where a fall took of the time served, the table that takes new ones begins its turn now.
        self._put("inbox", current)
        self._put("inbox_since", str(served))

    def _put(self, name: str, value: str) -> None:
        put = "insert into meta values (?, ?) on conflict do update set value = excluded.value"
        self._db.execute(put, (name, value))
