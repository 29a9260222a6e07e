"""One ESME's connection to the simulator: its bind, its submissions, its faults.

Refuses everything before the bind. Nothing of it grows without limit: the buffer by the longest
PDU, answers held back by ANSWERS_MAX, deliveries by the exchange's window; a peer that does not
read is not read from either.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sms.piece import read
from sms.smpp.errors import FramingError, ProtocolError
from sms.smpp.frames import FRAME_BYTES_UNBOUND_MAX, Frames
from sms.smpp.pdu import (
    BIND_RECEIVER,
    BIND_TRANSCEIVER,
    BIND_TRANSMITTER,
    CANCEL_SM,
    DATA_SM,
    PDU_BYTES_MAX,
    QUERY_SM,
    REPLACE_SM,
    RESPONSE,
    SUBMIT_SM,
    UNBIND,
    Bind,
    BindResp,
    CancelSm,
    DataSm,
    DataSmResp,
    DeliverSmResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    Pdu,
    QuerySm,
    ReplaceSm,
    SubmitSm,
    SubmitSmResp,
    Unbind,
    UnbindResp,
    Unknown,
    decode,
    encode,
)
from sms.smpp.status import TEMPORARY, Status
from sms.smpp.tlv import Tag
from sms.smsc.exchange import Mode, Sent
from sms.smsc.faults import PERFECT, Answer, DeliveryFate, Fate
from sms.smsc.network import Network, Submission, Taken
from sms.smsc.wire import deliver_sm

BIND_S_MAX: Final = 10.0
"""From connecting to a bind that is accepted."""
ENQUIRE_S: Final = 30.0
"""Of silence, after which the simulator asks whether anybody is there."""
SILENCE_S_MAX: Final = 90.0
DELIVER_S_MAX: Final = 60.0
"""For the answer to a deliver_sm; then the link is given up and its messages go elsewhere."""
CLOSE_S_MAX: Final = 5.0
"""For a peer to read what was written before the close."""
RETRY_S: Final = 1.0
"""Before a message that the ESME refused for now is delivered again."""
ANSWERS_MAX: Final = 10_000
"""Answers and receipts held back by a delay, on one link; past that submissions are throttled."""
SYSTEM_ID: Final = "dialcart"
_MODES: Final[dict[int, Mode]] = {
    BIND_RECEIVER: "receiver",
    BIND_TRANSMITTER: "transmitter",
    BIND_TRANSCEIVER: "transceiver",
}
_REFUSALS: Final = {
    "account": Status.INVSYSID,
    "password": Status.INVPASWD,
    "bound": Status.ALYBND,
    "full": Status.BINDFAIL,
}
_INTERFACE_VERSION: Final = ((int(Tag.SC_INTERFACE_VERSION), b"\x34"),)


class Link(asyncio.Protocol):
    """An ESME, bound or about to be."""

    def __init__(
        self,
        number: int,
        network: Network,
        *,
        came: Callable[["Link"], bool],
        gone: Callable[["Link"], None],
        local_time: Callable[[], datetime],
    ) -> None:
        self.number = number
        self._network = network
        self._came = came
        self._gone = gone
        self._local_time = local_time
        self._transport: asyncio.Transport | None = None
        self._host = ""
        self._frames = Frames(FRAME_BYTES_UNBOUND_MAX)
        self._sequence = 0
        self._delivering: dict[int, float] = {}
        """When each unanswered deliver_sm must be answered, oldest first."""
        self._ill_fated: dict[int, tuple[DeliveryFate, float]] = {}
        """Those that something goes wrong with, and when each is sent again, oldest first."""
        self._held_back = 0
        self._opened_at = self._heard_at = network.clock()
        self._asked_at: float | None = None
        self._closing = False
        self._close_by = 0.0

    # --- asyncio.Protocol -------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, if there is room; asyncio has set TCP_NODELAY.

        With TLS this comes after the handshake, and after a failed one never.
        """
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._host = str(peer[0]) if peer else ""
        if not self._came(self):
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Take every PDU that is complete; a stream that cannot be followed is closed."""
        if self._closing:
            return
        self._heard_at, self._asked_at = self._network.clock(), None
        try:
            for frame in self._frames.feed(data):
                if not self._closing:
                    self._read(frame)
        except FramingError as error:
            self._send(encode(GenericNack(status=error.status, sequence=error.sequence)))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Give what was not answered back to the exchange."""
        self._closing = True
        self._network.exchange.leave(self.number)
        self._gone(self)
        self._network.wake()

    def pause_writing(self) -> None:
        """The peer does not read: do not read either, and deliver nothing."""
        self._network.exchange.hold(self.number)
        if self._transport:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._network.exchange.release(self.number)
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()
        self._network.wake()

    # --- PDUs -------------------------------------------------------------------------------

    def _read(self, frame: bytes) -> None:
        try:
            pdu = decode(frame)
        except FramingError:
            raise
        except ProtocolError as error:
            if not error.command & RESPONSE:
                self._refuse(error.command, error.sequence, error.status)
            return
        self._take(pdu)

    def _take(self, pdu: Pdu) -> None:
        match pdu:
            case Bind():
                self._bind(pdu)
            case EnquireLink():
                self._send(encode(EnquireLinkResp(sequence=pdu.sequence)))
            case SubmitSm() | DataSm():
                self._submit(pdu)
            case DeliverSmResp() | GenericNack():
                self._take_response(pdu)
            case Unbind():
                self._unbind(pdu)
            case QuerySm():
                self._refuse(QUERY_SM, pdu.sequence, Status.INVCMDID)
            case CancelSm():
                self._refuse(CANCEL_SM, pdu.sequence, Status.INVCMDID)
            case ReplaceSm():
                self._refuse(REPLACE_SM, pdu.sequence, Status.INVCMDID)
            case Unknown(command=command) if not command & RESPONSE:
                self._send(encode(GenericNack(sequence=pdu.sequence, status=Status.INVCMDID)))
            case _:
                pass  # Other answers need nothing but to be heard.

    def _bind(self, bind: Bind) -> None:
        mode = _MODES[bind.command]
        now = self._network.clock()
        if not self._network.doorkeeper.lets_in(self._host, now):
            self._refuse(bind.command, bind.sequence, Status.BINDFAIL)
            self.close()
            return
        why = self._network.exchange.admit(self.number, bind.system_id, bind.password, mode)
        if why:
            if why in ("account", "password"):
                self._network.doorkeeper.wrong(self._host, now)
            self._refuse(bind.command, bind.sequence, _REFUSALS[why])
            return
        self._frames.limit = PDU_BYTES_MAX
        answer = BindResp(
            command=bind.command | RESPONSE,
            sequence=bind.sequence,
            system_id=SYSTEM_ID,
            tlvs=_INTERFACE_VERSION,
        )
        self._send(encode(answer))
        self._network.wake()

    def _unbind(self, pdu: Unbind) -> None:
        if self._network.exchange.mode(self.number) is None:
            self._refuse(UNBIND, pdu.sequence, Status.INVBNDSTS)
            return
        self._send(encode(UnbindResp(sequence=pdu.sequence)))
        self.close()

    def _submit(self, pdu: SubmitSm | DataSm) -> None:
        command = SUBMIT_SM if isinstance(pdu, SubmitSm) else DATA_SM
        refusal = self._refusal(pdu)
        if refusal:
            self._refuse(command, pdu.sequence, refusal)
            return
        tlvs = dict(pdu.tlvs)
        piece = read(
            pdu.message if isinstance(pdu, SubmitSm) else b"",
            data_coding=pdu.data_coding,
            esm_class=pdu.esm_class,
            tlvs=tlvs,
        )
        submission = Submission(
            pdu.source.digits, pdu.destination.digits, piece, pdu.registered_delivery, tlvs
        )
        taken = self._network.submit(submission, local_time=self._local_time())
        if taken.fate.answer is Answer.ACCEPT:
            self._accept(pdu, taken)
            return
        full = taken.fate.answer is Answer.QUEUE_FULL
        status = Status.MSGQFUL if full else Status.THROTTLED
        self._later(
            taken.fate.response_delay_s, lambda: self._refuse(command, pdu.sequence, status)
        )

    def _refusal(self, pdu: SubmitSm | DataSm) -> Status | None:
        """Why a submission is refused before chance has its say."""
        mode = self._network.exchange.mode(self.number)
        if mode is None or mode == "receiver":
            return Status.INVBNDSTS
        if not self._network.exchange.may_send_as(self.number, pdu.source.digits):
            return Status.INVSRCADR
        if not pdu.destination.digits:
            return Status.INVDSTADR
        return Status.THROTTLED if self._held_back >= ANSWERS_MAX else None

    def _accept(self, pdu: SubmitSm | DataSm, taken: Taken) -> None:
        """Answer, and let the receipt follow; or come first, if that is its fate."""
        fate = taken.fate
        kind = SubmitSmResp if isinstance(pdu, SubmitSm) else DataSmResp
        response = encode(kind(sequence=pdu.sequence, message_id=taken.message_id))
        if fate.receipt_first:
            self._post_receipts(taken)
        self._later(fate.response_delay_s, lambda: self._respond(response, fate))
        if not fate.receipt_first:
            delay_s = fate.response_delay_s + fate.receipt_delay_s
            self._later(delay_s, lambda: self._post_receipts(taken))

    def _respond(self, response: bytes, fate: Fate) -> None:
        if fate.disconnects:
            self._send(response[: len(response) // 2])
            self.close()
            return
        self._send(response * fate.responses)

    def _post_receipts(self, taken: Taken) -> None:
        if taken.receipt and taken.fate.receipts:
            self._network.exchange.post([taken.receipt] * taken.fate.receipts)
            self._network.wake()

    def _take_response(self, pdu: DeliverSmResp | GenericNack) -> None:
        """What an ESME says to a delivery. One refused for now goes again after a pause."""
        fate, _ = self._ill_fated.get(pdu.sequence, (PERFECT, 0.0))
        if fate.drops_the_line:
            self.close()
            return
        if not fate.is_heeded:
            return
        self._delivering.pop(pdu.sequence, None)
        again = pdu.status in TEMPORARY
        self._network.exchange.answered(
            self.number, pdu.sequence, again=again, ok=pdu.status == Status.OK
        )
        if again:
            self._network.exchange.hold(self.number)
            self._later(RETRY_S, self._release)
        else:
            self._network.wake()

    def _release(self) -> None:
        self._network.exchange.release(self.number)
        self._network.wake()

    # --- Sending ----------------------------------------------------------------------------

    def deliver(self, sent: Sent) -> bytes:
        """Number a delivery for this link; the server writes the octets of many at once."""
        sequence = self._next_sequence()
        self._network.exchange.sent(self.number, sequence, sent.delivery)
        now = self._network.clock()
        self._delivering[sequence] = now + DELIVER_S_MAX
        fate = self._network.chance.draw_delivery()
        if fate is not PERFECT:
            self._ill_fated[sequence] = fate, now + self._network.chance.faults.again_s
        return encode(deliver_sm(sequence, sent.delivery)) * fate.copies

    def _bring_again(self, now: float) -> None:
        """Deliveries that something went wrong with are waited for no longer."""
        due = [sequence for sequence, (_, again_at) in self._ill_fated.items() if again_at <= now]
        for sequence in due:
            del self._ill_fated[sequence]
            if self._delivering.pop(sequence, None) is not None:
                self._network.exchange.answered(self.number, sequence, again=True, ok=False)
        if due:
            self._network.wake()

    def send(self, octets: bytes) -> None:
        """Write what `deliver` gave."""
        self._send(octets)

    def tick(self, now: float) -> None:
        """Close what has not bound, does not answer or has gone silent; else ask it."""
        if self._closing:
            if now >= self._close_by:
                self.abort()
            return
        self._bring_again(now)
        bound = self._network.exchange.mode(self.number) is not None
        late = next(iter(self._delivering.values()), now + 1) <= now
        if (
            (not bound and now - self._opened_at >= BIND_S_MAX)
            or now - self._heard_at >= SILENCE_S_MAX
            or late
        ):
            self.close()
        elif bound and now - self._heard_at >= ENQUIRE_S and self._asked_at is None:
            self._asked_at = now
            self._send(encode(EnquireLink(sequence=self._next_sequence())))

    def say_goodbye(self) -> None:
        """Ask a bound ESME to go, and close."""
        if self._network.exchange.mode(self.number) is not None:
            self._send(encode(Unbind(sequence=self._next_sequence())))
        self.close()

    def close(self) -> None:
        """Close once all that was written is out, and deliver nothing more."""
        self._closing = True
        self._close_by = self._network.clock() + CLOSE_S_MAX
        self._network.exchange.leave(self.number)
        if self._transport:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._closing = True
        if self._transport:
            self._transport.abort()

    def _refuse(self, command: int, sequence: int, status: int) -> None:
        """Answer with a header alone, as an error may be (SMPP 3.4, section 3.2)."""
        self._send(encode(Unknown(command=command | RESPONSE, sequence=sequence, status=status)))

    def _send(self, octets: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(octets)

    def _later(self, delay_s: float, do: Callable[[], None]) -> None:
        if delay_s <= 0:
            do()
            return
        self._held_back += 1

        def due() -> None:
            self._held_back -= 1
            do()

        asyncio.get_running_loop().call_later(delay_s, due)

    def _next_sequence(self) -> int:
        """From 1 to 0x7FFFFFFF and round again (section 3.2)."""
        self._sequence = self._sequence % 0x7FFF_FFFF + 1
        return self._sequence
