"""The outbox: the texts of a batch in one row, and a bit for each that the carrier has taken.

A text's id is its row's, times TEXTS_PER_ROW_MAX, and its place in the row. That texts are taken is noted in memory and
written with the next batch: a crash in between sends them once more, which the outbox does not promise against. A row
goes when all its texts are taken.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec

from center.changes import OutgoingText

_PLACE_BITS = 12
TEXTS_PER_ROW_MAX = 1 << _PLACE_BITS

Drops = list[tuple[int, int]]
"""Rows, and the bits of their texts that were taken."""


@cache
def _codec() -> tuple[msgspec.msgpack.Encoder, msgspec.msgpack.Decoder[list[OutgoingText]]]:
    return msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(list[OutgoingText])


class OutboxRows:
    """Writes and reads them; what is taken of rows that are not through is in memory too."""

    def __init__(self, db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self._db = db
        self._sql = sql
        # Ids go up within a run also when the outbox has been empty.
        self._next: int = db.execute(sql["outbox_last"]).fetchone()[0] + 1
        self._taken: dict[int, int] = {}
        """Bits of texts taken, by row."""
        self._counts: dict[int, int] = {}
        """Texts of rows that are not through."""
        self._touched: set[int] = set()
        """Rows of which more was taken than is written."""

    @property
    def is_behind(self) -> bool:
        """Whether more was taken than is written."""
        return bool(self._touched)

    def put(self, texts: Sequence[OutgoingText]) -> list[int]:
        """Write the texts of a batch, within its transaction; their ids, which count once it is committed."""
        ids: list[int] = []
        for begin in range(0, len(texts), TEXTS_PER_ROW_MAX):
            some = texts[begin : begin + TEXTS_PER_ROW_MAX]
            row = self._next
            self._next += 1
            self._db.execute(
                self._sql["put_texts"], (row, some[0].at, len(some), _codec()[0].encode(some))
            )
            first = row << _PLACE_BITS
            ids += range(first, first + len(some))
        return ids

    def take(self, ids: Sequence[int]) -> None:
        """Note that the carrier has these."""
        taken, touched = self._taken, self._touched
        for text_id in ids:
            row = text_id >> _PLACE_BITS
            if row not in self._counts and not self._load(row):
                continue
            taken[row] = taken.get(row, 0) | 1 << (text_id & (TEXTS_PER_ROW_MAX - 1))
            touched.add(row)

    def _load(self, row: int) -> bool:
        """Take up a row of which nothing was taken yet in this run."""
        found = self._db.execute(self._sql["texts_taken"], (row,)).fetchone()
        if found is None:
            return False
        self._counts[row] = found[0]
        self._taken[row] = int.from_bytes(found[1] or b"", "little")
        return True

    def write(self) -> Drops:
        """Write what was taken, within a transaction; give what it returns to `written` after the commit."""
        drops = [(row, self._taken[row]) for row in self._touched]
        through: list[tuple[int]] = []
        part: list[tuple[int, int, bytes]] = []
        for row, bits in drops:
            count = self._counts[row]
            if bits == (1 << count) - 1:
                through.append((row,))
            else:
                part.append((row, bits.bit_count(), bits.to_bytes(-(-count // 8), "little")))
        self._db.executemany(self._sql["keep_taken"], part)
        self._db.executemany(self._sql["drop_texts"], through)
        self._db.executemany(self._sql["drop_taken"], through)
        return drops

    def written(self, drops: Drops) -> None:
        """The transaction that wrote these was committed; meanwhile more may have been taken."""
        for row, bits in drops:
            if self._taken[row] == bits:
                self._touched.discard(row)
            if bits == (1 << self._counts[row]) - 1:
                del self._taken[row], self._counts[row]

    def waiting(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """Texts that no carrier has taken, with ids above `after`, oldest first."""
        found: list[tuple[int, OutgoingText]] = []
        begin = after >> _PLACE_BITS
        while len(found) < limit:
            rows = self._db.execute(self._sql["waiting_texts"], (begin, 16)).fetchall()
            if not rows:
                break
            for row, packed, kept in rows:
                bits = self._taken.get(row) or int.from_bytes(kept or b"", "little")
                first = row << _PLACE_BITS
                found += [
                    (first + place, text)
                    for place, text in enumerate(_codec()[1].decode(packed))
                    if first + place > after and not bits >> place & 1
                ]
            begin = rows[-1][0] + 1
        return found[:limit]
