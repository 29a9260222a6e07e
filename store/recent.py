"""Contacts and buyers that changed lately: those of a batch in one row, and each in a row of its own when it rests.

A buyer in the middle of an order changes with every message, in a place of the tables where no other buyer of the batch is.
So what a batch changed is one row behind the others, which costs the log a page or two instead of one a buyer. What a buyer
changed last goes to their own row when it has rested RESTS_S, or when much waits; what was changed again in between never
does. What is here holds over what the tables say.

It goes there in rounds: what many batches changed, in the order of the tables, a part of it with each batch that is written. So
rows of one page are written together, and no batch waits for many of them.

All programs that have the database open know all of it: each follows what others add, and lets go of what others have
written to rows of its own.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice, takewhile

import msgspec

from center.contact import Contact

RESTS_S = 60
"""The sweep (store.retention) writes what has not changed for so long."""
ROWS_WAIT_MAX = 60_000
"""Changes that wait. They are read at a start: a fifth of a second. A round begins when a third of the room is left, and has ended
when none is."""
NEWEST_PART = 6
"""What such a round leaves for the next, a sixth of the room: buyers who are in the middle of an order."""
BATCHES_A_ROUND = 64
"""Of one that the sweep begins, of what rests."""
ROWS_A_STEP = 2_000
"""That the sweep writes at a time."""

ContactRow = tuple[int, str, str, int, int, int, bytes]
"""As `keep_contact` takes it: seller, buyer and channel, which name it, then serial, time, stamp and session."""
BuyerRow = tuple[int, str, int, bytes]
"""As `keep_buyer` takes it: seller and number, then time and record."""

_ContactName = tuple[int, str, str]
_BuyerName = tuple[int, str]


class _Rows(msgspec.Struct, frozen=True, array_like=True):
    """What a batch changed, as it is kept."""

    contacts: Sequence[ContactRow]
    buyers: Sequence[BuyerRow]


class _Batch:
    """What a batch changed, as far as nothing has changed it again since."""

    __slots__ = ("at", "buyers", "contacts", "count", "id")

    def __init__(self, number: int, at: int, count: int) -> None:
        self.id = number
        self.at = at
        self.count = count
        """Rows that it is kept with, also those that were changed again."""
        self.contacts: dict[_ContactName, ContactRow] = {}
        self.buyers: dict[_BuyerName, BuyerRow] = {}


class _Round:
    """What some batches changed, the oldest that wait, on its way to rows of its own."""

    __slots__ = ("at", "buyers", "contacts", "done", "of", "room", "through")

    def __init__(self, batches: Sequence[_Batch], room: int) -> None:
        """`room` is how many more changes may wait."""
        self.through = batches[-1].id
        self.at = batches[-1].at
        self.room = max(room, 1)
        # In the order of the tables, so that rows of one page are written together.
        self.contacts = sorted([name for batch in batches for name in batch.contacts])
        self.buyers = sorted([who for batch in batches for who in batch.buyers])
        self.of = len(self.contacts) + len(self.buyers)
        self.done = 0
        """How many of these are written, contacts first."""

    def due(self, room: int) -> int:
        """How many to write when so many more changes may wait: it ends when there is no more room."""
        later = self.of * max(room, 0) // self.room
        return max(self.of - self.done - later, 0)

    def next(self, count: int) -> tuple[list[_ContactName], list[_BuyerName]]:
        """So many of those that are not written."""
        begin, end, contacts = self.done, self.done + count, len(self.contacts)
        buyers = self.buyers[max(begin - contacts, 0) : max(end - contacts, 0)]
        return self.contacts[begin:end], buyers


@cache
def _codec() -> tuple[msgspec.msgpack.Encoder, msgspec.msgpack.Decoder[_Rows]]:
    return msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_Rows)


def contacts_without_a_row(db: sqlite3.Connection, sql: Mapping[str, str]) -> int:
    """How many contacts stand here alone, as another connection sees it in a transaction of its own."""
    decode = _codec()[1].decode
    waiting: set[tuple[int, str, str]] = set()
    for _, _, packed in db.execute(sql["recent_after"], (0,)):
        waiting.update(row[:3] for row in decode(packed).contacts)
    return sum(db.execute(sql["has_contact"], name).fetchone() is None for name in waiting)


class Recent:
    """What waits to be written to rows of its own."""

    def __init__(self, db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self._db = db
        self._sql = sql
        self._batches: deque[_Batch] = deque()
        self._contacts: dict[_ContactName, _Batch] = {}
        self._buyers: dict[_BuyerName, _Batch] = {}
        """By name: the last batch that changed it. An older one lets go of it, so that nothing is held for what it was before."""
        self._last = 0
        """The newest batch that is known."""
        self._waiting = 0
        """Rows of all batches."""
        self._round: _Round | None = None
        """The one that has begun."""
        self._new: tuple[int, int, _Rows] | None = None
        self._step = 0
        self._ends_round = False
        """Within a transaction: the batch that it adds, its number and time, how many of the round it writes, and whether those are the last."""
        self.follow()

    def __len__(self) -> int:
        """Changes that wait."""
        return self._waiting

    # --- reading ---

    def contact(self, seller: int, buyer: str, channel: str) -> Contact | None:
        """A contact that changed lately; None: it is as its own row says."""
        name = seller, buyer, channel
        batch = self._contacts.get(name)
        return _contact(batch.contacts[name]) if batch is not None else None

    def buyer(self, seller: int, number: str) -> bytes | None:
        """The record of a buyer who changed lately; None: it is as its own row says."""
        name = seller, number
        batch = self._buyers.get(name)
        return batch.buyers[name][3] if batch is not None else None

    def contacts_of(self, seller: int) -> dict[tuple[str, str], Contact]:
        """A seller's contacts that changed lately, by buyer and channel."""
        return {
            name[1:]: _contact(batch.contacts[name])
            for name, batch in self._contacts.items()
            if name[0] == seller
        }

    def contacts_by(self, channel: str) -> Iterator[tuple[_ContactName, Contact]]:
        """Contacts on a channel that changed lately, by seller, buyer and channel."""
        for name, batch in self._contacts.items():
            if name[2] == channel:
                yield name, _contact(batch.contacts[name])

    def follow(self) -> None:
        """Take up what other programs have added, and let go of what they have written to rows of its own."""
        oldest, newest = self._db.execute(self._sql["recent_bounds"]).fetchone()
        while self._batches and self._batches[0].id < oldest:
            self._let_go(self._batches.popleft())
        if self._round is not None and self._round.through < oldest:
            self._round = None
        if newest > self._last:
            decode = _codec()[1].decode
            for number, at, packed in self._db.execute(self._sql["recent_after"], (self._last,)):
                self._know(number, at, decode(packed))
        self._last = max(self._last, newest)

    # --- writing ---

    def put(self, at: int, contacts: Sequence[ContactRow], buyers: Sequence[BuyerRow]) -> None:
        """Write what changed, within a transaction; it counts after `written`."""
        self._begin()
        if contacts or buyers:
            rows = _Rows(contacts, buyers)
            added = self._db.execute(self._sql["put_recent"], (at, _codec()[0].encode(rows)))
            assert added.lastrowid is not None
            self._new = added.lastrowid, at, rows
        room = ROWS_WAIT_MAX - self._waiting - len(contacts) - len(buyers)
        if self._round is None and self._batches and room < ROWS_WAIT_MAX // 3:
            left, oldest = self._waiting, list[_Batch]()
            for batch in self._batches:
                if oldest and left <= ROWS_WAIT_MAX // NEWEST_PART:
                    break
                left -= batch.count
                oldest.append(batch)
            self._round = _Round(oldest, room)
        if self._round is not None:
            self._write(self._round, self._round.due(room))

    def rest(self, now: int) -> None:
        """Write what has not changed for long to rows of its own, within a transaction; it counts after `written`."""
        self._begin()
        if self._round is None:
            oldest = islice(self._batches, BATCHES_A_ROUND)
            # Up to the first that has not rested, though the clock was set since: those before it are forgotten together.
            rested = list(takewhile(lambda batch: batch.at <= now - RESTS_S, oldest))
            if not rested:
                return
            self._round = _Round(rested, ROWS_WAIT_MAX - self._waiting)
        if self._round.at <= now - RESTS_S:
            self._write(self._round, min(self._round.due(0), ROWS_A_STEP))

    def _begin(self) -> None:
        """What a transaction before this wrote counts not, unless it is `written`."""
        self._new, self._step, self._ends_round = None, 0, False

    def _write(self, a_round: _Round, count: int) -> None:
        contacts, buyers = a_round.next(count)
        through, of_contact, of_buyer = a_round.through, self._contacts, self._buyers
        # Not what has changed again meanwhile, nor what another program has written.
        if contacts:
            rows = [
                batch.contacts[name]
                for name in contacts
                if (batch := of_contact.get(name)) is not None and batch.id <= through
            ]
            self._db.executemany(self._sql["keep_contact"], rows)
        if buyers:
            records = [
                batch.buyers[who]
                for who in buyers
                if (batch := of_buyer.get(who)) is not None and batch.id <= through
            ]
            self._db.executemany(self._sql["keep_buyer"], records)
        self._step = count
        self._ends_round = a_round.done + count == a_round.of
        if self._ends_round:
            self._db.execute(self._sql["forget_recent"], (through,))

    def written(self) -> None:
        """The transaction of the last `put` or `rest` was committed."""
        a_round = self._round
        if a_round is not None:
            a_round.done += self._step
            if self._ends_round:
                while self._batches and self._batches[0].id <= a_round.through:
                    self._let_go(self._batches.popleft())
                self._round = None
        if self._new is not None:
            self._know(*self._new)
            self._last = self._new[0]
        self._begin()

    def _know(self, number: int, at: int, rows: _Rows) -> None:
        batch = _Batch(number, at, len(rows.contacts) + len(rows.buyers))
        self._batches.append(batch)
        self._waiting += batch.count
        of_contact, of_buyer = self._contacts, self._buyers
        for contact in rows.contacts:
            name = contact[:3]
            before = of_contact.get(name)
            if before is not None:
                del before.contacts[name]
            of_contact[name] = batch
            batch.contacts[name] = contact
        for buyer in rows.buyers:
            who = buyer[:2]
            before = of_buyer.get(who)
            if before is not None:
                del before.buyers[who]
            of_buyer[who] = batch
            batch.buyers[who] = buyer

    def _let_go(self, batch: _Batch) -> None:
        self._waiting -= batch.count
        for name in batch.contacts:
            del self._contacts[name]
        for who in batch.buyers:
            del self._buyers[who]


def _contact(row: ContactRow) -> Contact:
    return Contact(row[3], row[6], row[5])
