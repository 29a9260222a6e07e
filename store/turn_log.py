"""Turns as they are logged, those of a batch in one row, and the way from a seller's newest row to their oldest.

What 40,000 sellers say at once lies in one place: a row says of each of its sellers which row before it has something of
theirs, so a batch costs the same whoever it is of, and old rows are a range. Each seller's newest row is known in memory. It is
written to a table of its own a while later, by the sweep, that of many sellers on a page at once; which rows came since is
noted too, so that a start has to look through no others.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import compress
from typing import NamedTuple

import msgspec

from center.contact import ContactKey

ROWS_READ_MAX = 50_000
"""Rows that are looked through for one listing."""
NEWEST_A_STEP = 1_000
"""Sellers whose newest rows the sweep writes at a time; ten pages or so, as they go in the order of the table."""


class LoggedTurn(msgspec.Struct, frozen=True, array_like=True):
    """One turn in a row."""

    buyer: str
    channel: str
    serial: int
    at: int
    lines: str


TurnRow = tuple[str, str, int, int, str]
"""The same as it is written."""
TalkRow = tuple[str, str, int, int, str]
"""A session: buyer, channel, serial, when it began, its lines."""


class LoggedRow(NamedTuple):
    """What a row has of one seller."""

    turns: Sequence[LoggedTurn]
    text_rows: range
    """Rows of the outbox that may have texts of theirs."""


class _Codec(NamedTuple):
    encode: msgspec.msgpack.Encoder
    links: msgspec.msgpack.Decoder[dict[int, int]]
    by_seller: msgspec.msgpack.Decoder[dict[int, msgspec.Raw]]
    turns: msgspec.msgpack.Decoder[list[LoggedTurn]]


@cache
def _codec() -> _Codec:
    return _Codec(
        msgspec.msgpack.Encoder(),
        msgspec.msgpack.Decoder(dict[int, int]),
        msgspec.msgpack.Decoder(dict[int, msgspec.Raw]),
        msgspec.msgpack.Decoder(list[LoggedTurn]),
    )


class TurnLog:
    """Writes rows, and reads one seller's."""

    def __init__(self, db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self._db = db
        self._sql = sql
        self._newest = array("q")
        """By seller, whose numbers SQLite gives without gaps, the newest row that has something of theirs; 0: none has."""
        self._last = 0
        """The newest row that this knows of."""
        self._added: tuple[int, Collection[int]] | None = None
        """The row of the open batch, and its sellers."""
        self._unwritten = bytearray()
        """By seller, whether their newest row is not in its table."""
        self._round: list[int] = []
        """Of these, who are still to be written before it can be noted that all rows up to `_through` are known there."""
        self._through = 0
        self._step: list[int] = []
        """Of these, whom the open step writes."""
        self._is_read = False

    # --- writing ---

    def put(
        self, at: int, turns: Mapping[int, Sequence[TurnRow]], texts_of: Iterable[int], rows: range
    ) -> None:
        """Write a batch's row, within its transaction; it counts after `written`.

        `turns` are by seller; `texts_of` are sellers who have texts in `rows` of the outbox.
        """
        self._added, self._step = None, []
        sellers = {*turns, *texts_of}
        if not sellers:
            return
        self._read()
        newest = self._grown(max(sellers))
        links = {seller: newest[seller] for seller in sellers}
        encode = _codec().encode.encode
        row = at, rows.start, len(rows), encode(links), encode(turns)
        added = self._db.execute(self._sql["put_turns"], row).lastrowid
        assert added is not None
        self._added = added, links

    def rest(self) -> None:
        """Write some sellers' newest rows, within a transaction; it counts after `written`."""
        self._added = None
        self._read()
        if not self._round:
            self._round = [*compress(range(len(self._unwritten)), self._unwritten)][::-1]
            self._through = self._last
        self._step = self._round[-NEWEST_A_STEP:]
        if self._step:
            newest = [(seller, self._newest[seller]) for seller in reversed(self._step)]
            self._db.executemany(self._sql["keep_newest_turns"], newest)
            if len(self._step) == len(self._round):
                self._db.execute(self._sql["keep_turns_known"], (str(self._through),))

    def written(self) -> None:
        """The transaction of the last `put` or `rest` was committed."""
        if self._added is not None:
            self._know(*self._added)
            self._added = None
        if self._step:
            del self._round[-len(self._step) :]
            for seller in self._step:
                self._unwritten[seller] = 0
            self._step = []

    def _know(self, row: int, sellers: Collection[int]) -> None:
        newest, unwritten = self._grown(max(sellers, default=0)), self._unwritten
        for seller in sellers:
            newest[seller] = row
            unwritten[seller] = 1
        self._last = row

    def _grown(self, seller: int) -> array[int]:
        """The newest rows, with a place for this seller."""
        more = seller + 1 - len(self._newest)
        if more > 0:
            self._newest.frombytes(bytes(more * self._newest.itemsize))
            self._unwritten.extend(bytes(more))
        return self._newest

    def _read(self) -> None:
        """Know who is where, when it is first needed; many programs that open a database never ask."""
        if self._is_read:
            return
        for seller, row in self._db.execute(self._sql["newest_turns"]):
            self._grown(seller)[seller] = row
        known = self._db.execute(self._sql["turns_known"]).fetchone()
        self._last = int(known[0]) if known is not None else 0
        self._is_read = True
        self.follow()

    def follow(self) -> None:
        """Take up rows that other programs have added."""
        if not self._is_read:
            return
        decode = _codec().links.decode
        for row, links in self._db.execute(self._sql["turns_after"], (self._last,)).fetchall():
            self._know(row, decode(links))

    # --- reading ---

    def rows(self, seller: int) -> Iterator[LoggedRow]:
        """What is there of a seller, newest first; read as far as is needed."""
        self._read()
        codec, row = _codec(), self._grown(seller)[seller]
        for _ in range(ROWS_READ_MAX):
            found = self._db.execute(self._sql["turns_row"], (row,)).fetchone() if row else None
            if found is None:
                return
            first_text, text_rows, links, packed = found
            own = codec.by_seller.decode(packed).get(seller)
            turns = codec.turns.decode(own) if own is not None else []
            yield LoggedRow(turns, range(first_text, first_text + text_rows))
            row = codec.links.decode(links).get(seller, 0)


def talk(rows: Iterable[LoggedRow], key: ContactKey, serial: int) -> list[str]:
    """Lines of one session, oldest first. `rows` come newest first and are read back to the session's first turn."""
    turns: list[str] = []
    for row in rows:
        for turn in reversed(row.turns):
            if (turn.buyer, turn.channel, turn.serial) == (key.buyer, key.channel, serial):
                turns.append(turn.lines)
                if turn.lines.startswith("@ "):
                    return [line for lines in reversed(turns) for line in lines.split("\n")]
    return [line for lines in reversed(turns) for line in lines.split("\n")]


def talks(rows: Iterable[LoggedRow], limit: int) -> list[TalkRow]:
    """Sessions that rows hold, newest first. `rows` come newest first and are read only as far as is needed."""
    sessions: dict[tuple[str, str, int], list[LoggedTurn]] = {}
    begun = 0
    for row in rows:
        for turn in reversed(row.turns):
            sessions.setdefault((turn.buyer, turn.channel, turn.serial), []).append(turn)
            # The first turn of a session is logged with its head.
            begun += turn.lines.startswith("@ ")
        if begun >= limit:
            break
    found = [
        (*key, turns[-1].at, "\n".join(turn.lines for turn in reversed(turns)))
        for key, turns in sessions.items()
    ]
    return sorted(found, key=lambda talk: -talk[3])[:limit]
