"""The text channel: phones' messages into turn batches, replies out, nothing answered before it is kept.

1. Messages that arrive are put together from their segments, sent to their seller, and collected for a few milliseconds.
2. One batch steps them all; one transaction keeps all of it, the replies too.
3. Only then are the messages acknowledged to the carrier and the replies submitted.
4. A reply leaves the outbox when the carrier has taken all its segments.

If the store cannot keep a batch, its messages are answered with a temporary error, and the carrier brings them again.
If a message makes a seller's program fail, the others of its batch are taken without it; after TRIES_MAX tries it is
kept for the seller to read and answered with a permanent error.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from center.changes import Changes, OutgoingText, ShopMessage
from center.contact import Arrival, ContactKey
from center.outbox import Outbox
from center.ports import Store, StoreBusyError, StoreError, StoreFullError
from center.routing import Routes
from center.shops import Shops
from center.turns import take_turns
from flows.inputs import Opened, Text
from grammars.phones import read_phone
from sms import piece, receipts, segments
from sms.carrier import Carrier
from sms.client import Esme, Link, Settlement, Submission
from sms.reassembly import Partial, Reassembly, Whole
from sms.smpp import pdu as p
from sms.smpp.status import Status

LINGER_S = 0.003
"""Arrivals are collected so long. Measured on a prototype: at 800 orders a second it halves the work."""
BATCH_MAX = 512
"""Arrivals in one transaction."""
SEGMENTS_PER_REPLY_MAX = 10
"""A longer reply is cut: the checker warns of it (C501), and somebody pays for each segment."""
LAST_SELLERS_MAX = 200_000
"""Buyers whose last seller on a shared code is remembered."""
RESEND_MAX = 1_000
"""Replies taken from the outbox at a time after a restart."""
TEXT_CHARACTERS_MAX = 2_000
TRIES_MAX = 3
"""Times that a message which makes a program fail is tried before a person has it."""
WAITING_MAX = 100_000
"""Segments waiting for a carrier past which texts stay in the outbox, and are read from it when there is room."""
FAILING_MAX = 10_000
"""Such messages whose tries are counted."""

SEGMENTS_NOTE = "sms/segments/"
LAST_NOTE = "sms/last/"
"""Names of this channel's notes in the store."""

_ESM_RECEIPT = 0x04
_ESM_TYPE_MASK = 0x3C

log = logging.getLogger(__name__)


@dataclass(slots=True)
class ChannelCounters:
    """For operators."""

    received: int = 0
    turns: int = 0
    batches: int = 0
    refused: int = 0
    unrouted: int = 0
    receipts: int = 0
    replies: int = 0
    undeliverable: int = 0
    set_aside: int = 0
    """Messages that made a program fail and were given to the seller to read."""


@dataclass(slots=True)
class _Reply:
    """A text whose segments are on their way."""

    id: int
    left: int
    failed: bool = False


class SmsChannel:
    """Ties carriers' binds to the turn batch."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        shops: Shops,
        routes: Routes,
        *,
        clock: Callable[[], float] = time.time,
        linger_s: float = LINGER_S,
    ) -> None:
        self.store = store
        self.outbox = outbox
        self.shops = shops
        self.routes = routes
        self.clock = clock
        self.linger_s = linger_s
        self.counters = ChannelCounters()
        self.esmes: dict[str, Esme] = {}
        self._reassembly = Reassembly()
        self._segments: dict[str, bytes] = {}
        """Segments of texts that are not whole yet, as the store has them."""
        self._notes: dict[str, bytes | None] = {}
        """Notes that the next batch keeps."""
        self._arrivals: list[Arrival] = []
        self._answers: list[tuple[Link, int]] = []
        self._brought: dict[int, tuple[Link, int]] = {}
        """The answer that waits for an arrival, by the arrival's identity."""
        self._behind_after: int | None = None
        """While texts stay in the outbox: the last that was submitted. None: each goes out at once."""
        self._failing: OrderedDict[bytes, int] = OrderedDict()
        """Tries of messages that made a program fail."""
        self._unrouted: list[OutgoingText] = []
        self._timer: asyncio.TimerHandle | None = None
        self._last: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._reference = int(clock()) & 0xFF
        self._settled: list[int] = []

    def restore(self) -> None:
        """Take up texts whose first segments came to an earlier run."""
        self._segments = self.outbox.notes(SEGMENTS_NOTE)
        decoder = msgspec.msgpack.Decoder(Partial)
        self._reassembly.restore(decoder.decode(kept) for kept in self._segments.values())

    def add(self, esme: Esme) -> None:
        """A carrier to send by; what waits in the outbox for it is sent."""
        self.esmes[esme.carrier.name] = esme

    def resend(self) -> int:
        """Send what an earlier run did not get to; how many texts."""
        before = self.counters.replies
        self._behind_after = 0
        self._catch_up()
        return self.counters.replies - before

    # --- in ---

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        """See sms.client.Handler."""
        now = self.clock()
        for message in messages:
            self.counters.received += 1
            self._answers.append((link, message.sequence))
            if message.esm_class & _ESM_TYPE_MASK == _ESM_RECEIPT:
                self._receipt(message)
                continue
            read = piece.read(
                message.message,
                data_coding=message.data_coding,
                esm_class=message.esm_class,
                tlvs=dict(message.tlvs),
            )
            found = self._reassembly.receive(
                message.source.digits, message.destination.digits, read, now
            )
            whole = found[-1] if found else None
            if isinstance(whole, Whole):
                self._text(link, message, whole.text[:TEXT_CHARACTERS_MAX], int(now))
        if len(self._answers) >= BATCH_MAX:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.linger_s, self.flush)

    def _receipt(self, message: p.DeliverSm) -> None:
        self.counters.receipts += 1
        receipt = receipts.parse(message.message.decode("latin-1"), dict(message.tlvs))
        if receipt is not None:
            # Not the receipt whole: it quotes the text.
            log.debug("a receipt says %s", receipt.state.word)

    def _text(self, link: Link, message: p.DeliverSm, text: str, now: int) -> None:
        buyer = read_phone(message.source.digits) or message.source.digits
        code = message.destination.digits
        carrier = link.carrier.name
        routed = self.routes.find(code, text, self._last_seller(code, buyer))
        if routed is None:
            self.counters.unrouted += 1
            if self.routes.codes().get(code):
                self._unrouted.append(
                    OutgoingText(carrier, code, buyer, self.routes.help(code), now)
                )
            return
        self._remember(code, buyer, routed.seller)
        digest = hashlib.blake2b(digest_size=12)
        for part in (carrier, message.source.digits, code, text):
            digest.update(part.encode() + b"\0")
        given = Opened() if routed.named and not routed.rest else Text(routed.rest)
        key = ContactKey(routed.seller, buyer, "sms")
        arrival = Arrival(key, given, code, carrier, digest.digest(), link.epoch, now)
        self._arrivals.append(arrival)
        self._brought[id(arrival)] = (link, message.sequence)

    def _last_seller(self, code: str, buyer: str) -> str | None:
        """Whom a buyer talked to before on a code that sellers share, also before a restart."""
        known = self._last.get((code, buyer))
        if known is not None or len(self.routes.codes().get(code, ())) < 2:
            return known
        name = f"{LAST_NOTE}{code}/{buyer}"
        kept = self.outbox.notes(name).get(name)
        return kept.decode() if kept is not None else None

    def _remember(self, code: str, buyer: str, seller: str) -> None:
        if self._last.get((code, buyer)) != seller and len(self.routes.codes()[code]) > 1:
            self._notes[f"{LAST_NOTE}{code}/{buyer}"] = seller.encode()
        self._last[code, buyer] = seller
        self._last.move_to_end((code, buyer))
        if len(self._last) > LAST_SELLERS_MAX:
            self._last.popitem(last=False)

    # --- the batch ---

    def flush(self) -> None:
        """Step what was collected, keep it, then answer and reply."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        arrivals, self._arrivals = self._arrivals, []
        answers, self._answers = self._answers, []
        extra, self._unrouted = self._unrouted, []
        if not answers:
            return
        brought, self._brought = self._brought, {}
        self._note_segments()
        notes, self._notes = self._notes, {}
        statuses: dict[tuple[Link, int], int] = {}
        replies: list[tuple[int, OutgoingText]] = []
        try:
            if arrivals or extra or notes:
                try:
                    replies = self._take(arrivals, extra, notes)
                except (StoreBusyError, StoreFullError):
                    raise
                except Exception as error:  # noqa: BLE001 - whatever one message does, the others are taken
                    log.error("a batch of %d is taken one by one: %s", len(arrivals), _kind(error))
                    replies = self._take([], extra, notes)
                    for arrival in arrivals:
                        status, said = self._take_alone(arrival)
                        statuses[brought[id(arrival)]] = status
                        replies += said
        except StoreError as error:
            # Section 5.1.3: the receiver cannot take it now; the carrier keeps it and tries again.
            self.counters.refused += len(arrivals)
            log.error("a batch of %d was refused: %s", len(arrivals), error)
            self._go_back()
            statuses = {answer: statuses.get(answer, Status.X_T_APPN) for answer in answers}
        for status, some in _by_status(answers, statuses):
            self._acknowledge(some, status)
        if self._behind_after is None and not self._is_full():
            for text_id, text in replies:
                self._submit(text_id, text)
        elif self._behind_after is None and replies:
            self._behind_after = replies[0][0] - 1

    def _is_full(self) -> bool:
        """Whether a carrier's queue has no room for a batch; its texts then wait in the outbox."""
        return any(esme.waiting >= WAITING_MAX for esme in self.esmes.values())

    def _catch_up(self) -> None:
        """Send what waits in the outbox, oldest first, as far as there is room again."""
        while self._behind_after is not None and not self._is_full():
            waiting = self.outbox.waiting_texts(self._behind_after, RESEND_MAX)
            for text_id, text in waiting:
                self._behind_after = text_id
                self._submit(text_id, text)
            if not waiting:
                self._behind_after = None

    def _take(
        self,
        arrivals: list[Arrival],
        extra: list[OutgoingText],
        notes: dict[str, bytes | None],
    ) -> list[tuple[int, OutgoingText]]:
        """Step and keep a batch; its texts with their ids. Raises StoreError, and whatever a program does."""
        with self.store.batch(arrivals) as batch:
            changes = take_turns(arrivals, batch.world, self.shops)
            changes.texts.extend(extra)
            changes.notes.update(notes)
            batch.commit(changes)
            replies = list(zip(batch.text_ids, changes.texts, strict=True))
        self.counters.batches += 1
        self.counters.turns += len(arrivals)
        return replies

    def _take_alone(self, arrival: Arrival) -> tuple[int, list[tuple[int, OutgoingText]]]:
        """A message of a batch that failed, by itself: how to answer it, and its texts.

        Raises StoreBusyError and StoreFullError, which are nobody's fault.
        """
        try:
            return Status.OK, self._take([arrival], [], {})
        except (StoreBusyError, StoreFullError):
            raise
        except Exception as error:  # noqa: BLE001 - counted, logged and kept for a person
            tries = self._failing.pop(arrival.key, 0) + 1
            log.error(
                "a message to %s fails, try %d: %s", arrival.contact.seller, tries, _kind(error)
            )
            if tries < TRIES_MAX:
                self._failing[arrival.key] = tries
                if len(self._failing) > FAILING_MAX:
                    self._failing.popitem(last=False)
                self._go_back()
                return Status.X_T_APPN, []
        said = arrival.input.text if isinstance(arrival.input, Text) else ""
        kept = ShopMessage(
            arrival.contact.seller, arrival.contact.buyer, f"[not understood] {said}", arrival.at
        )
        with self.store.batch([arrival]) as batch:
            batch.commit(Changes(messages=[kept]))
        self.counters.set_aside += 1
        return Status.X_R_APPN, []

    def _go_back(self) -> None:
        """What was refused comes again, its segments too: forget that they were here."""
        self._segments = self.outbox.notes(SEGMENTS_NOTE)
        self._reassembly = Reassembly()
        decoder = msgspec.msgpack.Decoder(Partial)
        self._reassembly.restore(decoder.decode(kept) for kept in self._segments.values())
        self._last.clear()

    def _note_segments(self) -> None:
        """Segments of texts that are not whole yet are acknowledged, so they must be kept like all else."""
        now = {
            f"{SEGMENTS_NOTE}{'/'.join(map(str, partial.key))}": msgspec.msgpack.encode(partial)
            for partial in self._reassembly.partials()
        }
        if now == self._segments:
            return
        for name in self._segments.keys() - now.keys():
            self._notes[name] = None
        for name, value in now.items():
            if self._segments.get(name) != value:
                self._notes[name] = value
        self._segments = now

    def _acknowledge(self, answers: Iterable[tuple[Link, int]], status: int) -> None:
        by_link: dict[Link, list[tuple[int, int]]] = {}
        for link, sequence in answers:
            by_link.setdefault(link, []).append((sequence, status))
        for link, listed in by_link.items():
            link.acknowledge(listed)

    # --- out ---

    def _submit(self, text_id: int, text: OutgoingText) -> None:
        esme = self.esmes.get(text.carrier) or next(iter(self.esmes.values()), None)
        if esme is None:
            return
        self._reference = (self._reference + 1) & 0xFF
        carrier = esme.carrier
        try:
            cut = segments.split(
                text.text, reference=self._reference, concatenation=carrier.concatenation
            )
        except segments.TextTooLongError:
            cut = segments.split(
                text.text[:600], reference=self._reference, concatenation=carrier.concatenation
            )
        cut = (
            cut[:SEGMENTS_PER_REPLY_MAX]
            if len(cut) <= SEGMENTS_PER_REPLY_MAX
            else self._shorter(text, carrier)
        )
        reply = _Reply(text_id, len(cut))
        esme.submit([Submission(reply, self._submit_sm(carrier, text, segment)) for segment in cut])
        self.counters.replies += 1

    def _shorter(self, text: OutgoingText, carrier: Carrier) -> Sequence[segments.Segment]:
        """A text cut so that it fits in the segments that may be sent."""
        characters = len(text.text)
        while True:
            characters = characters * 9 // 10
            cut = segments.split(
                text.text[:characters] + "...",
                reference=self._reference,
                concatenation=carrier.concatenation,
            )
            if len(cut) <= SEGMENTS_PER_REPLY_MAX:
                return cut

    def _submit_sm(
        self, carrier: Carrier, text: OutgoingText, segment: segments.Segment
    ) -> p.SubmitSm:
        return p.SubmitSm(
            source=p.Address(text.source, carrier.source_ton, carrier.source_npi),
            destination=p.Address(
                text.destination.lstrip("+"), carrier.destination_ton, carrier.destination_npi
            ),
            esm_class=segment.esm_class,
            registered_delivery=1 if carrier.receipts else 0,
            data_coding=segment.data_coding,
            message=segment.short_message,
            tlvs=segment.tlvs,
        )

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        """See sms.client.Handler."""
        for settlement in settlements:
            reply = settlement.key
            assert isinstance(reply, _Reply)
            reply.left -= 1
            if settlement.message_id is None:
                reply.failed = True
                log.warning("%s: a segment was refused: 0x%X", carrier.name, settlement.status)
            if reply.left == 0:
                self.counters.undeliverable += reply.failed
                self._settled.append(reply.id)
        if self._settled:
            asyncio.get_running_loop().call_soon(self._drop)

    def _drop(self) -> None:
        """Forget texts that the carrier has; a crash before only sends them once more."""
        settled, self._settled = self._settled, []
        if not settled:
            return
        try:
            self.outbox.drop_texts(settled)
        except StoreError as error:
            self._settled = settled + self._settled
            log.error("the outbox was not cleared: %s", error)
        self._catch_up()


def _kind(error: Exception) -> str:
    """An error for the log: its words may hold a buyer's, its kind does not."""
    return type(error).__name__


def _by_status(
    answers: list[tuple[Link, int]], statuses: dict[tuple[Link, int], int]
) -> list[tuple[int, list[tuple[Link, int]]]]:
    """Answers put together by what they say; what is not named was taken."""
    found: dict[int, list[tuple[Link, int]]] = {}
    for answer in answers:
        found.setdefault(statuses.get(answer, Status.OK), []).append(answer)
    return list(found.items())
