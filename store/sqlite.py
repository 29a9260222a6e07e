"""The store on SQLite: one file, one writer, every batch one transaction that is on disk when it returns."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from center.awaited import Awaited
from center.changes import OutgoingText
from center.contact import Arrival, Contact, ContactKey
from center.limits.guard import Spent
from center.orders.number import order_number, order_serial
from center.orders.order import RESTOCKED, PlacedOrder, Status, advance
from center.ports import StoreError
from center.text_news import SentText, TextNews
from flows.inputs import Buyer
from flows.program import Program, decode, encode, fingerprint
from store.batch import SqliteBatch, Tables, errors
from store.hot import HotRows
from store.inbox import Inbox
from store.migrations.migration import check_schema
from store.migrations.steps import SCHEMA_VERSION
from store.outbox_rows import OutboxRows, sent_texts
from store.queries import queries, schema
from store.recent import Recent
from store.records import kept_from, pack_buyer, unpack_awaited, unpack_buyer, unpack_lines
from store.retention import Retention
from store.turn_log import ROWS_READ_MAX, TalkRow, TurnIds, row_id, talk, talks

BUSY_TIMEOUT_S = 5.0
"""Another writer, such as `dialcart orders ship`, has so long to finish."""
SECRET_OCTETS = 32
ROWS_MAX = 100_000
"""Rows that one listing gives."""
TEXT_ROWS_READ_MAX = 50_000
"""Rows of texts that are looked through for one listing."""
PAGES_CACHED_KIB = 65_536
"""Of the database's pages in memory; the kernel caches the file beside it."""
CHECKPOINT_PAGES = 4_000
"""The write-ahead log goes into the database when it has so many pages, 16 MiB."""


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
        self._sql = queries()
        try:
            # Before anything is made in it: an older database is left as it is.
            check_schema(self.path, self._db)
            # FULL: a commit is on disk when it returns, also if the power goes.
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.execute("pragma foreign_keys = on")
            self._db.execute("pragma temp_store = memory")
            self._db.execute(f"pragma cache_size = -{PAGES_CACHED_KIB}")
            self._db.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
            self._db.executescript(schema())
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{self.path} cannot be opened: {error}; see whether its disk is full"
            ) from None
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} is not a database of dialcart: {error}") from None
        self._db.execute(
            "insert into meta values ('schema', ?) on conflict do nothing", (str(SCHEMA_VERSION),)
        )
        self._version = 0
        """SQLite's count of other writers' commits."""
        self._tables = Tables(
            self._db,
            self._sql,
            HotRows(),
            Inbox(self._db, self._sql),
            Recent(self._db, self._sql),
            OutboxRows(self._db, self._sql),
            TurnIds(self._last_turns()),
            {awaited.contact for awaited in self.awaited()},
        )
        self._retention = Retention(self._tables)
        self._batch_is_open = False
        """From its beginning until what it wrote is on disk and noted here."""

    def close(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(StoreError):
            self.write_noted()
        self._db.close()

    def limit_pages(self, pages: int) -> None:
        """Let the file grow to so many pages of 4 KiB and no further, as a quota would."""
        self._db.execute(f"pragma max_page_count = {int(pages)}")

    def _last_turns(self) -> Iterator[int]:
        """The id of each seller's last row in the log."""
        ids = [row[0] for row in self._db.execute("select id from sellers").fetchall()]
        for seller in ids:
            found = self._db.execute(
                self._sql["last_turn"], (row_id(seller, 0), row_id(seller + 1, 0))
            ).fetchone()
            if found[0] is not None:
                yield found[0]

    # --- the batch ---

    @contextmanager
    def batch(self, arrivals: Sequence[Arrival]) -> Generator[SqliteBatch]:
        """See center.ports.Store."""
        with self._transaction():
            self._batch_is_open = True
            try:
                yield SqliteBatch(self._tables, arrivals)
            finally:
                self._batch_is_open = False

    @contextmanager
    def _transaction(self) -> Generator[None]:
        """A write transaction; rolled back unless it was committed within, or the body ends well."""
        with errors():
            # Immediate: what is read must still hold when it is written.
            self._db.execute("begin immediate")
        try:
            self._look()
            yield
        except BaseException:
            self._rollback()
            raise
        try:
            if self._db.in_transaction:
                with errors():
                    self._db.execute("commit")
        except BaseException:
            self._rollback()
            raise

    def _look(self) -> None:
        """Whether another program has written: then what is known of the tables is not what they say."""
        with errors():
            version = self._db.execute("pragma data_version").fetchone()[0]
            if version != self._version:
                self._tables.hot.clear()
                self._tables.recent.follow()
                self._version = version

    def _rollback(self) -> None:
        if self._db.in_transaction:
            self._db.execute("rollback")

    # --- the outbox ---

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """Texts that no carrier has taken yet, oldest first, with their ids."""
        return self._tables.outbox.waiting(after, limit)

    def note_texts(self, news: Sequence[TextNews]) -> None:
        """See center.outbox.Outbox."""
        self._tables.outbox.note(news)

    def texts_without_receipts(self, limit: int) -> list[TextNews]:
        """See center.outbox.Outbox."""
        return self._tables.outbox.without_receipts(limit)

    @property
    def is_behind(self) -> bool:
        """See center.ports.Store."""
        return self._tables.outbox.is_behind

    def write_noted(self) -> bool:
        """Write what no batch has written yet; not while a batch is open, which has its own to write."""
        outbox = self._tables.outbox
        if not outbox.is_behind:
            return True
        if self._batch_is_open:
            return False
        with self._transaction():
            noted = outbox.write()
        outbox.written(noted)
        return True

    def notes(self, prefix: str) -> dict[str, bytes]:
        """See center.outbox.Outbox."""
        return dict(self._db.execute(self._sql["notes"], {"prefix": prefix}).fetchall())

    def awaited(self, limit: int = ROWS_MAX) -> list[Awaited]:
        """What sessions wait for, for a performer that begins anew."""
        return [unpack_awaited(row[0]) for row in self._db.execute(self._sql["awaited"], (limit,))]

    def forget_old(self, now: int) -> None:
        """Drop a bounded part of what is kept no longer; see store.retention. To be called once a second or so."""
        if self._batch_is_open:
            # It is on its way to the disk. The next second does as well.
            return
        with self._transaction():
            self._retention.step(now)
        self._retention.stepped()

    # --- limits ---

    def secret(self) -> bytes:
        """Octets that nobody else knows, the same for as long as this database lives."""
        with self._transaction():
            self._db.execute(self._sql["keep_secret"], (secrets.token_hex(SECRET_OCTETS),))
            row = self._db.execute(self._sql["secret"]).fetchone()
        return bytes.fromhex(row[0])

    def recent_orders(self, since: int, limit: int) -> list[Spent]:
        """Orders placed after a time, of so many the newest, oldest first."""
        rows = self._db.execute(self._sql["recent_orders"], (since, limit)).fetchall()
        return [Spent(*row) for row in reversed(rows)]

    # --- sellers and programs ---

    def publish(self, seller: str, program: Program, now: int) -> bytes:
        """Make a program the one that new sessions of a seller run; its products get their stock once."""
        return self.publish_all([(seller, program)], now)[0]

    def publish_all(self, programs: Iterable[tuple[str, Program]], now: int) -> list[bytes]:
        """The same of many sellers, in one transaction; their programs' fingerprints."""
        with self._transaction():
            names = [self._publish(seller, program, now) for seller, program in programs]
        self._tables.hot.clear()
        return names

    def _publish(self, seller: str, program: Program, now: int) -> bytes:
        name = fingerprint(program)
        self._db.execute(self._sql["keep_program"], (name, encode(program)))
        self._db.execute(self._sql["publish"], (seller, name))
        number = self._db.execute(self._sql["seller"], (seller,)).fetchone()[0]
        self._db.execute(self._sql["note_publication"], (number, name, now))
        self._db.executemany(
            self._sql["put_stock_if_absent"],
            [(number, product.code, product.stock) for product in program.products],
        )
        return name

    def _number(self, seller: str) -> int | None:
        """What stands for a seller in the tables; None if nobody of that name is published here."""
        row = self._db.execute(self._sql["seller"], (seller,)).fetchone()
        return row[0] if row is not None else None

    def published(self) -> dict[str, bytes]:
        """The fingerprint of each seller's program."""
        return dict(self._db.execute(self._sql["published"]).fetchall())

    def publications(self, seller: str, limit: int = 20) -> list[tuple[bytes, int]]:
        """What a seller published, newest first, with the times."""
        rows = self._db.execute(self._sql["publications"], (self._number(seller), limit))
        return [(row[0], row[1]) for row in rows]

    def last_publication(self) -> int:
        """The number of the newest publication of all; 0 where there is none."""
        return self._db.execute(self._sql["last_publication"]).fetchone()[0]

    def publications_after(self, number: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Publications after that one, in order: number, seller, fingerprint. Raises StoreError."""
        with errors():
            return self._db.execute(self._sql["publications_after"], (number, limit)).fetchall()

    def program(self, name: bytes) -> Program | None:
        """The program of a fingerprint."""
        row = self._db.execute(self._sql["programs"], (name,)).fetchone()
        return decode(row[0]) if row is not None else None

    def sessions(self, seller: str) -> list[bytes]:
        """Packed sessions of a seller, live or over."""
        number = self._number(seller)
        if number is None:
            return []
        self._look()
        recent = self._tables.recent.contacts_of(number)
        rested = self._db.execute(self._sql["sessions_of_seller"], (number,))
        return [contact.session for contact in recent.values()] + [
            session for buyer, channel, session in rested if (buyer, channel) not in recent
        ]

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
        query = "orders"
        if seller is not None:
            query = "orders_of_seller" if buyer is None else "orders_of_buyer"
            query = query if number is None else "order_by_serial"
        wanted = {
            "seller": self._number(seller) if seller is not None else None,
            "serial": _serial(number) if number is not None else None,
            "buyer": buyer,
            "status": status,
            "limit": limit,
        }
        found = [_order(row) for row in self._db.execute(self._sql[query], wanted)]
        return [
            order
            for order in found
            if number in (None, order.number)
            and buyer in (None, order.buyer)
            and status in (None, order.status)
        ]

    def advance_order(self, seller: str, number: str, to: Status, now: int) -> PlacedOrder:
        """Move an order to its next state; raises OrderError if it cannot go there, LookupError if there is none."""
        with self._transaction():
            known = self._number(seller)
            wanted = {"seller": known, "serial": _serial(number)}
            row = self._db.execute(self._sql["order_by_serial"], wanted).fetchone()
            if row is None or known is None:
                raise LookupError(f"{seller} has no order {number}")
            order = _order(row)
            advance(order.status, to)
            self._db.execute(self._sql["advance_order"], (to, row[0], order.status))
            self._db.execute(self._sql["note_order_event"], (row[0], to, now))
            if to in RESTOCKED:
                self._db.executemany(
                    self._sql["take_stock"],
                    [(-line.quantity, known, line.code) for line in order.lines],
                )
            self._note_status(known, order, to, now)
        self._tables.recent.written()
        self._tables.hot.clear()
        return self.orders(seller, None, number)[0]

    def _note_status(self, seller: int, order: PlacedOrder, to: Status, now: int) -> None:
        """The buyer's own record of the last order follows it."""
        from msgspec.structs import replace

        buyer = self._buyer(seller, order.buyer)
        if buyer is None:
            return
        if buyer.last_order is not None and buyer.last_order.number == order.number:
            kept = replace(buyer, last_order=replace(buyer.last_order, status=str(to)))
            self._keep_buyer(seller, kept, now)

    def stock(self, seller: str) -> dict[str, int]:
        """What is left of each product."""
        return dict(self._db.execute(self._sql["stock"], (self._number(seller),)).fetchall())

    def set_stock(self, seller: str, code: str, left: int) -> None:
        """Count what is there. Raises LookupError for a seller that is not published here."""
        with self._transaction():
            number = self._number(seller)
            if number is None:
                raise LookupError(f"{seller} is not published here")
            self._db.execute(self._sql["set_stock"], (number, code, left))
        self._tables.hot.clear()

    def buyer(self, seller: str, number: str) -> Buyer | None:
        """What is known of a buyer."""
        known = self._number(seller)
        if known is None:
            return None
        self._look()
        return self._buyer(known, number)

    def _buyer(self, seller: int, number: str) -> Buyer | None:
        record = self._tables.recent.buyer(seller, number)
        if record is None:
            row = self._db.execute(self._sql["buyer"], (seller, number)).fetchone()
            if row is None:
                return None
            record = row[0]
        return unpack_buyer(number, record)

    def _keep_buyer(self, seller: int, buyer: Buyer, now: int) -> None:
        """Within a transaction, whose end `recent` is to be told."""
        row = seller, buyer.number, kept_from(buyer, now), pack_buyer(buyer)
        self._tables.recent.put(now, [], [row])

    def opt_out(self, seller: str, number: str, now: int) -> Buyer:
        """A buyer told the seller that they want no more messages. Raises StoreError if the seller is not published here."""
        with self._transaction():
            known = self._number(seller)
            if known is None:
                raise StoreError(f"{seller} is not published here")
            buyer = (self._buyer(known, number) or Buyer(number)).kept("opted_out", value=True)
            self._keep_buyer(known, buyer, now)
        self._tables.recent.written()
        self._tables.hot.clear()
        return buyer

    def contact(self, key: ContactKey) -> Contact | None:
        """A session as it is kept."""
        number = self._number(key.seller)
        if number is None:
            return None
        self._look()
        recent = self._tables.recent.contact(number, key.buyer, key.channel)
        if recent is not None:
            return recent
        row = self._db.execute(self._sql["contact"], (number, key.buyer, key.channel)).fetchone()
        return Contact(*row) if row is not None else None

    def talk(self, key: ContactKey, serial: int) -> list[str]:
        """Lines of one session's log, oldest first."""
        number = self._number(key.seller)
        if number is None:
            return []
        between = (row_id(number, 0), row_id(number + 1, 0), ROWS_READ_MAX)
        rows = self._db.execute(self._sql["turns_of_seller"], between)
        return talk((row[0] for row in rows), key, serial)

    def talks(self, seller: str, limit: int = 100) -> list[TalkRow]:
        """Logged conversations, a row a session, newest first: buyer, channel, serial, began, lines."""
        number = self._number(seller)
        if number is None:
            return []
        between = (row_id(number, 0), row_id(number + 1, 0), ROWS_READ_MAX)
        return talks(
            (row[0] for row in self._db.execute(self._sql["turns_of_seller"], between)), limit
        )

    def texts(self, seller: str) -> Iterator[SentText]:
        """A seller's texts to phones and what became of them, newest first; read as far as is needed."""
        rows = self._db.execute(
            self._sql["texts_of_seller"], (self._number(seller), TEXT_ROWS_READ_MAX)
        )
        return sent_texts(rows, seller)

    def messages(self, seller: str, limit: int = 100) -> list[tuple[str, str, str, int]]:
        """Messages for a seller, newest first: seller, buyer, text, time."""
        return list(self._db.execute(self._sql["messages"], (seller, limit)))


def _serial(number: str) -> int | None:
    """An order's serial; None for what is no number, which no order has."""
    try:
        return order_serial(number)
    except ValueError:
        return None


def _order(row: Sequence[object]) -> PlacedOrder:
    (
        _,
        seller,
        serial,
        buyer,
        channel,
        session,
        turn,
        status,
        total,
        currency,
        address,
        placed,
        due,
        lines,
    ) = row
    return PlacedOrder(
        str(seller),
        order_number(int(str(serial))),
        f"{seller}/{buyer}/{channel}/{session}/{turn}",
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
