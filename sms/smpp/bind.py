"""One bind, either end of it, without I/O: bytes and time in, events and bytes out.

The rules, in one place:
- The state is a table (state.py). A request that may not be asked is answered INVBNDSTS and reaches nobody.
- A request waits for its response in the window; responses may come in any order. All requests wait equally long, so
  the oldest is always the first to run out.
- A bad request is answered generic_nack and forgotten, a bad response taken by its header; only a bad length closes, since
  nothing after it can be found.
- What comes is read where it lies, in one pass. Nearly all of it is messages, receipts, and answers to what we submitted:
  an answer and a receipt become no PDU, and what came together is one event.
- The caller owns the clock: `timer()` says when `handle_timer(now)` wants to be called.
"""

from __future__ import annotations

from codecs import latin_1_decode  # bytes.decode looks for its name first
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, Literal, Protocol

from sms.smpp import pdu as p
from sms.smpp.errors import FramingError, ProtocolError
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
from sms.smpp.frames import FRAME_BYTES_UNBOUND_MAX, check_length
from sms.smpp.state import ALLOWED, BOUND, State
from sms.smpp.status import Status
from sms.smpp.timers import Timers

SEQUENCE_MAX = 0x7FFFFFFF
"""sequence_number goes from 1 to this and begins again. Section 3.2."""

_RESPONSES: dict[type[p.Pdu], type[p.Pdu]] = {
    p.Bind: p.BindResp,
    p.SubmitSm: p.SubmitSmResp,
    p.DeliverSm: p.DeliverSmResp,
    p.DataSm: p.DataSmResp,
    p.QuerySm: p.QuerySmResp,
    p.CancelSm: p.CancelSmResp,
    p.ReplaceSm: p.ReplaceSmResp,
    p.Unbind: p.UnbindResp,
    p.EnquireLink: p.EnquireLinkResp,
}
_RESPONSE_TYPES = frozenset(_RESPONSES.values())
_SUBMIT_SM, _DELIVER_SM = p.SUBMIT_SM, p.DELIVER_SM
_SUBMITTED = p.SUBMIT_SM | p.RESPONSE
_OF_THE_BIND = {
    p.BIND_TRANSMITTER: "bind_transmitter",
    p.BIND_RECEIVER: "bind_receiver",
    p.BIND_TRANSCEIVER: "bind_transceiver",
    p.ENQUIRE_LINK: "enquire_link",
    p.UNBIND: "unbind",
}
"""Requests whose lack of an answer closes the connection."""
_LENGTH = Struct(">I")


class HasBody(Protocol):
    """Something to submit."""

    @property
    def body(self) -> bytes:
        """Of its submit_sm."""
        ...


_Waiting = tuple[int, Any, float]
"""A request that waits for its response: its command, the owner's context, and until when."""
_NAMED_MAX = 16 + 65
"""Octets of a submit_sm_resp with the longest message_id and no optional parameters. Section 4.4.2."""
_NOT_ASKED: _Waiting = (0, None, 0.0)


@dataclass(slots=True)
class BindCounters:
    """What passed, for operators."""

    received: int = 0
    sent: int = 0
    nacked: int = 0
    unanswered: int = 0
    stray_responses: int = 0


@dataclass(slots=True)
class BindMachine:
    """The machine. `role` is our own end."""

    role: Literal["esme", "smsc"]
    now: float
    """When the connection was made; any clock that only goes forward."""
    timers: Timers = field(default_factory=Timers)
    window: int = 64
    """Requests that may wait for their responses at once."""
    state: State = State.OPEN
    counters: BindCounters = field(default_factory=BindCounters)
    asked: int = 0
    """Requests made so far."""
    answered: int = 0
    """The last of them, counted from 1, that was answered: the peer has read all that was sent before it."""
    _rest: bytes = b""
    """Of a PDU that is not whole yet."""
    _longest: int = FRAME_BYTES_UNBOUND_MAX
    _out: list[bytes] = field(default_factory=list[bytes])
    _waiting: dict[int, _Waiting] = field(default_factory=dict[int, _Waiting])
    """By sequence number, oldest first."""
    _sequence: int = 0
    _heard: float = 0.0
    _asked: bool = False
    _asks: frozenset[type[p.Pdu]] = frozenset()
    """Requests that our end may make in this state, and those that the peer may: a row of ALLOWED."""
    _is_asked: frozenset[type[p.Pdu]] = frozenset()

    def __post_init__(self) -> None:
        self._heard = self.now
        self._enter(self.state)

    # --- sending ---

    def room(self) -> int:
        """Requests that may be made now."""
        return self.window - len(self._waiting)

    def contexts(self) -> Iterator[Any]:
        """Of requests that wait for their responses, the oldest first."""
        return (context for _, context, _ in self._waiting.values())

    def request(self, pdu: p.Pdu, now: float, context: Any = None) -> int:
        """Send a request; its answer comes as Answered. Gives the sequence number.

        Raises ProtocolError if the state does not allow it, ValueError if the PDU cannot be encoded; nothing is sent then.
        """
        self._check_asks(pdu.__class__)
        sequence = self._sequence % SEQUENCE_MAX + 1
        frame = p.encode(pdu, sequence)
        self._out.append(frame)
        self._sequence = sequence
        self.counters.sent += 1
        self.asked += 1
        if pdu.__class__ in _RESPONSES:
            _, command, _, _ = p.HEADER.unpack_from(frame)
            self._waiting[sequence] = command, context, now + self.timers.response_s
        return sequence

    def submit(self, submissions: Iterable[HasBody], now: float) -> None:
        """Send submit_sm by their bodies, in one go; each submission is the context of its own answer.

        What is taken comes as Submitted, all else as Answered. Raises ProtocolError if the state does not allow it.
        """
        self._check_asks(p.SubmitSm)
        waiting, out, pack = self._waiting, self._out, p.HEADER.pack
        sequence, deadline, before = self._sequence, now + self.timers.response_s, len(waiting)
        for submission in submissions:
            sequence = sequence % SEQUENCE_MAX + 1
            body = submission.body
            out.append(pack(16 + len(body), _SUBMIT_SM, 0, sequence))
            out.append(body)
            waiting[sequence] = _SUBMIT_SM, submission, deadline
        count = len(waiting) - before
        self._sequence = sequence
        self.counters.sent += count
        self.asked += count

    def _check_asks(self, kind: type[p.Pdu]) -> None:
        if kind not in self._asks:
            raise ProtocolError(f"{kind.__name__} is not for a bind that is {self.state.value}")

    def respond(self, pdu: p.Pdu) -> None:
        """Send a response; its sequence number is that of the request."""
        self._out.append(p.encode(pdu))
        self.counters.sent += 1
        if isinstance(pdu, p.BindResp) and pdu.status == Status.OK:
            self._enter(BOUND[pdu.command & ~p.RESPONSE])
        elif isinstance(pdu, p.UnbindResp):
            self._enter(State.UNBOUND)

    def acknowledge(self, answers: Sequence[tuple[int, int]]) -> None:
        """Send deliver_sm_resp for (sequence, status) pairs, in one go."""
        self._out.append(p.encode_deliver_sm_resps(answers))
        self.counters.sent += len(answers)

    def data_to_send(self) -> bytes:
        """Bytes for the connection; each byte is given once."""
        if not self._out:
            return b""
        data = b"".join(self._out)
        self._out.clear()
        return data

    # --- receiving ---

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Take bytes from the connection."""
        self._heard = now
        self._asked = False
        events: list[Event] = []
        try:
            self._read(self._rest + data if self._rest else data, events)
        except FramingError as error:
            self._rest = b""
            self._nack(error)
            events += self.closed(str(error))
            events.append(Closing(str(error)))
        return events

    def _read(self, data: bytes, events: list[Event]) -> None:
        """Read all PDUs that are whole, and keep the rest. Raises FramingError for a length that cannot be."""
        unpack, waiting = p.HEADER.unpack_from, self._waiting
        match, said = p.match_deliver_sm, p.said
        is_said, has = p.IS_SAID, p.HAS
        delivers = p.DeliverSm in self._is_asked
        # What came one behind the other, and how it is told: None after anything else.
        submitted: list[tuple[Any, str]] | None = None
        receipted: list[tuple[int, str | bytes]] | None = None
        delivered: list[p.DeliverSm] | None = None
        at, size, count = 0, len(data), 0
        last, longest = size - 16, self._longest
        submit_sm, submit_sm_resp, deliver_sm = _SUBMIT_SM, _SUBMITTED, _DELIVER_SM
        # The same, an octet a character: what is cut out of it for names is decoded.
        text, _ = latin_1_decode(data)
        newest = 0
        """The last of the requests that were answered; where their numbers begin again meanwhile it may be one before."""
        while at <= last:
            length, command, status, sequence = unpack(data, at)
            body, end = at + 16, at + length
            if command == submit_sm_resp:
                asked = waiting.get(sequence, _NOT_ASKED)
                if (
                    asked[0] == submit_sm
                    and not status
                    and 16 < length <= _NAMED_MAX
                    and end <= size
                    and not data[end - 1]
                    and "\0" not in (name := text[body : end - 1])
                ):
                    at, count = end, count + 1
                    del waiting[sequence]
                    if sequence > newest:
                        newest = sequence
                    if submitted is None:
                        submitted = []
                        events.append(Submitted(submitted))
                    submitted.append((asked[1], name))
                    continue
            elif command == deliver_sm and delivers and not status and end <= size:
                found = match(text, body, end)
                if found is not None and (begin := found.end()) + data[begin - 1] == end:
                    at, count = end, count + 1
                    if found.lastindex == is_said:
                        if delivered is None:
                            delivered = []
                            events.append(Delivered(delivered))
                        delivered.append(said(found, sequence, data[begin:end]))
                        continue
                    if receipted is None:
                        receipted = []
                        events.append(Receipted(receipted))
                    receipted.append((sequence, found[has] or data[begin:end]))
                    continue
            if end > size or length < 16 or length > longest:
                break
            begin, at, count = at, end, count + 1
            try:
                pdu = p.decode(data[begin:end])
            except ProtocolError as error:
                if not p.is_response(command):
                    self._nack(error)
                    continue
                # It tells by its header alone that, and how, a request was answered. A nack of it would bear the number of
                # that request, and the peer take it for the answer to one of its own.
                pdu = p.decode(p.HEADER.pack(16, command, status, sequence))
            if delivers and isinstance(pdu, p.DeliverSm):
                if delivered is None:
                    delivered = []
                    events.append(Delivered(delivered))
                delivered.append(pdu)
                continue
            submitted = receipted = delivered = None
            self._take(pdu, command, events)
            delivers, longest = p.DeliverSm in self._is_asked, self._longest
        if newest:
            self._has_answered(newest)
        self.counters.received += count
        self._rest = data[at:]
        if size - at >= 4:
            check_length(_LENGTH.unpack_from(data, at)[0], self._longest)

    def _has_answered(self, sequence: int) -> None:
        """The peer answered this request of ours."""
        behind = (self._sequence - sequence) % SEQUENCE_MAX
        self.answered = max(self.answered, self.asked - behind)

    def _take(self, pdu: p.Pdu, command: int, events: list[Event]) -> None:
        kind = pdu.__class__
        if kind in _RESPONSE_TYPES or kind is p.GenericNack:
            self._settle(pdu, command, events)
        elif kind is p.Unknown:
            self._take_unknown(pdu)
        elif kind not in self._is_asked:
            self._refuse(pdu, Status.INVBNDSTS)
        elif kind is p.EnquireLink:
            self.respond(p.EnquireLinkResp(sequence=pdu.sequence))
        elif kind is p.Unbind:
            self.respond(p.UnbindResp(sequence=pdu.sequence))
            events.append(Changed(State.UNBOUND))
            events.append(Closing("the peer unbound"))
        else:
            events.append(Requested(pdu))

    def _take_unknown(self, pdu: p.Pdu) -> None:
        assert isinstance(pdu, p.Unknown)
        if not p.is_response(pdu.command):
            # Section 4.3: an unknown command is nacked, not ignored.
            self._nack(ProtocolError("unknown", Status.INVCMDID, pdu.sequence))

    def _settle(self, pdu: p.Pdu, command: int, events: list[Event]) -> None:
        asked, context, _ = self._waiting.get(pdu.sequence, _NOT_ASKED)
        if not asked or command not in (asked | p.RESPONSE, p.GENERIC_NACK):
            # Late or doubled: its request was given up, or answered before. Or it answers something else than was asked.
            self.counters.stray_responses += 1
            return
        del self._waiting[pdu.sequence]
        self._has_answered(pdu.sequence)
        if isinstance(pdu, p.SubmitSmResp) and pdu.status == Status.OK:
            events.append(Submitted([(context, pdu.message_id)]))
            return
        if asked == p.ENQUIRE_LINK:
            return
        if isinstance(pdu, p.BindResp) and pdu.status == Status.OK:
            self._enter(BOUND[asked])
            events.append(Changed(self.state))
        elif asked == p.UNBIND:
            self._enter(State.UNBOUND)
            events.append(Changed(State.UNBOUND))
            events.append(Closing("unbound"))
        events.append(Answered(context, asked, pdu))

    def _refuse(self, pdu: p.Pdu, status: int) -> None:
        response = _RESPONSES.get(type(pdu))
        if response is None:
            return
        fields: dict[str, Any] = {"sequence": pdu.sequence, "status": status}
        if isinstance(pdu, p.Bind):
            fields["command"] = pdu.command | p.RESPONSE
        self._out.append(p.encode(response(**fields)))

    def _nack(self, error: ProtocolError) -> None:
        self.counters.nacked += 1
        self._out.append(
            p.encode(p.GenericNack(sequence=min(error.sequence, SEQUENCE_MAX), status=error.status))
        )

    def _enter(self, state: State) -> None:
        self.state = state
        if state in BOUND.values():
            self._longest = p.PDU_BYTES_MAX
        self._asks = ALLOWED[state][self.role]
        self._is_asked = ALLOWED[state]["smsc" if self.role == "esme" else "esme"]

    # --- time ---

    def timer(self) -> float | None:
        """When `handle_timer` wants to be called next."""
        if self.state is State.CLOSED:
            return None
        times = [self._heard + self.timers.inactivity_s]
        if self._waiting:
            times.append(next(iter(self._waiting.values()))[2])
        if self.state is State.OPEN:
            times.append(self.now + self.timers.session_init_s)
        elif not self._asked:
            times.append(self._heard + self.timers.enquire_link_s)
        return min(times)

    def handle_timer(self, now: float) -> list[Event]:
        """Time has passed."""
        events: list[Event] = []
        if self.state is State.CLOSED:
            return events
        while self._waiting:
            sequence, (command, context, deadline) = next(iter(self._waiting.items()))
            if deadline > now:
                break
            del self._waiting[sequence]
            self.counters.unanswered += 1
            if command in _OF_THE_BIND:
                events.append(Closing(f"no answer to {_OF_THE_BIND[command]}"))
            else:
                events.append(Unanswered(context, command))
        if self.state is State.OPEN and now - self.now >= self.timers.session_init_s:
            events.append(Closing("nobody bound in time"))
        elif now - self._heard >= self.timers.inactivity_s:
            events.append(Closing("the peer has gone silent"))
        elif (
            self.state in BOUND.values()
            and not self._asked
            and now - self._heard >= self.timers.enquire_link_s
        ):
            self._asked = True
            self.request(p.EnquireLink(), now)
        return events

    def closed(self, _reason: str = "") -> list[Event]:
        """The connection is gone: requests that still waited are unanswered."""
        # Who remembers what came by it for long keeps no half of a PDU with it.
        self._rest = b""
        events: list[Event] = [
            Unanswered(context, command)
            for command, context, _ in self._waiting.values()
            if command not in _OF_THE_BIND
        ]
        self._waiting.clear()
        if self.state is not State.CLOSED:
            self._enter(State.CLOSED)
            events.append(Changed(State.CLOSED))
        return events
