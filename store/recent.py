"""Contacts and buyers that changed lately: those of a batch in one row, and each in a row of its own when it rests.

A buyer in the middle of an order changes with every message, in a place of the tables where no other buyer of the batch is.
So what a batch changed is one row behind the others, which costs the log a page or two instead of one a buyer. What a buyer
changed last goes to their own row when it has rested RESTS_S, or when too much waits; what was changed again in between never
does. What is here holds over what the tables say.

All programs that have the database open know all of it: each follows what others add, and lets go of what others have
written to rows of its own.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

import msgspec

from center.contact import Contact

RESTS_S = 60
"""The sweep (store.retention) writes what has not changed for so long."""
ROWS_WAIT_MAX = 60_000
"""Changes that wait; of more the oldest are written with the next batch. They are read at a start: a fifth of a second."""
BATCHES_A_STEP = 64
"""Of which the sweep writes what rests, at a time."""

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
        self._new: tuple[int, int, _Rows] | None = None
        self._resting = 0
        """Within a transaction: the batch that it adds, its number and time, and how many of the oldest it writes to rows of their own."""
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
        if newest > self._last:
            decode = _codec()[1].decode
            for number, at, packed in self._db.execute(self._sql["recent_after"], (self._last,)):
                self._know(number, at, decode(packed))
        self._last = max(self._last, newest)

    # --- writing ---

    def put(self, at: int, contacts: Sequence[ContactRow], buyers: Sequence[BuyerRow]) -> None:
        """Write what changed, within a transaction; it counts after `written`."""
        self._new, self._resting = None, 0
        if contacts or buyers:
            rows = _Rows(contacts, buyers)
            added = self._db.execute(self._sql["put_recent"], (at, _codec()[0].encode(rows)))
            assert added.lastrowid is not None
            self._new = added.lastrowid, at, rows
        over = self._waiting + len(contacts) + len(buyers) - ROWS_WAIT_MAX
        for batch in self._batches:
            if over <= 0:
                break
            over -= batch.count
            self._resting += 1
        self._write_resting()

    def rest(self, now: int) -> None:
        """Write what has not changed for long to rows of its own, within a transaction; it counts after `written`."""
        self._new, self._resting = None, 0
        for batch in self._batches:
            if batch.at > now - RESTS_S or self._resting == BATCHES_A_STEP:
                break
            self._resting += 1
        self._write_resting()

    def _write_resting(self) -> None:
        if not self._resting:
            return
        contacts: list[ContactRow] = []
        buyers: list[BuyerRow] = []
        last = 0
        for batch in islice(self._batches, self._resting):
            contacts += batch.contacts.values()
            buyers += batch.buyers.values()
            last = batch.id
        # In the order of the tables, so that rows of one page are written together.
        self._db.executemany(self._sql["keep_contact"], sorted(contacts))
        self._db.executemany(self._sql["keep_buyer"], sorted(buyers))
        self._db.execute(self._sql["forget_recent"], (last,))

    def written(self) -> None:
        """The transaction of the last `put` or `rest` was committed."""
        for _ in range(self._resting):
            self._let_go(self._batches.popleft())
        if self._new is not None:
            self._know(*self._new)
            self._last = self._new[0]
        self._new, self._resting = None, 0

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
