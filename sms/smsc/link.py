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
from sms.smsc.exchange import Sent
from sms.smsc.faults import Answer, Fate
from sms.smsc.network import Network, Submission, Taken
from sms.smsc.wire import (
    MODES,
    RESPONSE,
    Command,
    Frame,
    Status,
    WireError,
    read_bind,
    read_submit,
    take,
    write,
    write_bind_response,
    write_deliver,
)

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
_AGAIN: Final = frozenset({Status.QUEUE_FULL, Status.THROTTLED, Status.TEMPORARY_APP_ERROR})
_REFUSALS: Final = {
    "account": Status.INVALID_SYSTEM_ID,
    "password": Status.INVALID_PASSWORD,
    "bound": Status.ALREADY_BOUND,
    "full": Status.BIND_FAILED,
}
_REQUESTS_UNSUPPORTED: Final = frozenset({0x03, 0x07, 0x08, 0x21, 0x0103})
"""query_sm, replace_sm, cancel_sm, submit_multi, data_sm."""


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
        self._buffer = bytearray()
        self._sequence = 0
        self._delivering: dict[int, float] = {}
        """When each unanswered deliver_sm must be answered, oldest first."""
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
        if not self._came(self):
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Take every PDU that is complete; a stream that cannot be followed is closed."""
        if self._closing:
            return
        self._heard_at, self._asked_at = self._network.clock(), None
        self._buffer += data
        try:
            while not self._closing and (frames := take(self._buffer)):
                for frame in frames:
                    if not self._closing:
                        self._take(frame)
        except WireError as error:
            self._send(write(Command.GENERIC_NACK, error.sequence, status=error.status))
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

    def _take(self, frame: Frame) -> None:
        try:
            if frame.command & RESPONSE:
                self._take_response(frame)
            elif frame.command in MODES:
                self._bind(frame)
            elif frame.command == Command.ENQUIRE_LINK:
                self._answer(frame)
            elif frame.command == Command.UNBIND:
                self._unbind(frame)
            elif frame.command == Command.SUBMIT_SM:
                self._submit(frame)
            elif frame.command in _REQUESTS_UNSUPPORTED:
                self._answer(frame, Status.INVALID_COMMAND)
            else:
                self._send(
                    write(Command.GENERIC_NACK, frame.sequence, status=Status.INVALID_COMMAND)
                )
        except WireError as error:
            self._answer(frame, error.status)

    def _bind(self, frame: Frame) -> None:
        bind = read_bind(frame)
        why = self._network.exchange.admit(self.number, bind.system_id, bind.password, bind.mode)
        if why:
            self._answer(frame, _REFUSALS[why])
            return
        self._send(write_bind_response(frame, SYSTEM_ID))
        self._network.wake()

    def _unbind(self, frame: Frame) -> None:
        if self._network.exchange.mode(self.number) is None:
            self._answer(frame, Status.WRONG_BIND_STATE)
            return
        self._answer(frame)
        self.close()

    def _submit(self, frame: Frame) -> None:
        mode = self._network.exchange.mode(self.number)
        if mode is None or mode == "receiver":
            self._answer(frame, Status.WRONG_BIND_STATE)
            return
        submit = read_submit(frame)
        if not self._network.exchange.may_send_as(self.number, submit.source):
            self._answer(frame, Status.INVALID_SOURCE)
            return
        if not submit.destination:
            self._answer(frame, Status.INVALID_DESTINATION)
            return
        if self._held_back >= ANSWERS_MAX:
            self._answer(frame, Status.THROTTLED)
            return
        piece = read(
            submit.short_message,
            data_coding=submit.data_coding,
            esm_class=submit.esm_class,
            tlvs=submit.tlvs,
        )
        submission = Submission(
            submit.source, submit.destination, piece, submit.registered_delivery, submit.tlvs
        )
        taken = self._network.submit(submission, local_time=self._local_time())
        if taken.fate.answer is Answer.THROTTLE:
            self._later(taken.fate.response_delay_s, lambda: self._answer(frame, Status.THROTTLED))
        elif taken.fate.answer is Answer.QUEUE_FULL:
            self._later(taken.fate.response_delay_s, lambda: self._answer(frame, Status.QUEUE_FULL))
        else:
            self._accept(frame, taken)

    def _accept(self, frame: Frame, taken: Taken) -> None:
        """Answer, and let the receipt follow; or come first, if that is its fate."""
        fate = taken.fate
        response = write(
            Command.SUBMIT_SM | RESPONSE, frame.sequence, taken.message_id.encode() + b"\0"
        )
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

    def _take_response(self, frame: Frame) -> None:
        """A deliver_sm_resp or a generic_nack to it; others need nothing but to be heard."""
        if frame.command not in (Command.DELIVER_SM | RESPONSE, Command.GENERIC_NACK):
            return
        self._delivering.pop(frame.sequence, None)
        again = frame.status in _AGAIN
        self._network.exchange.answered(
            self.number, frame.sequence, again=again, ok=frame.status == Status.OK
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
        self._delivering[sequence] = self._network.clock() + DELIVER_S_MAX
        return write_deliver(sequence, sent.delivery)

    def send(self, octets: bytes) -> None:
        """Write what `deliver` gave."""
        self._send(octets)

    def tick(self, now: float) -> None:
        """Close what has not bound, does not answer or has gone silent; else ask it."""
        if self._closing:
            if now >= self._close_by:
                self.abort()
            return
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
            self._send(write(Command.ENQUIRE_LINK, self._next_sequence()))

    def say_goodbye(self) -> None:
        """Ask a bound ESME to go, and close."""
        if self._network.exchange.mode(self.number) is not None:
            self._send(write(Command.UNBIND, self._next_sequence()))
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

    def _answer(self, frame: Frame, status: Status = Status.OK) -> None:
        self._send(write(frame.command | RESPONSE, frame.sequence, status=status))

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
