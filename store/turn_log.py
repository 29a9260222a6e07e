"""Turns as they are logged: those of a batch that are one seller's in one row, found by seller and time.

A row's id holds the seller's number in its upper bits, then the time in seconds, then a count within it. So a seller's
turns lie together in their order without an index, and old ones are a range.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import msgspec

from center.changes import Talk
from center.contact import ContactKey

SELLER_BITS = 20
AT_BITS = 32
COUNT_BITS = 11
_WITHIN_SELLER = (1 << (AT_BITS + COUNT_BITS)) - 1
SELLERS_MAX = 1 << SELLER_BITS
ROWS_READ_MAX = 50_000
"""Rows that are looked through for one listing."""


class LoggedTurn(msgspec.Struct, frozen=True, array_like=True):
    """One turn in a row."""

    buyer: str
    channel: str
    serial: int
    at: int
    lines: str


TalkRow = tuple[str, str, int, int, str]
"""A session: buyer, channel, serial, when it began, its lines."""


def row_id(seller: int, at: int, count: int = 0) -> int:
    """The id of a row."""
    if seller >= SELLERS_MAX:
        raise ValueError(f"a shard logs at most {SELLERS_MAX} sellers; spread them over more")
    return (seller << (AT_BITS + COUNT_BITS)) | (at << COUNT_BITS) | count


class TurnIds:
    """Ids that go up within each run, whatever the clock does."""

    def __init__(self, rows: Iterable[int] = ()) -> None:
        """`rows` are ids that earlier runs gave."""
        last = max((row & _WITHIN_SELLER for row in rows), default=0)
        self._at = last >> COUNT_BITS
        self._count = last & ((1 << COUNT_BITS) - 1)

    def next(self, at: int) -> tuple[int, int]:
        """Time and count for the rows of a batch at this time."""
        if at > self._at:
            self._at, self._count = at, 0
        else:
            self._count += 1
            if self._count >> COUNT_BITS:
                self._at, self._count = self._at + 1, 0
        return self._at, self._count


@cache
def _codec() -> tuple[msgspec.msgpack.Encoder, msgspec.msgpack.Decoder[list[LoggedTurn]]]:
    return msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(list[LoggedTurn])


def pack_turns(talks: Sequence[Talk]) -> bytes:
    """Turns of one seller as a row."""
    return _codec()[0].encode(
        [(t.contact.buyer, t.contact.channel, t.serial, t.at, t.lines) for t in talks]
    )


def talk(rows: Iterable[bytes], key: ContactKey, serial: int) -> list[str]:
    """Lines of one session, oldest first. `rows` come newest first and are read back to the session's first turn."""
    turns: list[str] = []
    for row in rows:
        for turn in reversed(_codec()[1].decode(row)):
            if (turn.buyer, turn.channel, turn.serial) == (key.buyer, key.channel, serial):
                turns.append(turn.lines)
                if turn.lines.startswith("@ "):
                    return [line for lines in reversed(turns) for line in lines.split("\n")]
    return [line for lines in reversed(turns) for line in lines.split("\n")]


def talks(rows: Iterable[bytes], limit: int) -> list[TalkRow]:
    """Sessions that rows hold, newest first. `rows` come newest first and are read only as far as is needed."""
    sessions: dict[tuple[str, str, int], list[LoggedTurn]] = {}
    begun = 0
    for row in rows:
        for turn in reversed(_codec()[1].decode(row)):
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
