"""One bind, either end of it, without I/O: bytes and time in, events and bytes out.

The rules, in one place:
- The state is a table: what may be asked in which state, by which end (SMPP 3.4, table 2-1). A request that may not be
  asked is answered INVBNDSTS and reaches nobody.
- A request waits for its response in the window; responses may come in any order. All requests wait equally long, so
  the oldest is always the first to run out.
- A bad PDU is answered generic_nack and forgotten; only a bad length closes, since nothing after it can be found.
- The caller owns the clock: `timer()` says when `handle_timer(now)` wants to be called.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

import msgspec

from sms.smpp import pdu as p
from sms.smpp.errors import FramingError, ProtocolError
from sms.smpp.frames import FRAME_BYTES_UNBOUND_MAX, Frames
from sms.smpp.status import Status

SEQUENCE_MAX = 0x7FFFFFFF
"""sequence_number goes from 1 to this and begins again. Section 3.2."""


class State(Enum):
    """Session states. Section 2.2."""

    OPEN = "open"
    BOUND_TX = "bound as transmitter"
    BOUND_RX = "bound as receiver"
    BOUND_TRX = "bound as transceiver"
    UNBOUND = "unbound"
    CLOSED = "closed"


_BOTH = frozenset({p.Unbind, p.EnquireLink, p.GenericNack, p.DataSm})
_SUBMITS = frozenset({p.SubmitSm, p.QuerySm, p.CancelSm, p.ReplaceSm})
_DELIVERS = frozenset({p.DeliverSm, p.AlertNotification})
_LINK = frozenset({p.EnquireLink, p.GenericNack})

ALLOWED: dict[State, dict[str, frozenset[type[p.Pdu]]]] = {
    State.OPEN: {"esme": _LINK | {p.Bind}, "smsc": _LINK | {p.Outbind}},
    State.BOUND_TX: {"esme": _BOTH | _SUBMITS, "smsc": _BOTH - {p.DataSm}},
    State.BOUND_RX: {"esme": _BOTH - {p.DataSm}, "smsc": _BOTH | _DELIVERS},
    State.BOUND_TRX: {"esme": _BOTH | _SUBMITS, "smsc": _BOTH | _DELIVERS},
    State.UNBOUND: {"esme": _LINK, "smsc": _LINK},
    State.CLOSED: {"esme": frozenset(), "smsc": frozenset()},
}
"""Requests by the end that asks them. Section 2.3."""

BOUND = {
    p.BIND_TRANSMITTER: State.BOUND_TX,
    p.BIND_RECEIVER: State.BOUND_RX,
    p.BIND_TRANSCEIVER: State.BOUND_TRX,
}

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
_SUBMITTED = p.SUBMIT_SM | p.RESPONSE
_RESPONSE_TYPES = frozenset(_RESPONSES.values())


@dataclass(frozen=True, slots=True)
class Timers:
    """Seconds. Section 7.2."""

    session_init_s: float = 10.0
    """From the connection to the bind."""
    enquire_link_s: float = 30.0
    """Silence after which the peer is asked whether it is there."""
    response_s: float = 10.0
    """A request waits so long for its response."""
    inactivity_s: float = 120.0
    """Silence after which the peer is taken for gone."""


class Requested(msgspec.Struct, frozen=True):
    """The peer asks something that the owner must answer, other than a deliver_sm."""

    pdu: p.Pdu


class Delivered(msgspec.Struct, frozen=True):
    """Messages and receipts that came one behind the other; each must be answered."""

    messages: list[p.DeliverSm]


class Submitted(msgspec.Struct, frozen=True):
    """submit_sm that the peer took one behind the other: each one's context, and the peer's name for the message."""

    taken: list[tuple[Any, str]]


class Answered(msgspec.Struct, frozen=True):
    """The peer answered a request, other than by taking a submit_sm; `context` as given to `request`."""

    context: Any
    request: p.Pdu
    pdu: p.Pdu


class Unanswered(msgspec.Struct, frozen=True):
    """A request got no answer in time, or the connection went before."""

    context: Any
    request: p.Pdu


class Changed(msgspec.Struct, frozen=True):
    """The bind entered a state."""

    state: State


class Closing(msgspec.Struct, frozen=True):
    """The connection should be closed, after what is still to be sent."""

    reason: str


Event = Delivered | Submitted | Requested | Answered | Unanswered | Changed | Closing


@dataclass(slots=True)
class BindCounters:
    """What passed, for operators."""

    received: int = 0
    sent: int = 0
    nacked: int = 0
    unanswered: int = 0
    stray_responses: int = 0


class _Pending(msgspec.Struct, eq=False):
    request: p.Pdu
    context: Any
    deadline: float
    count: int
    """Which of our requests it is, from 1."""


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
    _frames: Frames = field(default_factory=lambda: Frames(FRAME_BYTES_UNBOUND_MAX))
    _out: list[bytes] = field(default_factory=list[bytes])
    _pending: dict[int, _Pending] = field(default_factory=dict[int, _Pending])
    asked: int = 0
    """Requests made so far."""
    answered: int = 0
    """The last of them, counted from 1, that was answered: the peer has read all that was sent before it."""
    _sequence: int = 0
    _heard: float = 0.0
    _asked: bool = False
    _asks: frozenset[type[p.Pdu]] = frozenset()
    """Requests that our end may make in this state, and those that the peer may: a row of ALLOWED."""
    _is_asked: frozenset[type[p.Pdu]] = frozenset()

    def __post_init__(self) -> None:
        self._heard = self.now
        self._be(self.state)

    # --- sending ---

    def room(self) -> int:
        """Requests that may be made now."""
        return self.window - len(self._pending)

    def request(self, pdu: p.Pdu, now: float, context: Any = None) -> int:
        """Send a request; its answer comes as Answered. Gives the sequence number.

        Raises ProtocolError if the state does not allow it, ValueError if the PDU cannot be encoded; nothing is sent then.
        """
        kind = pdu.__class__
        if kind not in self._asks:
            raise ProtocolError(
                f"{type(pdu).__name__} is not for a bind that is {self.state.value}"
            )
        sequence = self._sequence % SEQUENCE_MAX + 1
        self._out.append(p.encode(pdu, sequence))
        self._sequence = sequence
        self.counters.sent += 1
        self.asked += 1
        if kind in _RESPONSES:
            deadline = now + self.timers.response_s
            self._pending[sequence] = _Pending(pdu, context, deadline, self.asked)
        return sequence

    def respond(self, pdu: p.Pdu) -> None:
        """Send a response; its sequence number is that of the request."""
        self._out.append(p.encode(pdu))
        self.counters.sent += 1
        if isinstance(pdu, p.BindResp) and pdu.status == Status.OK:
            self._enter(BOUND[pdu.command & ~p.RESPONSE])
        elif isinstance(pdu, p.UnbindResp):
            self._enter(State.UNBOUND)

    def acknowledge(self, answers: list[tuple[int, int]]) -> None:
        """Send deliver_sm_resp for (sequence, status) pairs, in one go."""
        encode = p.encode_deliver_sm_resp
        self._out += [encode(sequence, status) for sequence, status in answers]
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
            frames = self._frames.feed(data)
        except FramingError as error:
            self._nack(error)
            events += self.closed(str(error))
            events.append(Closing(str(error)))
            return events
        self.counters.received += len(frames)
        pending, delivers = self._pending, p.DeliverSm in self._is_asked
        delivered: list[p.DeliverSm] | None = None
        submitted: list[tuple[Any, str]] | None = None
        for frame in frames:
            try:
                # Nearly all that comes are messages, and answers to what we sent: these are read without a detour.
                size, command, status, sequence = p.HEADER.unpack_from(frame)
                if command == _SUBMITTED and not status and frame.find(0, 16, 81) == size - 1:
                    asked = pending.get(sequence)
                    if asked is not None and asked.request.__class__ is p.SubmitSm:
                        del pending[sequence]
                        if asked.count > self.answered:
                            self.answered = asked.count
                        if submitted is None:
                            submitted = []
                            events.append(Submitted(submitted))
                        submitted.append((asked.context, frame[16:-1].decode("latin-1")))
                        continue
                pdu = p.decode(frame)
                if delivers and isinstance(pdu, p.DeliverSm):
                    if delivered is None:
                        delivered = []
                        events.append(Delivered(delivered))
                    delivered.append(pdu)
                    continue
                submitted = delivered = None
                self._take(pdu, events)
                delivers = p.DeliverSm in self._is_asked
            except FramingError as error:
                self._nack(error)
                events.append(Closing(str(error)))
            except ProtocolError as error:
                self._nack(error)
        return events

    def _take(self, pdu: p.Pdu, events: list[Event]) -> None:
        kind = pdu.__class__
        if kind in _RESPONSE_TYPES or kind is p.GenericNack:
            self._settle(pdu, events)
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

    def _settle(self, pdu: p.Pdu, events: list[Event]) -> None:
        pending = self._pending.get(pdu.sequence)
        kind = pdu.__class__
        if pending is None or (
            kind is not _RESPONSES[pending.request.__class__] and kind is not p.GenericNack
        ):
            # Late or doubled: its request was given up, or answered before. Or it answers something else than was asked.
            self.counters.stray_responses += 1
            return
        del self._pending[pdu.sequence]
        if pending.count > self.answered:
            self.answered = pending.count
        request = pending.request
        if isinstance(pdu, p.SubmitSmResp) and pdu.status == Status.OK:
            events.append(Submitted([(pending.context, pdu.message_id)]))
            return
        if isinstance(request, p.EnquireLink):
            return
        if isinstance(request, p.Bind) and pdu.status == Status.OK and isinstance(pdu, p.BindResp):
            self._enter(BOUND[request.command])
            events.append(Changed(self.state))
        elif isinstance(request, p.Unbind):
            self._enter(State.UNBOUND)
            events.append(Changed(State.UNBOUND))
            events.append(Closing("unbound"))
        events.append(Answered(pending.context, request, pdu))

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
        self._be(state)
        if state in BOUND.values():
            self._frames.limit = p.PDU_BYTES_MAX

    def _be(self, state: State) -> None:
        self.state = state
        self._asks = ALLOWED[state][self.role]
        self._is_asked = ALLOWED[state]["smsc" if self.role == "esme" else "esme"]

    # --- time ---

    def timer(self) -> float | None:
        """When `handle_timer` wants to be called next."""
        if self.state is State.CLOSED:
            return None
        times = [self._heard + self.timers.inactivity_s]
        if self._pending:
            times.append(next(iter(self._pending.values())).deadline)
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
        while self._pending:
            sequence, first = next(iter(self._pending.items()))
            if first.deadline > now:
                break
            del self._pending[sequence]
            self.counters.unanswered += 1
            if isinstance(first.request, p.EnquireLink | p.Bind | p.Unbind):
                events.append(Closing(f"no answer to {type(first.request).__name__}"))
            else:
                events.append(Unanswered(first.context, first.request))
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
        events: list[Event] = [
            Unanswered(pending.context, pending.request)
            for pending in self._pending.values()
            if not isinstance(pending.request, p.EnquireLink | p.Bind | p.Unbind)
        ]
        self._pending.clear()
        if self.state is not State.CLOSED:
            self._enter(State.CLOSED)
            events.append(Changed(State.CLOSED))
        return events
