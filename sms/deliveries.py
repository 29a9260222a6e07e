"""What becomes of texts that carriers have: their receipts, tied to them and noted in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from center.outbox import Outbox
from center.text_news import Stage, TextNews
from sms.carrier import Carrier
from sms.receipt_book import TEXTS_MAX, ReceiptBook, Told
from sms.receipts import State
from sms.smpp.tlv import Tlvs

_SENT = Stage.SENT


@dataclass(slots=True)
class DeliveryCounters:
    """For operators."""

    receipts: int = 0
    delivered: int = 0
    """Texts that phones have, as receipts say."""
    failed: int = 0
    """Texts that receipts say no phone has, and those that carriers would not take."""


class Deliveries:
    """One book a carrier."""

    def __init__(self, outbox: Outbox, *, ticks: Callable[[], float]) -> None:
        """`ticks` only goes forward."""
        self.outbox = outbox
        self.ticks = ticks
        self.counters = DeliveryCounters()
        self._books: dict[str, ReceiptBook] = {}
        self._expected: list[TextNews] = []
        """Of carriers that are not there yet."""

    def add(self, carrier: Carrier) -> None:
        """A carrier whose receipts come."""
        self._books[carrier.name] = ReceiptBook(carrier.receipt_ids)
        expected, self._expected = self._expected, []
        self.expect(expected)

    @property
    def waiting(self) -> int:
        """Segments whose receipts are to come."""
        return sum(map(len, self._books.values()))

    @property
    def unknown(self) -> int:
        """Receipts that found no text."""
        return sum(book.unknown for book in self._books.values())

    def take_up(self) -> None:
        """What an earlier run sent, so that its receipts are known."""
        self.expect(self.outbox.texts_without_receipts(TEXTS_MAX))

    def expect(self, sent: Iterable[TextNews]) -> None:
        """Receipts of these are to come."""
        for one in sent:
            book = self._books.get(one.carrier)
            if book is not None:
                book.submit(one.text, one.names)
            elif len(self._expected) < TEXTS_MAX:
                self._expected.append(one)

    def sent(self, carrier: Carrier, text: int, names: Sequence[str]) -> list[TextNews]:
        """A carrier has all segments of a text: what is new of it."""
        if not carrier.receipts or "" in names:
            return [TextNews(text, _SENT)]
        name = carrier.name
        news = TextNews(text, _SENT, "", name, tuple(names))
        early = self._books[name].submit(text, names)
        return [news, *[self._news(name, told) for told in early]] if early else [news]

    def expect_alone(
        self, carrier: Carrier, texts: Sequence[int], names: Sequence[str]
    ) -> list[TextNews]:
        """A carrier has these texts of one segment each, and calls them so: what receipts say that came before that."""
        early = self._books[carrier.name].submit_alone(texts, names)
        return [self._news(carrier.name, told) for told in early]

    def refused(self, text: int, why: str) -> TextNews:
        """A carrier would not have a text, or a part of it."""
        self.counters.failed += 1
        return TextNews(text, Stage.FAILED, why)

    def receive(self, carrier: Carrier, receipts: Sequence[tuple[bytes, Tlvs]]) -> None:
        """Take receipts, by text and parameters; what they say is noted, and kept before their answers leave."""
        book, now = self._books[carrier.name], self.ticks()
        told = [one for text, tlvs in receipts for one in book.receive_alone(text, tlvs, now)]
        self._note(carrier, len(receipts), [], told)

    def receive_all(self, carrier: Carrier, told: Sequence[str | bytes]) -> None:
        """The same of receipts of the commonest form, as sms.smpp.events.Receipted has them."""
        have, more = self._books[carrier.name].receive_all(told, self.ticks())
        self._note(carrier, len(told), have, more)

    def _note(self, carrier: Carrier, count: int, have: list[int], told: Sequence[Told]) -> None:
        self.counters.receipts += count
        self.counters.delivered += len(have)
        if have:
            self.outbox.note_delivered(have)
        if told:
            self.outbox.note_texts([self._news(carrier.name, one) for one in told])

    def _news(self, carrier: str, told: Told) -> TextNews:
        if told.state is State.DELIVERED:
            self.counters.delivered += 1
            return TextNews(told.text, Stage.DELIVERED)
        if told.left:
            return TextNews(told.text, Stage.SENT, "", carrier, told.left)
        self.counters.failed += 1
        return TextNews(told.text, Stage.FAILED, f"{told.state.word} {told.error}".strip())
