"""One connection to a carrier: its bind, what phones send by it, and our answers.

Messages are handed in as they come, many at a time, and are answered only when the owner says so, after its commit.
Nothing that a carrier does makes a link grow: one that leaves too much unanswered by us, or unread, is not read from.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sms import trouble
from sms.carrier import Carrier
from sms.outgoing import Outgoing
from sms.returns import Returns
from sms.smpp import pdu as p
from sms.smpp.bind import BindMachine
from sms.smpp.events import (
    Answered,
    Changed,
    Closing,
    Delivered,
    Event,
    Receipted,
    Requested,
    Submitted,
    Unanswered,
)
from sms.smpp.state import State
from sms.smpp.status import TEMPORARY, Status, name_of
from sms.submission import Settlement, Submission

UNACKNOWLEDGED_MAX = 4_000
"""deliver_sm that the owner has not answered; past it no more is read from that connection."""
UNREAD_BYTES_MAX = 65_536
"""What we wrote and the carrier does not take; past it no more is read from it, so that no more has to be answered."""
REFUSED_MAX = 4_000
"""deliver_sm that we refused for now on one connection, and that the carrier may not know of; of more the oldest are forgotten."""
CLOSE_S_MAX = 5.0
"""For a carrier to read what was written before a close; then the connection is cut."""
ASSURE_S = 1.0
"""After answers that nothing followed on their connection the peer is asked whether it is there: it tells that it has
read them. With several binds it is asked at once. See sms.redelivery."""

_CLOSED = (ConnectionResetError, BrokenPipeError)
"""What is said of a connection that the carrier closed while we wrote."""

log = logging.getLogger(__name__)


class Handler(Protocol):
    """Who owns the messages."""

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        """Phones' messages, and receipts in a form of their own, as they came together. Answer them with `Link.acknowledge`."""
        ...

    def receipted(self, link: Link, receipts: list[tuple[int, str | bytes]]) -> None:
        """Receipts of the commonest form as they came together, as sms.smpp.events has them. Answer them likewise."""
        ...

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        """What became of submissions."""
        ...

    def lost(self, link: Link) -> None:
        """A connection that was bound is gone."""
        ...


class Binds(Protocol):
    """All connections to one carrier. sms.client.Esme is this."""

    carrier: Carrier
    handler: Handler
    links: list[Link]
    outgoing: Outgoing
    returns: Returns

    def now(self) -> float:
        """Seconds of a clock that only goes forward."""
        ...

    def soon(self, callback: Callable[[], object]) -> None:
        """Call when all is done that has come in this turn of the loop."""
        ...

    def submit(self, submissions: Sequence[Submission]) -> None:
        """See sms.outgoing.Outgoing."""
        ...

    def connected(self) -> None:
        """A bind was accepted."""
        ...


class Link(asyncio.Protocol):
    """One connection to an SMSC."""

    def __init__(self, esme: Binds, mode: int, index: int) -> None:
        self.esme = esme
        self.mode = mode
        self.index = index
        self.carrier = esme.carrier
        self.machine = BindMachine(
            "esme", 0.0, timers=self.carrier.timers, window=self.carrier.window
        )
        self.transport: asyncio.Transport | None = None
        self.alive = False
        """See sms.answer.Line."""
        self.answered = 0
        """The same, as the machine has it: each message and each text asks for it."""
        self.unacknowledged = 0
        """Messages that came and are not answered."""
        self.acknowledged = 0
        """Messages that came and were."""
        self.bound_at = 0.0
        self.heard_at = 0.0
        self.lost_at: float | None = None
        self.why = ""
        """Why it closes, where that is known."""
        self._returned = 0
        """Stamp of the last message that came by it and came again since it is gone."""
        self.lost = asyncio.get_running_loop().create_future()
        self.bound = False
        self._answered_at: float | None = None
        """When the first of the answers was written after which nothing was asked."""
        self._asked = 0
        """Requests made when it was."""
        self._refused: OrderedDict[int, int] = OrderedDict()
        """Sequence numbers of what we refused for now, and the requests made by then; oldest first."""
        self._is_flushing = False
        """What there is to say is written in the loop's next turn."""
        self._is_unread = False
        """The carrier does not take what we write."""
        self._cut_at: float | None = None
        """When a connection that closes is cut."""

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.alive = True
        transport.set_write_buffer_limits(UNREAD_BYTES_MAX)
        now = self.esme.now()
        self.machine = BindMachine(
            "esme", now, timers=self.carrier.timers, window=self.carrier.window
        )
        bind = p.Bind(
            command=self.mode,
            system_id=self.carrier.system_id,
            password=self.carrier.password,
            system_type=self.carrier.system_type,
        )
        self.machine.request(bind, now)
        self.flush()

    def data_received(self, data: bytes) -> None:
        now = self.heard_at = self.esme.now()
        self.esme.returns.heard(self.esme.links, now)
        events = self.machine.receive(data, now)
        self.answered = self.machine.answered
        self._handle(events)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost_at = self.esme.now()
        is_known = self._cut_at is None and (exc is None or isinstance(exc, _CLOSED))
        self.esme.returns.lost(self.lost_at, is_known=is_known)
        if self.bound_at:
            # Before that it tells less than sms.trouble does of who closes there.
            self.why = self.why or str(exc or "")
        elif isinstance(exc, ssl.SSLError):
            # By TLS 1.3 who wants a certificate of ours says so only when it has ours for done.
            self.why = self.why or trouble.told(exc)
        self._handle(self.machine.closed(str(exc or "")))
        self.bound = self.alive = False
        self.transport = None
        # Who remembers for long what came by it keeps no more of it than that.
        self._refused.clear()
        self.esme.outgoing.broken()
        if not self.lost.done():
            self.lost.set_result(None)
        if self.bound_at:
            self.esme.handler.lost(self)

    def pause_writing(self) -> None:
        self._is_unread = True
        if self.transport is not None:
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        self._is_unread = False
        self._read_on()

    # --- what the owner does ---

    @property
    def asked(self) -> int:
        """See sms.answer.Line."""
        return self.machine.asked

    @property
    def returned(self) -> int:
        """See sms.answer.Line."""
        have_come = self.lost_at is not None and self.esme.returns.have_come(self.lost_at)
        return self._returned if have_come else 0

    def came_again(self, stamp: int) -> None:
        """See sms.answer.Line."""
        esme = self.esme
        if self.lost_at is not None and esme.returns.are_coming(
            esme.links, self.lost_at, esme.now()
        ):
            self._returned = max(self._returned, stamp)
            esme.returns.came_again(esme.now())

    def acknowledge(self, answers: Sequence[tuple[int, int]]) -> None:
        """Answer deliver_sm by (sequence number, command_status). A connection that is gone is not answered."""
        self.unacknowledged -= len(answers)
        self.acknowledged += len(answers)
        if self.transport is None:
            return
        self.machine.acknowledge(answers)
        if any([status for _, status in answers]):  # noqa: C419 - as in sms.smpp.pdu.message
            self._note_refused(answers)
        if self._answered_at is None or self.machine.asked > self._asked:
            self._answered_at, self._asked = self.esme.now(), self.machine.asked
            if len(self.esme.links) > 1:
                # Replies may go by the other binds, and buyers come back by them: ask when those are out.
                asyncio.get_running_loop().call_soon(self._assure)
        if self.mode == p.BIND_RECEIVER:
            # Replies leave by another connection, and not before these.
            self._write()
        else:
            self.flush()
        self._read_on()

    def _note_refused(self, answers: Sequence[tuple[int, int]]) -> None:
        """What the carrier brings again."""
        for sequence, status in answers:
            if status in TEMPORARY:
                self._refused.setdefault(sequence, self.machine.asked)
                if len(self._refused) > REFUSED_MAX:
                    self._refused.popitem(last=False)

    def flush(self) -> None:
        """Give the connection what the machine has to say, in one write with all else that is said in this turn of the loop.

        Answers, replies and questions come from several owners, and a write costs as much as reading some messages does.
        """
        if not self._is_flushing and self.transport is not None:
            self._is_flushing = True
            self.esme.soon(self._write)

    def _write(self) -> None:
        self._is_flushing = False
        data = self.machine.data_to_send()
        if data and self.transport is not None:
            self.transport.write(data)

    def tick(self) -> None:
        """Time has passed."""
        now = self.esme.now()
        if self._cut_at is not None:
            if now >= self._cut_at and self.transport is not None:
                log.info("%s: link %d is cut", self.carrier.name, self.index)
                self.transport.abort()
            return
        self._handle(self.machine.handle_timer(now))
        if self._answered_at is not None and now - self._answered_at >= ASSURE_S:
            self._assure()

    def _assure(self) -> None:
        """Ask the peer whether it is there, if nothing was asked since our answers: who answers that has read them."""
        if self._answered_at is None or not self.bound:
            return
        if self.machine.asked > self._asked:
            self._answered_at = None
        elif self.machine.room() > 0:
            self._answered_at = None
            self.machine.request(p.EnquireLink(), self.esme.now())
            self.flush()

    @property
    def was_of_use(self) -> bool:
        """Whether we answered any message that came by it, or the carrier anything that we asked after the bind."""
        return self.acknowledged > 0 or self.answered > 1

    @property
    def lasted_s(self) -> float:
        """Of a connection that is gone, for how long it was bound."""
        return self.lost_at - self.bound_at if self.lost_at is not None and self.bound_at else 0.0

    def close(self) -> None:
        """Unbind; the peer's answer closes."""
        if self.transport is None:
            return
        if self.bound:
            self.machine.request(p.Unbind(), self.esme.now())
            # A carrier may take what comes behind it or not, and need not say which.
            self.bound = False
            self.flush()
        else:
            self._shut()

    def _shut(self) -> None:
        """Close, and cut what a carrier that does not read would keep open."""
        assert self.transport is not None
        # Nothing more goes out by it than what is said already.
        self.bound = False
        self._write()
        if self._cut_at is None:
            self._cut_at = self.esme.now() + CLOSE_S_MAX
        self.transport.close()

    @property
    def unread_bytes(self) -> int:
        """What we wrote and the carrier has not taken."""
        return 0 if self.transport is None else self.transport.get_write_buffer_size()

    # --- events ---

    def _handle(self, events: list[Event]) -> None:
        outgoing = self.esme.outgoing
        messages: list[p.DeliverSm] = []
        receipts: list[tuple[int, str | bytes]] = []
        settlements: list[Settlement] = []
        closing: str | None = None
        for event in events:
            match event:
                case Delivered(delivered):
                    messages += delivered
                case Receipted(receipted):
                    receipts += receipted
                case Submitted(taken):
                    # In their order with what follows: a carrier that takes some and throttles others goes on taking.
                    outgoing.taken(taken, settlements)
                case Requested(pdu):
                    self._refuse(pdu)
                case Answered(context, command, answer):
                    closing = self._answered(context, command, answer, settlements) or closing
                case Unanswered(context, _):
                    # The carrier may have taken it or not; sent again it may reach the phone twice, else never.
                    outgoing.again(context, None, settlements)
                case Changed(state):
                    self.bound = state in (State.BOUND_RX, State.BOUND_TX, State.BOUND_TRX)
                    log.info("%s: link %d is %s", self.carrier.name, self.index, state.value)
                case Closing(reason):
                    closing = reason
        self.flush()
        if settlements:
            # Before the receipts: those of these may be among them.
            self.esme.handler.settled(self.carrier, settlements)
        if messages:
            self._take(messages)
        if receipts:
            self._take_receipts(receipts)
        if closing is not None and self.transport is not None:
            self.why = closing
            log.info("%s: link %d closes: %s", self.carrier.name, self.index, closing)
            self._shut()
        else:
            outgoing.pump()

    def _take(self, messages: list[p.DeliverSm]) -> None:
        self._came(len(messages))
        if self._refused:
            messages = self._refuse_copies(messages)
        if messages:
            self.esme.handler.received(self, messages)

    def _refuse_copies(self, messages: list[p.DeliverSm]) -> list[p.DeliverSm]:
        """The others, when copies of what we refused are refused too: a carrier heeds the first answer to a number, and brings it again.

        Only what was sent before it read that answer is a copy: it answers nothing that we asked since. Else it is that which comes again.
        """
        refused, answered = self._refused, self.answered
        while refused and next(iter(refused.values())) < answered:
            refused.popitem(last=False)
        copies = [one.sequence for one in messages if one.sequence in refused]
        if not copies:
            return messages
        self.acknowledge([(sequence, Status.X_T_APPN) for sequence in copies])
        return [one for one in messages if one.sequence not in refused]

    def _take_receipts(self, receipts: list[tuple[int, str | bytes]]) -> None:
        self._came(len(receipts))
        self.esme.handler.receipted(self, receipts)

    def _came(self, count: int) -> None:
        """So many more wait for our answer."""
        self.unacknowledged += count
        if self.unacknowledged >= UNACKNOWLEDGED_MAX and self.transport is not None:
            self.transport.pause_reading()

    def _read_on(self) -> None:
        """Read again, if nothing speaks against it."""
        transport = self.transport
        if (
            transport is not None
            and not self._is_unread
            and self.unacknowledged < UNACKNOWLEDGED_MAX
            and not transport.is_reading()
        ):
            transport.resume_reading()

    def _refuse(self, pdu: p.Pdu) -> None:
        if isinstance(pdu, p.DataSm):
            self.machine.respond(p.DataSmResp(sequence=pdu.sequence, status=Status.INVCMDID))

    def _answered(
        self, context: Any, command: int, answer: p.Pdu, settlements: list[Settlement]
    ) -> str | None:
        if command == self.mode:
            if answer.status != Status.OK:
                return f"the bind was refused: {name_of(answer.status)}"
            self.bound_at = self.esme.now()
            self.esme.connected()
        elif command == p.SUBMIT_SM:
            assert isinstance(context, Submission)
            self.esme.outgoing.again(context, answer.status, settlements)
        return None
