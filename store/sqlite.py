"""The store on SQLite: one file, one writer, every batch one transaction that is on disk when it returns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from center.awaited import Awaited
from center.changes import Changes, OutgoingText
from center.contact import Arrival, Contact, ContactKey
from center.orders.order import RESTOCKED, PlacedOrder, Status, advance
from center.ports import StoreBusyError, StoreError, StoreFullError
from center.world import Seen, World
from flows.inputs import Buyer
from flows.program import Program, decode, encode, fingerprint
from store.queries import queries, schema
from store.records import (
    pack_awaited,
    pack_buyer,
    pack_lines,
    unpack_awaited,
    unpack_buyer,
    unpack_lines,
)

SCHEMA_VERSION = "1"
BUSY_TIMEOUT_S = 5.0
"""Another writer, such as `dialcart orders ship`, has so long to finish."""
INBOX_KEPT_S = 86_400
"""Keys of taken messages are kept a day; carriers redeliver within hours."""
ROWS_MAX = 100_000
"""Rows that one listing gives."""


class SqliteStore:
    """Keeps one shard of sellers in one file. Not to be shared between threads."""

    def __init__(self, path: Path | str) -> None:
        """Open or make the database. Raises StoreError if it is not one of ours."""
        self.path = str(path)
        if self.path != ":memory:":
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._db.create_function("unhex_key", 1, bytes.fromhex, deterministic=True)
        try:
            # FULL: a commit is on disk when it returns, also if the power goes.
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.execute("pragma foreign_keys = on")
            self._db.execute("pragma temp_store = memory")
            self._db.executescript(schema())
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} is not a database of dialcart: {error}") from None
        self._sql = queries()
        self._check_version()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def limit_pages(self, pages: int) -> None:
        """Let the file grow to so many pages of 4 KiB and no further, as a quota would."""
        self._db.execute(f"pragma max_page_count = {int(pages)}")

    def _check_version(self) -> None:
        row = self._db.execute("select value from meta where name = 'schema'").fetchone()
        if row is None:
            self._db.execute("insert into meta values ('schema', ?)", (SCHEMA_VERSION,))
        elif row[0] != SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} has schema {row[0]}, this program reads {SCHEMA_VERSION}; "
                "open it with the version that wrote it"
            )

    # --- the batch ---

    @contextmanager
    def batch(self, arrivals: Sequence[Arrival]) -> Generator[SqliteBatch]:
        """See center.ports.Store."""
        with self._transaction():
            yield SqliteBatch(self._db, self._sql, self._world(arrivals))

    @contextmanager
    def _transaction(self) -> Generator[None]:
        """A write transaction; rolled back unless it was committed within, or the body ends well."""
        with _errors():
            # Immediate: what is read must still hold when it is written.
            self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._rollback()
            raise
        try:
            if self._db.in_transaction:
                with _errors():
                    self._db.execute("commit")
        except BaseException:
            self._rollback()
            raise

    def _rollback(self) -> None:
        if self._db.in_transaction:
            self._db.execute("rollback")

    def _world(self, arrivals: Sequence[Arrival]) -> World:
        world = World()
        keys = list({arrival.contact for arrival in arrivals})
        sellers = sorted({key.seller for key in keys})
        with _errors():
            for seller, buyer, channel, serial, session in self._db.execute(
                self._sql["contacts"], (json.dumps(keys),)
            ):
                world.contacts[ContactKey(seller, buyer, channel)] = Contact(serial, session)
            who = sorted({(key.seller, key.buyer) for key in keys})
            for seller, number, record in self._db.execute(self._sql["buyers"], (json.dumps(who),)):
                world.buyers[seller, number] = unpack_buyer(record)
            for seller, code, left in self._db.execute(self._sql["stock"], (json.dumps(sellers),)):
                world.stock.setdefault(seller, {})[code] = left
            for seller, count in self._db.execute(
                self._sql["order_counts"], (json.dumps(sellers),)
            ):
                world.orders[seller] = count
            named = [arrival.key.hex() for arrival in arrivals if arrival.key]
            for key, at, epoch in self._db.execute(self._sql["seen"], (json.dumps(named),)):
                world.seen[key] = Seen(at, epoch)
            asked = [arrival.contact for arrival in arrivals if arrival.asked is not None]
            if asked:
                for (record,) in self._db.execute(self._sql["awaited_of"], (json.dumps(asked),)):
                    awaited = unpack_awaited(record)
                    world.awaited[awaited.contact] = awaited
        return world

    # --- the outbox ---

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """Texts that no carrier has taken yet, oldest first, with their ids."""
        rows = self._db.execute(self._sql["waiting_texts"], (after, limit))
        return [(row[0], OutgoingText(*row[1:])) for row in rows]

    def drop_texts(self, ids: Sequence[int]) -> None:
        """The carrier has these texts."""
        with self._transaction():
            self._db.executemany(self._sql["drop_text"], [(i,) for i in ids])

    def notes(self, prefix: str) -> dict[str, bytes]:
        """See center.outbox.Outbox."""
        return dict(self._db.execute(self._sql["notes"], (prefix,)).fetchall())

    def awaited(self, limit: int = ROWS_MAX) -> list[Awaited]:
        """What sessions wait for, for a performer that begins anew."""
        return [unpack_awaited(row[0]) for row in self._db.execute(self._sql["awaited"], (limit,))]

    def forget_old(self, now: int) -> None:
        """Drop keys of messages that can no longer be redelivered."""
        with self._transaction():
            self._db.execute(self._sql["forget_seen"], (now - INBOX_KEPT_S,))

    # --- sellers and programs ---

    def publish(self, seller: str, program: Program, now: int) -> bytes:
        """Make a program the one that new sessions of a seller run; its products get their stock once."""
        name = fingerprint(program)
        with self._transaction():
            self._db.execute(self._sql["keep_program"], (name, encode(program)))
            self._db.execute(self._sql["publish"], (seller, name))
            self._db.execute(self._sql["note_publication"], (seller, name, now))
            self._db.executemany(
                self._sql["put_stock_if_absent"],
                [(seller, product.code, product.stock) for product in program.products],
            )
        return name

    def published(self) -> dict[str, bytes]:
        """The fingerprint of each seller's program."""
        return dict(self._db.execute(self._sql["published"]).fetchall())

    def publications(self, seller: str, limit: int = 20) -> list[tuple[bytes, int]]:
        """What a seller published, newest first, with the times."""
        rows = self._db.execute(self._sql["publications"], (seller, limit))
        return [(row[0], row[1]) for row in rows]

    def program(self, name: bytes) -> Program | None:
        """The program of a fingerprint."""
        row = self._db.execute(self._sql["programs"], (name,)).fetchone()
        return decode(row[0]) if row is not None else None

    def sessions(self, seller: str) -> list[bytes]:
        """Packed sessions of a seller, live or over."""
        return [row[2] for row in self._db.execute(self._sql["sessions_of_seller"], (seller,))]

    # --- what people look at ---

    def orders(
        self,
        seller: str | None = None,
        status: Status | None = None,
        number: str | None = None,
        buyer: str | None = None,
        limit: int = ROWS_MAX,
    ) -> list[PlacedOrder]:
        """Orders, newest first."""
        rows = self._db.execute(self._sql["orders"], (seller, status, number, buyer, limit))
        return [_order(row) for row in rows]

    def advance_order(self, seller: str, number: str, to: Status, now: int) -> PlacedOrder:
        """Move an order to its next state; raises OrderError if it cannot go there, LookupError if there is none."""
        with self._transaction():
            row = self._db.execute(self._sql["orders"], (seller, None, number, None, 1)).fetchone()
            if row is None:
                raise LookupError(f"{seller} has no order {number}")
            order = _order(row)
            advance(order.status, to)
            self._db.execute(self._sql["advance_order"], (to, row[0], order.status))
            self._db.execute(self._sql["note_order_event"], (row[0], to, now))
            if to in RESTOCKED:
                self._db.executemany(
                    self._sql["take_stock"],
                    [(-line.quantity, seller, line.code) for line in order.lines],
                )
            self._note_status(order, to)
        return self.orders(seller, None, number)[0]

    def _note_status(self, order: PlacedOrder, to: Status) -> None:
        """The buyer's own record of the last order follows it."""
        from msgspec.structs import replace

        wanted = json.dumps([[order.seller, order.buyer]])
        for seller, number, record in self._db.execute(self._sql["buyers"], (wanted,)).fetchall():
            buyer: Buyer = unpack_buyer(record)
            if buyer.last_order is not None and buyer.last_order.number == order.number:
                kept = replace(buyer, last_order=replace(buyer.last_order, status=str(to)))
                self._db.execute(self._sql["keep_buyer"], (seller, number, pack_buyer(kept)))

    def stock(self, seller: str) -> dict[str, int]:
        """What is left of each product."""
        rows = self._db.execute(self._sql["stock"], (json.dumps([seller]),))
        return {code: left for _, code, left in rows}

    def set_stock(self, seller: str, code: str, left: int) -> None:
        """Count what is there."""
        with self._transaction():
            self._db.execute(self._sql["set_stock"], (seller, code, left))

    def buyer(self, seller: str, number: str) -> Buyer | None:
        """What is known of a buyer."""
        rows = self._db.execute(self._sql["buyers"], (json.dumps([[seller, number]]),))
        found = rows.fetchone()
        return unpack_buyer(found[2]) if found else None

    def talks(self, seller: str, limit: int = 100) -> list[tuple[str, str, int, int, str]]:
        """Logged conversations, a row a session, newest first: buyer, channel, serial, began, lines."""
        return list(self._db.execute(self._sql["talks"], (seller, limit)))

    def messages(self, seller: str, limit: int = 100) -> list[tuple[str, str, str, int]]:
        """Messages for a seller, newest first: seller, buyer, text, time."""
        return list(self._db.execute(self._sql["messages"], (seller, limit)))


class SqliteBatch:
    """See center.ports.Batch."""

    def __init__(self, db: sqlite3.Connection, sql: dict[str, str], world: World) -> None:
        self._db = db
        self._sql = sql
        self._world = world
        self.text_ids: list[int] = []
        """Ids of the texts that `commit` put in the outbox, in the order of `Changes.texts`."""

    @property
    def world(self) -> World:
        """What the arrivals touch."""
        return self._world

    def commit(self, changes: Changes) -> None:
        """Keep all changes durably, or raise StoreFullError or StoreBusyError and keep none."""
        with _errors():
            self._write(changes)
            self._db.execute("commit")

    def _write(self, c: Changes) -> None:
        db, sql = self._db, self._sql
        db.executemany(sql["keep_seen"], [(k, seen.at, seen.epoch) for k, seen in c.seen.items()])
        db.executemany(
            sql["keep_contact"],
            [(*key, contact.serial, contact.session) for key, contact in c.contacts.items()],
        )
        db.executemany(
            sql["keep_buyer"],
            [(*who, pack_buyer(buyer)) for who, buyer in c.buyers.items()],
        )
        db.executemany(
            sql["take_stock"],
            [(taken, seller, code) for (seller, code), taken in c.stock.items()],
        )
        counts: dict[str, int] = {}
        for order in c.orders:
            row = (
                order.seller,
                order.number,
                order.key,
                order.buyer,
                order.channel,
                order.status,
                order.total,
                order.currency,
                order.address,
                order.placed_at,
                order.due_at,
                pack_lines(order.lines),
            )
            cursor = db.execute(sql["place_order"], row)
            db.execute(sql["note_order_event"], (cursor.lastrowid, order.status, order.placed_at))
            counts[order.seller] = self._world.orders[order.seller]
        db.executemany(sql["count_orders"], [(count, seller) for seller, count in counts.items()])
        for text in c.texts:
            row = (text.carrier, text.source, text.destination, text.text, text.at)
            self.text_ids.append(db.execute(sql["put_text"], row).fetchone()[0])
        db.executemany(
            sql["put_turn"], [(*talk.contact, talk.serial, talk.at, talk.lines) for talk in c.talks]
        )
        db.executemany(sql["put_message"], [(m.seller, m.buyer, m.text, m.at) for m in c.messages])
        for name, value in c.notes.items():
            if value is None:
                db.execute(sql["drop_note"], (name,))
            else:
                db.execute(sql["keep_note"], (name, value))
        for contact, awaited in c.awaited.items():
            if awaited is None:
                db.execute(sql["drop_awaited"], contact)
            else:
                db.execute(sql["keep_awaited"], (*contact, pack_awaited(awaited)))
        db.executemany(
            sql["put_hand_over"], [(*h.contact, h.serial, h.queue, h.at) for h in c.hand_overs]
        )


def _order(row: Sequence[object]) -> PlacedOrder:
    _, seller, number, key, buyer, channel, status, total, currency, address, placed, due, lines = (
        row
    )
    return PlacedOrder(
        str(seller),
        str(number),
        str(key),
        str(buyer),
        str(channel),
        unpack_lines(lines if isinstance(lines, bytes) else str(lines).encode()),
        int(str(total)),
        str(currency),
        str(address),
        int(str(placed)),
        int(str(due)) if due is not None else None,
        Status(str(status)),
    )


@contextmanager
def _errors() -> Generator[None]:
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
