"""Texts to phones: those of a batch in one row, and a byte for each that says how far it has come.

A text's id is its row's, times TEXTS_PER_ROW_MAX, and its place in the row. What became of texts is noted in memory and
written with the next batch: a crash in between sends once more what carriers had just taken, which the outbox does not
promise against. A row leaves the outbox when carriers have all its texts; the texts and what became of them stay for
as long as store.retention says.

What carriers call texts whose receipts are to come is written as it is learnt, in rows of their own that nobody changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

import msgspec

from center.changes import OutgoingText
from center.text_news import SentText, Stage, TextNews
from store.queries import queries

_PLACE_BITS = 12
TEXTS_PER_ROW_MAX = 1 << _PLACE_BITS
_PLACE = TEXTS_PER_ROW_MAX - 1
ROWS_HOT_MAX = 4_000
"""Rows whose stages are in memory: of a minute at full speed. Older ones are read when there is news of them."""
NAMES_READ_MAX = 2_000_000
"""Names that a start reads, the last first, to find the texts that wait for receipts: half a second's work."""
NAME_ROWS_READ_MAX = 500_000
"""Rows of names that it reads, where they hold few: a second's work."""
STAGES_AT_ONCE_MAX = 32
"""Rows whose stages it has in hand: texts that were named together are of a few rows."""

ROW_MAX = 1 << 50
"""No row has so high a number."""

_DESTINATION = attrgetter("destination")

# Names of their own: a member looked up in its enumeration costs as much as all else that is done for a text here.
_WAITING, _SENT, _FINAL = map(int, (Stage.WAITING, Stage.SENT, Stage.DELIVERED))
"""Plain numbers, for the same reason; from _FINAL on a text has had its last word."""


class Stages(msgspec.Struct, frozen=True, array_like=True):
    """Of a row's texts, as it is kept."""

    stages: bytes
    """A byte a text."""
    reasons: dict[int, str] = {}
    """By place, of those that failed."""


class _Addressed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How an OutgoingText begins; what comes after is not read, which takes a third of the time."""

    carrier: str
    source: str
    destination: str


class Noted(NamedTuple):
    """What was written of what was noted; it counts once it is committed."""

    rows: list[tuple[int, int]]
    """With the count of changes that they had."""
    names: int


class _Row:
    """A row of which there was news."""

    __slots__ = ("changes", "left", "reasons", "stages")

    def __init__(self, count: int, kept: Stages | None) -> None:
        self.stages = bytearray(kept.stages if kept is not None else count)
        self.reasons = dict(kept.reasons) if kept is not None else {}
        self.left = self.stages.count(_WAITING)
        self.changes = 0


@cache
def _texts() -> tuple[msgspec.msgpack.Encoder, msgspec.msgpack.Decoder[list[OutgoingText]]]:
    return msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(list[OutgoingText])


@cache
def _addressed() -> msgspec.msgpack.Decoder[list[_Addressed]]:
    return msgspec.msgpack.Decoder(list[_Addressed])


@cache
def _stages() -> msgspec.msgpack.Decoder[Stages]:
    return msgspec.msgpack.Decoder(Stages)


@cache
def _names() -> msgspec.msgpack.Decoder[list[TextNews]]:
    return msgspec.msgpack.Decoder(list[TextNews])


class OutboxRows:
    """Writes and reads them."""

    def __init__(self, db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self._db = db
        self._sql = sql
        self._next = 1
        self._rows: dict[int, _Row] = {}
        """Those of which there was news lately; those of which there was none for long come first."""
        self._touched: set[int] = set()
        """Rows of which more is known than is written."""
        self._named: list[TextNews] = []
        """Names that are not written."""
        self._at = 0
        self.follow()

    def follow(self) -> None:
        """Take no id that others have given: ids go up also when the outbox has been empty. Names are dated as the last text is, be
        it of an earlier run: undated they would be old at once.
        """
        last, at = self._db.execute(self._sql["outbox_last"]).fetchone()
        self._next = max(self._next, last + 1)
        self._at = max(self._at, at)

    @property
    def is_behind(self) -> bool:
        """Whether more is known than is written."""
        return bool(self._touched)

    @property
    def rows_hot(self) -> int:
        """Rows in memory."""
        return len(self._rows)

    def put(self, texts: Sequence[OutgoingText]) -> list[int]:
        """Write the texts of a batch, within its transaction; their ids, which count once it is committed."""
        ids: list[int] = []
        db, sql = self._db, self._sql
        for begin in range(0, len(texts), TEXTS_PER_ROW_MAX):
            some = texts[begin : begin + TEXTS_PER_ROW_MAX]
            row = self._next
            self._next += 1
            self._at = some[0].at
            count = len(some)
            db.execute(sql["put_outbox"], (row, self._at, count))
            db.execute(sql["put_texts"], (row, self._at, count, _texts()[0].encode(some)))
            # If the transaction fails nobody learns of these ids, and the row is forgotten with time.
            self._rows[row] = _Row(count, None)
            first = row << _PLACE_BITS
            ids += range(first, first + count)
        return ids

    def note(self, news: Iterable[TextNews]) -> None:
        """What became of texts."""
        rows, touched = self._rows, self._touched
        last, row, stages = 0, None, bytearray()
        for one in news:
            text, stage = one.text, one.stage
            number, place = text >> _PLACE_BITS, text & _PLACE
            # What is learnt together is mostly of one row.
            if number != last:
                last, row = number, rows.get(number) or self._load(number)
                stages = row.stages if row is not None else bytearray()
            if row is None or place >= len(stages):
                continue
            before = stages[place]
            if before >= _FINAL:
                continue
            if before == _WAITING and stage != _WAITING:
                row.left -= 1
            stages[place] = stage
            row.changes += 1
            if one.reason:
                row.reasons[place] = one.reason
            if one.names:
                self._named.append(one)
            touched.add(number)

    def note_delivered(self, texts: Iterable[int]) -> None:
        """Phones have these texts."""
        rows, touched = self._rows, self._touched
        for text in texts:
            number = text >> _PLACE_BITS
            row = rows.get(number) or self._load(number)
            if row is None:
                continue
            stages, place = row.stages, text & _PLACE
            before = stages[place] if place < len(stages) else _FINAL
            if before >= _FINAL:
                continue
            if before == _WAITING:
                row.left -= 1
            stages[place] = _FINAL
            row.changes += 1
            touched.add(number)

    def _load(self, number: int) -> _Row | None:
        """Take up a row of which there was no news lately; None if it is forgotten."""
        found = self._db.execute(self._sql["text_stages"], (number,)).fetchone()
        if found is None:
            return None
        kept = _stages().decode(found[1]) if found[1] is not None else None
        row = self._rows[number] = _Row(found[0], kept)
        return row

    def write(self) -> Noted | None:
        """Write what was noted, within a transaction; give what it returns to `written` after the commit."""
        if not self._touched:
            return None
        db, sql, rows = self._db, self._sql, self._rows
        encode = _texts()[0].encode
        noted: list[tuple[int, int]] = []
        kept: list[tuple[int, bytes]] = []
        left: list[tuple[int, int]] = []
        through: list[tuple[int]] = []
        for number in self._touched:
            row = rows[number]
            noted.append((number, row.changes))
            kept.append((number, encode((bytes(row.stages), row.reasons))))
            if row.left:
                left.append((row.left, number))
            else:
                through.append((number,))
        db.executemany(sql["keep_stages"], kept)
        if left:
            db.executemany(sql["keep_left"], left)
        if through:
            db.executemany(sql["leave_outbox"], through)
        if self._named:
            db.execute(sql["put_names"], (self._at, encode(self._named)))
        return Noted(noted, len(self._named))

    def written(self, noted: Noted | None) -> None:
        """The transaction that wrote these was committed; meanwhile there may have been more news."""
        if noted is not None:
            self._let_go(noted)
        # Also without news: a carrier that is away has batches come, and none of them go.
        rows, touched = self._rows, self._touched
        if (over := len(rows) - ROWS_HOT_MAX) > 0:
            for number in list(islice((n for n in rows if n not in touched), over)):
                del rows[number]

    def _let_go(self, noted: Noted) -> None:
        """Of what is written, but for rows of which more is known by now."""
        rows = self._rows
        del self._named[: noted.names]
        for number, changes in noted.rows:
            row = rows[number]
            if row.changes == changes:
                self._touched.discard(number)
                # Behind the others: it is not needed for a while, if at all.
                del rows[number]
                if row.stages.count(_SENT) or row.left:
                    rows[number] = row

    # --- reading ---

    @property
    def next_row(self) -> int:
        """Of the next batch's texts."""
        return self._next

    def waiting(
        self, after: int, limit: int, before_row: int = ROW_MAX
    ) -> list[tuple[int, OutgoingText]]:
        """Texts that no carrier has taken, with ids above `after`, oldest first, of rows before one."""
        found: list[tuple[int, OutgoingText]] = []
        for number, packed, kept in self._rows_that_wait(after, before_row):
            stages = self._stages_of(number, kept)
            first = number << _PLACE_BITS
            found += [
                (first + place, text)
                for place, text in enumerate(_texts()[1].decode(packed))
                if first + place > after and (not stages or stages[place] == _WAITING)
            ]
            if len(found) >= limit:
                break
        return found[:limit]

    def waiting_phones(
        self, after: int, limit: int, before: int | None, before_row: int = ROW_MAX
    ) -> tuple[list[str], int]:
        """As center.outbox.Outbox has it, of rows before one."""
        phones: list[str] = []
        last = after
        if before is not None:
            before_row = min(before_row, ((before - 1) >> _PLACE_BITS) + 1)
        for number, packed, kept in self._rows_that_wait(after, before_row):
            stages = self._stages_of(number, kept)
            first = number << _PLACE_BITS
            found = list(map(_DESTINATION, _addressed().decode(packed)))
            end = first + len(found) - 1
            if first <= after or (before is not None and end >= before) or any(stages):
                phones += [
                    phone
                    for text, phone in enumerate(found, first)
                    if after < text
                    and (before is None or text < before)
                    and (not stages or stages[text & _PLACE] == _WAITING)
                ]
                last = max(last, end if before is None else min(end, before - 1))
            else:
                phones += found
                last = end
            if len(phones) >= limit:
                break
        return phones, last

    def _rows_that_wait(
        self, after: int, before_row: int
    ) -> Iterator[tuple[int, bytes, bytes | None]]:
        """Rows from the one of a text on, one at a time: how many texts each has is not known before, 1 or 4,096 of them."""
        yield from self._db.execute(self._sql["waiting_texts"], (after >> _PLACE_BITS, before_row))

    def _stages_of(self, number: int, kept: bytes | None) -> bytes | bytearray:
        """Also what is not written yet; empty where there is no news at all."""
        row = self._rows.get(number)
        if row is not None:
            return row.stages
        return _stages().decode(kept).stages if kept is not None else b""

    def without_receipts(self, limit: int) -> list[TextNews]:
        """Texts that wait for receipts, as carriers name them; at most so many, those named last, oldest first."""
        found: dict[int, TextNews] = {}
        looked_at: dict[int, bytes | bytearray] = {}
        read = 0
        for (packed,) in self._db.execute(self._sql["text_names"], (NAME_ROWS_READ_MAX,)):
            named = _names().decode(packed)
            for one in reversed(named):
                number = one.text >> _PLACE_BITS
                stages = looked_at.get(number)
                if stages is None:
                    if len(looked_at) == STAGES_AT_ONCE_MAX:
                        looked_at.clear()
                    stages = looked_at[number] = self._look_at_stages(number)
                if stages and stages[one.text & _PLACE] == _SENT:
                    # What was learnt last holds.
                    found.setdefault(one.text, one)
            read += len(named)
            if len(found) >= limit or read >= NAMES_READ_MAX:
                break
        return sorted(found.values(), key=lambda one: one.text)[-limit:]

    def _look_at_stages(self, number: int) -> bytes | bytearray:
        """A row's stages, which stay where they are: there may be days of rows. Empty where it is forgotten."""
        row = self._rows.get(number)
        if row is not None:
            return row.stages
        found = self._db.execute(self._sql["stages"], (number,)).fetchone()
        return _stages().decode(found[0]).stages if found is not None else b""


def rows_of(ids: Sequence[int]) -> range:
    """The rows of a batch's texts."""
    return range(ids[0] >> _PLACE_BITS, (ids[-1] >> _PLACE_BITS) + 1) if ids else range(0)


def oldest_waiting(db: sqlite3.Connection, besides: str, rows_max: int) -> int | None:
    """Unix seconds of the oldest text, as far as is written, that waits for another carrier than the one `besides`."""
    for looked, (at, packed, kept) in enumerate(
        db.execute(queries()["waiting_rows"], (rows_max + 1,))
    ):
        if looked == rows_max:
            return at
        stages = _stages().decode(kept).stages if kept is not None else b""
        for place, text in enumerate(_texts()[1].decode(packed)):
            if text.carrier != besides and (not stages or stages[place] == _WAITING):
                return text.at
    return None


def sent_texts(rows: Iterable[tuple[int, bytes, bytes | None]], seller: str) -> Iterator[SentText]:
    """One seller's texts in rows of them with their stages, last first in each."""
    for _, packed, kept in rows:
        stages = _stages().decode(kept) if kept is not None else Stages(b"")
        for place, text in reversed(list(enumerate(_texts()[1].decode(packed)))):
            if text.seller == seller:
                stage = Stage(stages.stages[place]) if stages.stages else Stage.WAITING
                yield SentText(text, stage, stages.reasons.get(place, ""))
