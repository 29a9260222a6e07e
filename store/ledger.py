"""What people look at in the store, and change by hand: orders, stock, buyers, talks, texts, messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from center.contact import Contact, ContactKey
from center.orders.number import order_serial
from center.orders.order import RESTOCKED, PlacedOrder, Status, Vouched, advance
from center.ports import StoreError
from center.text_news import SentText
from flows.inputs import Buyer
from store.database import ROWS_MAX, Database
from store.outbox_rows import sent_texts
from store.records import kept_from, pack_buyer, unpack_buyer, unpack_lines
from store.turn_log import LoggedRow, TalkRow, talk, talks


class Ledger(Database):
    """Read and written a question at a time, beside the batches."""

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

    def recent_contacts(self, channel: str) -> Iterator[tuple[ContactKey, Contact]]:
        """Sessions on a channel that had a turn in the last minute or so that somebody ran the shop."""
        self._look()
        names = dict(self._db.execute(self._sql["seller_names"]).fetchall())
        for (seller, buyer, _), contact in self._tables.recent.contacts_by(channel):
            yield ContactKey(names[seller], buyer, channel), contact

    def talk(self, key: ContactKey, serial: int) -> list[str]:
        """Lines of one session's log, oldest first."""
        return talk(self._logged(key.seller), key, serial)

    def talks(self, seller: str, limit: int = 100) -> list[TalkRow]:
        """Logged conversations, a row a session, newest first: buyer, channel, serial, began, lines."""
        return talks(self._logged(seller), limit)

    def texts(self, seller: str) -> Iterator[SentText]:
        """A seller's texts to phones and what became of them, newest first; read as far as is needed."""
        for logged in self._logged(seller):
            for row in reversed(logged.text_rows):
                yield from sent_texts(self._db.execute(self._sql["texts_of_row"], (row,)), seller)

    def _logged(self, seller: str) -> Iterator[LoggedRow]:
        """Rows that have something of a seller, newest first."""
        number = self._number(seller)
        if number is not None:
            self._look()
            yield from self._tables.turns.rows(number)

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
        paid,
        vouched,
    ) = row
    return PlacedOrder(
        str(seller),
        int(str(serial)),
        str(buyer),
        str(channel),
        int(str(session)),
        int(str(turn)),
        unpack_lines(lines if isinstance(lines, bytes) else str(lines).encode()),
        int(str(total)),
        str(currency),
        str(address),
        int(str(placed)),
        int(str(due)) if due is not None else None,
        Status(str(status)),
        int(str(paid)),
        Vouched(str(vouched)) if vouched else None,
    )
