"""What phones send: deliver_sm put together from their segments and brought to their seller's turn batch.

Every deliver_sm is answered when the batch that has it is told. Segments of a text that is not whole yet are kept as
notes, since they are answered like all else; on a refusal the state goes back to what is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from center.batch import TurnBatch
from center.changes import OutgoingText
from center.contact import Arrival, ContactKey, Repeats
from center.outbox import PASSING, Outbox
from center.routing import Routes
from flows.inputs import Opened, Text
from sms import piece
from sms.answer import Answer
from sms.link import Link
from sms.reassembly import Dropped, Key, Partial, Reassembly, Waiting, Whole
from sms.redelivery import KEY_BYTES, Redeliveries
from sms.senders import buyer_of, may_be_answered
from sms.smpp import pdu as p
from sms.smpp.status import Status
from sms.smpp.tlv import Tag, find
from sms.unrouted import Helps

TEXT_CHARACTERS_MAX = 2_000
BUYERS_KNOWN_MAX = 20_000
"""Phones whose number need not be read again: a buyer's messages come within minutes."""
LAST_SELLERS_MAX = 200_000
"""Buyers whose last seller on a shared code is remembered."""

SEGMENTS_NOTE = "sms/segments/"
LAST_NOTE = f"{PASSING}sms/last/"
DOUBTS_NOTE = "sms/doubts"
"""Names of this channel's notes in the store."""
SWEEP_S_MIN = 1.0
SWEEP_S_MAX = 60.0
"""Between two looks at segments that are too old; the clock of day, by which they age, may be set meanwhile."""
LAST_NOTED_S = 7 * 86_400
"""With whom a buyer was last is written again after so long, so that it does not pass while they come back."""
MESSAGE_NAMES = (Tag.RECEIPTED_MESSAGE_ID, Tag.USER_MESSAGE_REFERENCE)
"""TLVs in which a carrier may name a phone's message; the second is often the phone's own count (SMPP 3.4, 5.3.2.17)."""

_PERHAPS, _NAMED, _UNREAD = Repeats.PERHAPS, Repeats.NAMED, Repeats.UNREAD
"""Names of their own, as in sms.channel."""

Notes = dict[str, bytes | None]


class Swept(msgspec.Struct, frozen=True):
    """The ticket of notes that go since their segments are too old."""


@dataclass(slots=True)
class ReceivingCounters:
    """For operators."""

    received: int = 0
    unrouted: int = 0
    not_phones: int = 0
    """From names, short codes and ourselves; acknowledged, and nothing else."""
    left: int = 0
    """Texts that were left with their carriers while we drained."""
    unreadable: int = 0
    """Texts that we stumbled over, and refused for good."""


class Receiving:
    """From deliver_sm to arrivals."""

    def __init__(
        self,
        turns: TurnBatch,
        outbox: Outbox,
        routes: Routes,
        *,
        clock: Callable[[], float],
        ticks: Callable[[], float],
    ) -> None:
        """`clock` is Unix seconds; `ticks` only goes forward."""
        self.turns = turns
        self.outbox = outbox
        self.routes = routes
        self.clock = clock
        self.ticks = ticks
        self.counters = ReceivingCounters()
        self.answer_known: Callable[[Answer], None] = lambda _: None
        """Answers what repeats a message that is on disk for certain."""
        self.is_unread: Callable[[str, str, str], bool] = lambda carrier, code, buyer: False  # noqa: ARG005
        """Whether a text from this code waits for a buyer that their carrier has not yet."""
        kept = outbox.notes(DOUBTS_NOTE).get(DOUBTS_NOTE, b"")
        self.redeliveries = Redeliveries(int(clock() * 1e6), ticks(), kept)
        self.reassembly = Reassembly()
        self._last: OrderedDict[tuple[str, str], tuple[str, float]] = OrderedDict()
        """The last seller of each buyer on each shared code, and until when that need not be written again."""
        self._buyers: dict[p.Address, str] = {}
        self._said: dict[str, bytes] = {}
        """By buyer: the key of what they said last that was not brought again."""
        self._helps = Helps()
        self._is_sweeping = False
        """Whether segments that are too old are looked for, later."""
        self._has_ended = False

    def go_back(self) -> None:
        """Take up what is kept, and that alone: after a start, and when what was refused will come again."""
        self.reassembly = Reassembly()
        decoder = msgspec.msgpack.Decoder(Partial)
        kept = self.outbox.notes(SEGMENTS_NOTE)
        self.reassembly.restore(decoder.decode(partial) for partial in kept.values())
        self._sweep_later()
        self._last.clear()
        # Who was refused was told nothing: what they are to write comes with their text when that comes again.
        self._helps = Helps()
        self.redeliveries.keep_again()

    def end(self) -> None:
        """All connections are closed: tell the next run which answers carriers may lack."""
        self._has_ended = True
        doubts = self.redeliveries.last_to_keep(self.ticks())
        self.turns.hold("sms", None, notes={DOUBTS_NOTE: doubts})

    def note_lost(self) -> None:
        """A connection is gone: keep at once which answers were lost with it, for nothing may come that takes it along before we fall."""
        if self._has_ended:
            return
        doubts = self.redeliveries.lost_to_keep(self.ticks())
        if doubts is not None:
            self.turns.hold("sms", None, notes={DOUBTS_NOTE: doubts})

    def receive(self, link: Link, message: p.DeliverSm, at_us: int, came_at: float) -> None:
        """Take a phone's message that came at `at_us` by our clock, in microseconds, and at `came_at` by our ticks; its answer waits for the batch."""
        self.counters.received += 1
        source = message.source
        buyer = self._buyers.get(source)
        if buyer is None or source.digits in self.routes.codes:
            buyer = self._buyer_of(source)
        if buyer is None:
            self.counters.not_phones += 1
            link.acknowledge([(message.sequence, Status.OK)])
            return
        answer = Answer(link, message.sequence, b"", came_at)
        notes: Notes = {}
        alone = piece.alone(message.message, message.data_coding, message.esm_class, message.tlvs)
        if alone is not None:
            # No longer than a short_message is.
            self._text(buyer, message, alone, b"", answer, notes, at_us)
            return
        read = piece.read(
            message.message,
            data_coding=message.data_coding,
            esm_class=message.esm_class,
            tlvs=dict(message.tlvs) if message.tlvs else None,
        )
        destination = message.destination.digits
        text: str | None = None
        if read.total == 1:
            text = piece.join((read,))[:TEXT_CHARACTERS_MAX]
            self._text(buyer, message, text, _name(message), answer, notes, at_us)
            return
        for outcome in self.reassembly.receive(source.digits, destination, read, at_us / 1e6):
            match outcome:
                case Whole(key):
                    text = outcome.text[:TEXT_CHARACTERS_MAX]
                    if key.total > 1:
                        notes[_segments_note(key)] = None
                case Waiting(key):
                    notes[_segments_note(key)] = msgspec.msgpack.encode(self.reassembly.held(key))
                case Dropped(dropped):
                    notes[_segments_note(dropped.key)] = None
                case _:
                    pass
        self._sweep_later()
        if text is None:
            self.turns.hold("sms", answer, notes=notes)
            return
        name = _name(message)
        if read.total > 1:
            name += read.reference.to_bytes(2, "big")
        self._text(buyer, message, text, name, answer, notes, at_us)

    def _sweep_later(self) -> None:
        """Look for what is too old when there is any, a part of it at a time."""
        due = self.reassembly.timer() if not self._is_sweeping else None
        if due is None:
            return
        self._is_sweeping = True
        delay_s = min(max(due - self.clock(), SWEEP_S_MIN), SWEEP_S_MAX)
        asyncio.get_running_loop().call_later(delay_s, self._sweep)

    def _sweep(self) -> None:
        self._is_sweeping = False
        if self._has_ended:
            return
        dropped = self.reassembly.expire(self.clock())
        if dropped:
            notes: Notes = {_segments_note(one.partial.key): None for one in dropped}
            self.turns.hold("sms", Swept(), notes=notes)
        self._sweep_later()

    def _buyer_of(self, source: p.Address) -> str | None:
        """The number that a phone's messages are kept under; None for who is no phone."""
        if not may_be_answered(source, self.routes.serves):
            return None
        if len(self._buyers) >= BUYERS_KNOWN_MAX:
            self._buyers.clear()
        buyer = self._buyers[source] = buyer_of(source, self.routes.numbering)
        return buyer

    def _text(
        self,
        buyer: str,
        message: p.DeliverSm,
        text: str,
        name: bytes,
        answer: Answer,
        notes: Notes,
        at_us: int,
    ) -> None:
        now = at_us // 1_000_000
        link: Link = answer.line  # type: ignore[assignment]
        carrier = link.carrier.name
        code = message.destination.digits
        is_shared = self.routes.is_shared(code)
        last = self._last_seller(code, buyer) if is_shared else None
        routed = self.routes.find(code, text, last)
        if routed is None:
            self.counters.unrouted += 1
            is_told = self.routes.serves(code) and self._helps.may_tell(buyer, text, now)
            help_text = OutgoingText(carrier, code, buyer, self.routes.help(code), now)
            self.turns.hold("sms", answer, notes=notes, texts=(help_text,) if is_told else ())
            return
        if is_shared:
            self._remember(code, buyer, routed.seller, notes, now)
        said = f"{carrier}\0{message.source.digits}\0{code}\0{text}\0".encode()
        answer.key = hashlib.blake2b(said + name, digest_size=KEY_BYTES).digest()
        answer.buyer = buyer
        judged = self.redeliveries.judge(answer, at_us, named=bool(name))
        if answer.kept and not notes:
            self.answer_known(answer)
            return
        doubts = self.redeliveries.to_keep(answer.came_at)
        if doubts is not None:
            notes[DOUBTS_NOTE] = doubts
        repeats = judged.repeats
        if repeats is _PERHAPS or repeats is _NAMED:
            is_last = self._is_last(buyer, answer.key)
            if is_last and repeats is _PERHAPS and self.is_unread(carrier, code, buyer):
                # Who has not read the reply to what they said last answers nothing by it: they say it again, as none came.
                repeats = _UNREAD
        given = Opened() if routed.named and not routed.rest else Text(routed.rest)
        key = ContactKey(routed.seller, buyer, "sms")
        arrival = Arrival(
            key,
            given,
            code,
            carrier,
            answer.key,
            judged.stamp,
            now,
            None,
            judged.doubt,
            repeats,
            (),
            judged.since,
            judged.may_wait,
        )
        self.turns.add(arrival, answer, notes=notes)

    def _is_last(self, buyer: str, key: bytes) -> bool:
        """Whether a buyer's new message reads as their last, as far as we know: what they said before we started only the store can tell."""
        said = self._said
        last = said.get(buyer)
        if last is None and len(said) >= BUYERS_KNOWN_MAX:
            said.clear()
        said[buyer] = key
        return last is None or last == key

    def _last_seller(self, code: str, buyer: str) -> str | None:
        """Whom a buyer talked to before on a code that sellers share, also before a restart."""
        known = self._last.get((code, buyer))
        if known is not None:
            return known[0]
        name = f"{LAST_NOTE}{code}/{buyer}"
        kept = self.outbox.notes(name).get(name)
        return kept.decode() if kept is not None else None

    def _remember(self, code: str, buyer: str, seller: str, notes: Notes, now: int) -> None:
        known, written_until = self._last.get((code, buyer), ("", 0.0))
        if known != seller or now >= written_until:
            notes[f"{LAST_NOTE}{code}/{buyer}"] = seller.encode()
            self._last[code, buyer] = seller, now + LAST_NOTED_S
        self._last.move_to_end((code, buyer))
        if len(self._last) > LAST_SELLERS_MAX:
            self._last.popitem(last=False)


def _name(message: p.DeliverSm) -> bytes:
    """What the carrier calls this very message, if it says so. A reference of zero is none."""
    if not message.tlvs:
        return b""
    for tag in MESSAGE_NAMES:
        value = find(message.tlvs, tag)
        if value is not None and value.strip(b"\0"):
            return value
    return b""


def _segments_note(key: Key) -> str:
    return f"{SEGMENTS_NOTE}{'/'.join(map(str, key))}"
