"""The store in memory: the same promises but for the disk, for tests and simulations."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from msgspec.structs import replace

from center.awaited import Awaited
from center.changes import Changes, HandOverRequest, OutgoingText, ShopMessage, Talk
from center.contact import Arrival, Contact, ContactKey, beside
from center.orders.order import READDRESSED, RESTOCKED, PlacedOrder, Status, advance
from center.outbox import phones_of
from center.ports import StoreError
from center.text_news import SentText, Stage, TextNews, sent_alone
from center.unconfirmed import Place
from center.world import World
from flows.effects import PlaceOrder
from flows.inputs import Buyer
from flows.packed import fingerprint
from flows.program import Program


@dataclass(slots=True)
class _Kept:
    contacts: dict[ContactKey, Contact] = field(default_factory=dict[ContactKey, Contact])
    buyers: dict[tuple[str, str], Buyer] = field(default_factory=dict[tuple[str, str], Buyer])
    stock: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    seen: dict[bytes, int] = field(default_factory=dict[bytes, int])
    orders: list[PlacedOrder] = field(default_factory=list[PlacedOrder])
    placed: set[tuple[object, ...]] = field(default_factory=set[tuple[object, ...]])
    """Origins and numbers of the orders."""
    texts: dict[int, OutgoingText] = field(default_factory=dict[int, OutgoingText])
    text_count: int = 0
    talks: list[Talk] = field(default_factory=list[Talk])
    messages: list[ShopMessage] = field(default_factory=list[ShopMessage])
    hand_overs: list[HandOverRequest] = field(default_factory=list[HandOverRequest])
    notes: dict[str, bytes] = field(default_factory=dict[str, bytes])
    awaited: dict[ContactKey, Awaited] = field(default_factory=dict[ContactKey, Awaited])


class MemoryStore:
    """See center.ports.Store and center.outbox.Outbox."""

    def __init__(self) -> None:
        self._kept = _Kept()
        self._sent: dict[int, tuple[OutgoingText, TextNews]] = {}
        """Texts that carriers have, or would not have."""
        self._programs: dict[bytes, Program] = {}
        self._published: dict[str, bytes] = {}

    @contextmanager
    def batch(self, arrivals: Sequence[Arrival]) -> Generator[MemoryBatch]:
        """See center.ports.Store."""
        kept = self._kept
        sellers = {arrival.contact.seller for arrival in arrivals}
        world = World(
            {
                key: kept.contacts[key]
                for a in arrivals
                for key in (a.contact, beside(a))
                if key is not None and key in kept.contacts
            },
            {
                who: kept.buyers[who]
                for a in arrivals
                if (who := (a.contact.seller, a.contact.number)) in kept.buyers
            },
            {seller: kept.stock.get(seller, {}) for seller in sellers},
            {seller: kept.counts[seller] for seller in sellers if seller in kept.counts},
            {a.key: kept.seen[a.key] for a in arrivals if a.key in kept.seen},
            {a.contact: kept.awaited[a.contact] for a in arrivals if a.contact in kept.awaited},
        )
        yield MemoryBatch(self, world)

    def keep(self, changes: Changes, world: World) -> list[int]:
        """All changes or, if one cannot be, none; ids of the texts. Raises StoreError."""
        kept = self._kept
        # What may be refused is looked at before anything is changed.
        left = {
            (seller, code): kept.stock[seller][code] - taken
            for (seller, code), taken in changes.stock.items()
            if code in kept.stock.get(seller, {})
        }
        for (seller, code), pieces in left.items():
            if pieces < 0:
                raise StoreError(f"{seller} has {-pieces} of {code} too few")
        placed: set[tuple[object, ...]] = {order.origin for order in changes.orders}
        placed |= {(order.seller, order.number) for order in changes.orders}
        if len(placed) < 2 * len(changes.orders) or not placed.isdisjoint(kept.placed):
            raise StoreError("an order was placed before")
        kept.seen.update(changes.seen)
        kept.seen.update(changes.named)
        kept.contacts.update(changes.contacts)
        kept.buyers.update(changes.buyers)
        for (seller, code), pieces in left.items():
            kept.stock[seller][code] = pieces
        kept.placed |= placed
        for order in changes.orders:
            kept.orders.append(order)
            kept.counts[order.seller] = world.orders[order.seller]
        for one in changes.readdressed:
            for place, order in enumerate(kept.orders):
                is_it = (order.seller, order.number) == (one.seller, one.number)
                if is_it and order.status in READDRESSED:
                    kept.orders[place] = replace(order, address=one.address)
        ids: list[int] = []
        for text in changes.texts:
            kept.text_count += 1
            kept.texts[kept.text_count] = text
            ids.append(kept.text_count)
        kept.talks += changes.talks
        kept.messages += changes.messages
        kept.hand_overs += changes.hand_overs
        for name, value in changes.notes.items():
            if value is None:
                kept.notes.pop(name, None)
            else:
                kept.notes[name] = value
        for contact, awaited in changes.awaited.items():
            if awaited is None:
                kept.awaited.pop(contact, None)
            else:
                kept.awaited[contact] = awaited
        return ids

    # --- the outbox ---

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """See center.outbox.Outbox."""
        return [(i, text) for i, text in self._kept.texts.items() if i > after][:limit]

    def waiting_phones(
        self, after: int, limit: int, before: int | None
    ) -> tuple[Sequence[str], int]:
        """See center.outbox.Outbox."""
        return phones_of(self.waiting_texts(after, limit), after, before)

    def note_texts(self, news: Sequence[TextNews]) -> None:
        """See center.outbox.Outbox."""
        for one in news:
            if one.stage is Stage.WAITING:
                continue
            text = self._kept.texts.pop(one.text, None)
            known = self._sent.get(one.text)
            if text is not None:
                self._sent[one.text] = text, one
            elif known is not None and known[1].stage is Stage.SENT:
                self._sent[one.text] = known[0], one

    def note_sent(self, carrier: str, texts: Sequence[int], names: Sequence[str]) -> None:
        """See center.outbox.Outbox."""
        self.note_texts(sent_alone(carrier, texts, names))

    def note_delivered(self, texts: Sequence[int]) -> None:
        """See center.outbox.Outbox."""
        self.note_texts([TextNews(text, Stage.DELIVERED) for text in texts])

    def texts_without_receipts(self, limit: int) -> list[TextNews]:
        """See center.outbox.Outbox."""
        waiting = [one for _, one in self._sent.values() if one.stage is Stage.SENT and one.names]
        return sorted(waiting, key=lambda one: one.text)[-limit:]

    @property
    def is_behind(self) -> bool:
        """See center.ports.Store. What is noted is kept at once."""
        return False

    def write_noted(self) -> bool:
        """See center.outbox.Outbox."""
        return True

    def notes(self, prefix: str) -> dict[str, bytes]:
        """See center.outbox.Outbox."""
        return {n: value for n, value in self._kept.notes.items() if n.startswith(prefix)}

    def recent_contacts(self, channel: str) -> Iterator[tuple[ContactKey, Contact]]:
        """See store.sqlite; all that there are."""
        contacts = list(self._kept.contacts.items())
        return ((key, contact) for key, contact in contacts if key.channel == channel)

    def awaited(self, limit: int = 100_000) -> list[Awaited]:
        """See store.sqlite."""
        return sorted(self._kept.awaited.values(), key=lambda awaited: awaited.contact)[:limit]

    def asked(self) -> Iterator[Awaited]:
        """See store.sqlite."""
        return (one for one in self.awaited() if not isinstance(one.effect, PlaceOrder))

    def unconfirmed(self, after: Place, before: int, limit: int) -> list[Awaited]:
        """See center.unconfirmed.Kept."""
        waiting = {
            (one.at, *one.contact.parts): one
            for one in self._kept.awaited.values()
            if isinstance(one.effect, PlaceOrder) and one.at <= before
        }
        return [waiting[place] for place in sorted(waiting) if place > after][:limit]

    # --- sellers ---

    def publish(self, seller: str, program: Program, now: int) -> bytes:
        """See store.sqlite."""
        del now
        name = fingerprint(program)
        self._programs[name] = program
        self._published[seller] = name
        self._kept.counts.setdefault(seller, 0)
        stock = self._kept.stock.setdefault(seller, {})
        for product in program.products:
            stock.setdefault(product.code, product.stock)
        return name

    def published(self) -> dict[str, bytes]:
        """See store.sqlite."""
        return dict(self._published)

    def program(self, name: bytes) -> Program | None:
        """See store.sqlite."""
        return self._programs.get(name)

    # --- what people look at ---

    def orders(
        self,
        seller: str | None = None,
        status: Status | None = None,
        number: str | None = None,
        buyer: str | None = None,
        limit: int = 100_000,
    ) -> list[PlacedOrder]:
        """See store.sqlite."""
        found = [
            order
            for order in reversed(self._kept.orders)
            if seller in (None, order.seller)
            and status in (None, order.status)
            and number in (None, order.number)
            and buyer in (None, order.buyer)
        ]
        return found[:limit]

    def advance_order(self, seller: str, number: str, to: Status, now: int) -> PlacedOrder:
        """See store.sqlite."""
        del now
        for position, order in enumerate(self._kept.orders):
            if (order.seller, order.number) == (seller, number):
                advance(order.status, to)
                moved = self._kept.orders[position] = replace(order, status=to)
                self._note(moved)
                return moved
        raise LookupError(f"{seller} has no order {number}")

    def _note(self, order: PlacedOrder) -> None:
        if order.status in RESTOCKED:
            for line in order.lines:
                self._kept.stock[order.seller][line.code] += line.quantity
        who = (order.seller, order.buyer)
        buyer = self._kept.buyers.get(who)
        if buyer is not None and buyer.last_order and buyer.last_order.number == order.number:
            last = replace(buyer.last_order, status=str(order.status))
            self._kept.buyers[who] = replace(buyer, last_order=last)

    def stock(self, seller: str) -> dict[str, int]:
        """See store.sqlite."""
        return dict(self._kept.stock.get(seller, {}))

    def set_stock(self, seller: str, code: str, left: int) -> None:
        """See store.sqlite."""
        self._kept.stock.setdefault(seller, {})[code] = left

    def buyer(self, seller: str, number: str) -> Buyer | None:
        """See store.sqlite."""
        return self._kept.buyers.get((seller, number))

    def contact(self, key: ContactKey) -> Contact | None:
        """See store.sqlite."""
        return self._kept.contacts.get(key)

    def talk(self, key: ContactKey, serial: int) -> list[str]:
        """See store.sqlite."""
        return [
            line
            for talk in self._kept.talks
            if (talk.contact, talk.serial) == (key, serial)
            for line in talk.lines.split("\n")
        ]

    def talks(self, seller: str, limit: int = 100) -> list[tuple[str, str, int, int, str]]:
        """See store.sqlite."""
        sessions: dict[tuple[str, str, int], list[Talk]] = {}
        for talk in self._kept.talks:
            if talk.contact.seller == seller:
                key = (talk.contact.buyer, talk.contact.channel, talk.serial)
                sessions.setdefault(key, []).append(talk)
        rows = [
            (*key, turns[0].at, "\n".join(turn.lines for turn in turns))
            for key, turns in sessions.items()
        ]
        return sorted(rows, key=lambda row: -row[3])[:limit]

    def texts(self, seller: str) -> Iterator[SentText]:
        """See store.sqlite."""
        found = {
            text_id: SentText(text, Stage.WAITING, "") for text_id, text in self._kept.texts.items()
        }
        found |= {i: SentText(text, one.stage, one.reason) for i, (text, one) in self._sent.items()}
        for text_id in sorted(found, reverse=True):
            if found[text_id].text.seller == seller:
                yield found[text_id]

    def messages(self, seller: str, limit: int = 100) -> list[tuple[str, str, str, int]]:
        """See store.sqlite."""
        found = [m for m in reversed(self._kept.messages) if m.seller == seller]
        return [(m.seller, m.buyer, m.text, m.at) for m in found[:limit]]


class MemoryBatch:
    """See center.ports.Batch."""

    def __init__(self, store: MemoryStore, world: World) -> None:
        self._store = store
        self._world = world
        self.text_ids: Sequence[int] = ()

    @property
    def world(self) -> World:
        """What the arrivals touch."""
        return self._world

    def commit(self, changes: Changes) -> None:
        """Keep all changes."""
        self.write(changes)

    def write(self, changes: Changes) -> None:
        """See center.ports.Batch. Memory has nothing to wait for."""
        self.text_ids = self._store.keep(changes, self._world)

    def finish(self) -> None:
        """See center.ports.Batch."""

    def finished(self) -> None:
        """See center.ports.Batch."""
