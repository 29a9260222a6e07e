"""One open transaction on SQLite: the part of the world that its arrivals touch, and what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from sys import intern

import msgspec

from center.changes import Changes
from center.contact import FURTHER, Arrival, Contact, Repeats, beside
from center.orders.number import order_serial
from center.ports import StoreBusyError, StoreError, StoreFullError
from center.world import World
from flows.effects import PlaceOrder
from flows.inputs import Buyer
from store.awaiting import Awaiting
from store.hot import NOTHING, HotRows, Nothing, SellerRow
from store.inbox import Inbox
from store.outbox_rows import Noted, OutboxRows, rows_of
from store.recent import Recent
from store.records import (
    kept_from,
    pack_awaited,
    pack_buyer,
    pack_lines,
    unpack_awaited,
    unpack_buyer,
)
from store.turn_log import TurnLog, TurnRow

_read_stock = msgspec.json.Decoder(dict[str, int]).decode


@dataclass(frozen=True, slots=True)
class Tables:
    """What a batch works with: the connection, and what is known of its tables beside it."""

    db: sqlite3.Connection
    sql: Mapping[str, str]
    hot: HotRows
    inbox: Inbox
    recent: Recent
    outbox: OutboxRows
    turns: TurnLog
    awaiting: Awaiting


class SqliteBatch:
    """See center.ports.Batch."""

    def __init__(self, tables: Tables, arrivals: Sequence[Arrival]) -> None:
        self._tables = tables
        self._at = max([arrival.at for arrival in arrivals], default=0)
        self._sellers = _Sellers(tables)
        self._written = Changes()
        self._noted: Noted | None = None
        self.text_ids: list[int] = []
        """Ids of the texts that `commit` put in the outbox, in the order of `Changes.texts`."""
        with errors():
            self._world = self._load(arrivals)

    @property
    def world(self) -> World:
        """What the arrivals touch."""
        return self._world

    def commit(self, changes: Changes) -> None:
        """Keep all changes durably, or raise StoreFullError or StoreBusyError and keep none."""
        self.write(changes)
        self.finish()
        self.finished()

    def write(self, changes: Changes) -> None:
        """See center.ports.Batch."""
        with errors():
            self._noted = self._write(changes)
        self._written = changes

    def finish(self) -> None:
        """See center.ports.Batch. SQLite waits for the disk without holding up other threads."""
        with errors():
            self._tables.db.execute("commit")

    def finished(self) -> None:
        """See center.ports.Batch."""
        self._tables.outbox.written(self._noted)
        self._tables.inbox.written()
        self._tables.recent.written()
        self._tables.turns.written()
        if self._written.awaited:
            self._tables.awaiting.note(self._written.awaited)
        self._remember(self._written)

    # --- the world ---

    def _load(self, arrivals: Sequence[Arrival]) -> World:
        tables, world = self._tables, World()
        hot, sellers, contacts, buyers = tables.hot, self._sellers, world.contacts, world.buyers
        named: list[bytes] = []
        doubted: list[Arrival] = []
        asked: list[Arrival] = []
        is_named, is_unread = Repeats.NAMED, Repeats.UNREAD
        awaiting = tables.awaiting.known
        for arrival in arrivals:
            key = arrival.contact
            # Of all others it does not matter whether they were seen; see center.turns.
            if arrival.repeats is is_named:
                named.append(arrival.key)
            elif (arrival.doubt or arrival.repeats is is_unread) and arrival.key:
                doubted.append(arrival)
            if awaiting is None or key in awaiting:
                asked.append(arrival)
            if key in contacts:
                continue
            name = key.seller
            seller = sellers.get(name)
            if seller is None:
                seller = sellers.find(name)
                if seller is None:
                    continue
                world.stock[name] = seller.stock
                world.orders[name] = seller.orders
            contact = hot.contacts.get(key)
            if contact is None:
                contact = self._contact(seller.id, key.buyer, key.channel)
                hot.contacts.put(key, contact)
            if contact.__class__ is Contact:
                contacts[key] = contact  # type: ignore[assignment]
            if key.channel != "sms" and (other := beside(arrival)) is not None:
                found = hot.contacts.get(other) or self._contact(seller.id, other.buyer, "sms")
                hot.contacts.put(other, found)
                if isinstance(found, Contact):
                    contacts[other] = found
            number = key.buyer if FURTHER not in key.buyer else key.number
            who = (name, number)
            if who in buyers:
                continue
            buyer = hot.buyers.get(who)
            if buyer is None:
                buyer = self._buyer(seller.id, number)
                hot.buyers.put(who, buyer)
            if not isinstance(buyer, Nothing):
                buyers[who] = buyer
        if doubted:
            unread = {
                a.contact for a in doubted if a.repeats is is_unread and a.contact in contacts
            }
            world.seen = tables.inbox.in_doubt(doubted, [contacts[key].stamp for key in unread])
        if named:
            world.seen.update(tables.inbox.named(named))
        if asked:
            wanted = msgspec.json.encode([arrival.contact for arrival in asked]).decode()
            for (record,) in tables.db.execute(tables.sql["awaited_of"], (wanted,)):
                awaited = unpack_awaited(record)
                world.awaited[awaited.contact] = awaited
        return world

    def _contact(self, seller: int, buyer: str, channel: str) -> Contact | Nothing:
        tables = self._tables
        recent = tables.recent.contact(seller, buyer, channel)
        if recent is not None:
            return recent
        row = tables.db.execute(tables.sql["contact"], (seller, buyer, channel)).fetchone()
        return Contact(row[0], row[1], row[2]) if row is not None else NOTHING

    def _buyer(self, seller: int, number: str) -> Buyer | Nothing:
        tables = self._tables
        record = tables.recent.buyer(seller, number)
        if record is None:
            row = tables.db.execute(tables.sql["buyer"], (seller, number)).fetchone()
            if row is None:
                return NOTHING
            record = row[0]
        return unpack_buyer(number, record)

    # --- the changes ---

    def _write(self, c: Changes) -> Noted | None:
        """Write all; what was written of what was noted in the outbox."""
        tables, db, sql, at = self._tables, self._tables.db, self._tables.sql, self._at
        if c.messages:
            # One that is set aside for its seller is kept without its arrival.
            at = max(at, max([message.at for message in c.messages]))
        tables.inbox.keep(c.seen, c.named)
        sellers = self._sellers
        tables.recent.put(
            at,
            [
                (
                    sellers[key.seller].id,
                    key.buyer,
                    key.channel,
                    contact.serial,
                    at,
                    contact.stamp,
                    contact.session,
                )
                for key, contact in c.contacts.items()
            ],
            [
                (sellers[seller].id, buyer, kept_from(known, at), pack_buyer(known))
                for (seller, buyer), known in c.buyers.items()
            ],
        )
        if c.stock:
            db.executemany(
                sql["take_stock"],
                [(taken, sellers[seller].id, code) for (seller, code), taken in c.stock.items()],
            )
        self._write_orders(c)
        for order in c.readdressed:
            known = (sellers[order.seller].id, order_serial(order.number))
            db.execute(sql["readdress_order"], (order.address, *known))
            db.execute(sql["note_readdressed"], (order.at, *known))
        if c.texts:
            self.text_ids = tables.outbox.put(c.texts)
        noted = tables.outbox.write()
        self._write_talks(c)
        if c.messages:
            db.executemany(
                sql["put_message"], [(m.seller, m.buyer, m.text, m.at) for m in c.messages]
            )
        if c.hand_overs:
            db.executemany(
                sql["put_hand_over"],
                [(*h.contact.parts, h.serial, h.queue, h.at) for h in c.hand_overs],
            )
        for contact, awaited in c.awaited.items():
            if awaited is None:
                db.execute(sql["drop_awaited"], contact.parts)
            else:
                since = awaited.at if isinstance(awaited.effect, PlaceOrder) else None
                db.execute(sql["keep_awaited"], (*contact.parts, pack_awaited(awaited), since))
        for name, value in c.notes.items():
            if value is None:
                db.execute(sql["drop_note"], (name,))
            else:
                db.execute(sql["keep_note"], (name, at, value))
        return noted

    def _write_orders(self, c: Changes) -> None:
        if not c.orders:
            return
        # No member of an enumeration, no octets and no null: the sqlite3 module would look for an adapter of each first, which
        # takes a fifth of what the row does.
        rows = [
            (
                self._sellers[order.seller].id,
                order.serial,
                order.buyer,
                order.channel,
                order.session,
                order.turn,
                str(order.status),
                order.total,
                order.currency,
                order.address,
                order.placed_at,
                order.due_at,
                bytearray(pack_lines(order.lines)),
                order.paid,
                order.vouched or "",
            )
            for order in c.orders
        ]
        self._tables.db.executemany(self._tables.sql["place_order"], rows)

    def _write_talks(self, c: Changes) -> None:
        """What was said, and whose the texts are."""
        sellers = self._sellers
        turns: dict[int, list[TurnRow]] = {}
        for talk in c.talks:
            contact = talk.contact
            turn = contact.buyer, contact.channel, talk.serial, talk.at, talk.lines
            turns.setdefault(sellers[contact.seller].id, []).append(turn)
        # Those that reached no shop are nobody's.
        texts_of = [sellers[name].id for name in {text.seller for text in c.texts} - {""}]
        ats = [talk.at for talk in c.talks]
        ats += [text.at for text in c.texts]
        at = max(ats, default=self._at)
        self._tables.turns.put(at, turns, texts_of, rows_of(self.text_ids))

    def _remember(self, c: Changes) -> None:
        """What was committed is what the next batch finds."""
        hot = self._tables.hot
        hot.contacts.put_all(c.contacts)
        hot.buyers.put_all(c.buyers)
        for (name, code), taken in c.stock.items():
            stock = self._sellers[name].stock
            if code in stock:
                stock[code] -= taken
        for order in c.orders:
            self._sellers[order.seller].orders = self._world.orders[order.seller]


class _Sellers(dict[str, SellerRow]):
    """Rows of a batch's sellers, by name. One that is not published here raises StoreError."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self._tables = tables

    def __missing__(self, name: str) -> SellerRow:
        seller = self.find(name)
        if seller is None:
            raise StoreError(f"{name} is not published here")
        return seller

    def find(self, name: str) -> SellerRow | None:
        """Take up a seller's row; None if nobody of that name is published here."""
        tables = self._tables
        seller = tables.hot.sellers.get(name)
        if seller is None:
            row = tables.db.execute(tables.sql["seller"], (name,)).fetchone()
            if row is None:
                return None
            number, orders, left = row
            # Many sellers number their goods alike.
            stock = {intern(code): count for code, count in _read_stock(left).items()}
            seller = SellerRow(number, orders, stock)
            tables.hot.sellers.put(name, seller)
        self[name] = seller
        return seller


@contextmanager
def errors() -> Generator[None]:
    """SQLite's errors as the port's."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "full" in text or "disk I/O" in text:
            raise StoreFullError(f"the database cannot be written: {text}") from error
        if "locked" in text or "busy" in text:
            raise StoreBusyError(f"another program holds the database: {text}") from error
        raise StoreError(text) from error
    except sqlite3.IntegrityError as error:
        raise StoreError(f"the database refused a change: {error}") from error
