"""The four transactions of RFC 3261, section 17, with RFC 6026, as tables.

The rules, in one place:
- A row says what an event does in a state: the next state, then what is done, in order. Code only asks the table.
- An event that has no row in a state is ignored. So a late timer needs no cancelling.
- `Do.TELL` hands the message to the owner; everything else is done here: resend, acknowledge, arm a timer.
- Timers D, I, J and K are zero on a reliable transport, A, E and G are not armed there (table 4).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

from ivr.sip.flow import Flow
from ivr.sip.timers import Timers, Times


class State(StrEnum):
    """Where a transaction is."""

    CALLING = "Calling"
    TRYING = "Trying"
    PROCEEDING = "Proceeding"
    COMPLETED = "Completed"
    CONFIRMED = "Confirmed"
    ACCEPTED = "Accepted"
    TERMINATED = "Terminated"


class Event(StrEnum):
    """What happens to a transaction."""

    START = "start"
    REQUEST = "request"
    ACK = "ACK"
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "300-699"
    TRANSPORT_ERROR = "transport error"
    A = "timer A"
    B = "timer B"
    D = "timer D"
    E = "timer E"
    F = "timer F"
    G = "timer G"
    H = "timer H"
    I = "timer I"  # noqa: E741 - RFC 3261's own name
    J = "timer J"
    K = "timer K"
    L = "timer L"
    M = "timer M"


class Do(StrEnum):
    """What a transaction does."""

    SEND = "send"
    RESEND = "resend"
    ACK = "send ACK"
    TELL = "tell"
    TIMED_OUT = "tell of no answer"
    FAILED = "tell of failure"
    ARM_A = "arm A"
    ARM_B = "arm B"
    ARM_D = "arm D"
    ARM_E = "arm E"
    ARM_F = "arm F"
    ARM_G = "arm G"
    ARM_H = "arm H"
    ARM_I = "arm I"
    ARM_J = "arm J"
    ARM_K = "arm K"
    ARM_L = "arm L"
    ARM_M = "arm M"


Row = tuple[State, tuple[Do, ...]]
Table = dict[State, dict[Event, Row]]

_S, _E, _D = State, Event, Do

INVITE_CLIENT: Table = {
    _S.CALLING: {
        _E.START: (_S.CALLING, (_D.SEND, _D.ARM_A, _D.ARM_B)),
        _E.A: (_S.CALLING, (_D.RESEND, _D.ARM_A)),
        _E.B: (_S.TERMINATED, (_D.TIMED_OUT,)),
        _E.TRANSPORT_ERROR: (_S.TERMINATED, (_D.FAILED,)),
        _E.PROVISIONAL: (_S.PROCEEDING, (_D.TELL,)),
        _E.SUCCESS: (_S.ACCEPTED, (_D.TELL, _D.ARM_M)),
        _E.FAILURE: (_S.COMPLETED, (_D.ACK, _D.TELL, _D.ARM_D)),
    },
    _S.PROCEEDING: {
        _E.PROVISIONAL: (_S.PROCEEDING, (_D.TELL,)),
        _E.SUCCESS: (_S.ACCEPTED, (_D.TELL, _D.ARM_M)),
        _E.FAILURE: (_S.COMPLETED, (_D.ACK, _D.TELL, _D.ARM_D)),
    },
    _S.COMPLETED: {
        _E.FAILURE: (_S.COMPLETED, (_D.ACK,)),
        _E.TRANSPORT_ERROR: (_S.TERMINATED, (_D.FAILED,)),
        _E.D: (_S.TERMINATED, ()),
    },
    # RFC 6026, section 7.2: a repeated 2xx, or that of another branch, is the owner's to acknowledge.
    _S.ACCEPTED: {
        _E.SUCCESS: (_S.ACCEPTED, (_D.TELL,)),
        _E.M: (_S.TERMINATED, ()),
    },
    _S.TERMINATED: {},
}
"""RFC 3261, figure 5, and RFC 6026, section 8.4."""

CLIENT: Table = {
    _S.TRYING: {
        _E.START: (_S.TRYING, (_D.SEND, _D.ARM_E, _D.ARM_F)),
        _E.E: (_S.TRYING, (_D.RESEND, _D.ARM_E)),
        _E.F: (_S.TERMINATED, (_D.TIMED_OUT,)),
        _E.TRANSPORT_ERROR: (_S.TERMINATED, (_D.FAILED,)),
        _E.PROVISIONAL: (_S.PROCEEDING, (_D.TELL,)),
        _E.SUCCESS: (_S.COMPLETED, (_D.TELL, _D.ARM_K)),
        _E.FAILURE: (_S.COMPLETED, (_D.TELL, _D.ARM_K)),
    },
    _S.PROCEEDING: {
        _E.E: (_S.PROCEEDING, (_D.RESEND, _D.ARM_E)),
        _E.F: (_S.TERMINATED, (_D.TIMED_OUT,)),
        _E.TRANSPORT_ERROR: (_S.TERMINATED, (_D.FAILED,)),
        _E.PROVISIONAL: (_S.PROCEEDING, (_D.TELL,)),
        _E.SUCCESS: (_S.COMPLETED, (_D.TELL, _D.ARM_K)),
        _E.FAILURE: (_S.COMPLETED, (_D.TELL, _D.ARM_K)),
    },
    _S.COMPLETED: {
        _E.K: (_S.TERMINATED, ()),
    },
    _S.TERMINATED: {},
}
"""RFC 3261, figure 6."""

INVITE_SERVER: Table = {
    _S.PROCEEDING: {
        _E.START: (_S.PROCEEDING, (_D.TELL,)),
        _E.REQUEST: (_S.PROCEEDING, (_D.RESEND,)),
        _E.PROVISIONAL: (_S.PROCEEDING, (_D.SEND,)),
        _E.SUCCESS: (_S.ACCEPTED, (_D.SEND, _D.ARM_L)),
        _E.FAILURE: (_S.COMPLETED, (_D.SEND, _D.ARM_G, _D.ARM_H)),
        _E.TRANSPORT_ERROR: (_S.TERMINATED, (_D.FAILED,)),
    },
    _S.COMPLETED: {
        _E.REQUEST: (_S.COMPLETED, (_D.RESEND,)),
        _E.G: (_S.COMPLETED, (_D.RESEND, _D.ARM_G)),
        _E.ACK: (_S.CONFIRMED, (_D.ARM_I,)),
        _E.H: (_S.TERMINATED, (_D.TIMED_OUT,)),
        _E.TRANSPORT_ERROR: (_S.TERMINATED, (_D.FAILED,)),
    },
    _S.CONFIRMED: {
        _E.I: (_S.TERMINATED, ()),
    },
    # RFC 6026, section 7.1: the repeated INVITE is absorbed; the 2xx is repeated by the owner until its ACK comes.
    _S.ACCEPTED: {
        _E.SUCCESS: (_S.ACCEPTED, (_D.SEND,)),
        _E.ACK: (_S.ACCEPTED, (_D.TELL,)),
        _E.L: (_S.TERMINATED, ()),
        _E.TRANSPORT_ERROR: (_S.ACCEPTED, (_D.FAILED,)),
    },
    _S.TERMINATED: {},
}
"""RFC 3261, figure 7, and RFC 6026, section 8.5."""

SERVER: Table = {
    _S.TRYING: {
        _E.START: (_S.TRYING, (_D.TELL,)),
        _E.PROVISIONAL: (_S.PROCEEDING, (_D.SEND,)),
        _E.SUCCESS: (_S.COMPLETED, (_D.SEND, _D.ARM_J)),
        _E.FAILURE: (_S.COMPLETED, (_D.SEND, _D.ARM_J)),
        _E.TRANSPORT_ERROR: (_S.TERMINATED, (_D.FAILED,)),
    },
    _S.PROCEEDING: {
        _E.REQUEST: (_S.PROCEEDING, (_D.RESEND,)),
        _E.PROVISIONAL: (_S.PROCEEDING, (_D.SEND,)),
        _E.SUCCESS: (_S.COMPLETED, (_D.SEND, _D.ARM_J)),
        _E.FAILURE: (_S.COMPLETED, (_D.SEND, _D.ARM_J)),
        _E.TRANSPORT_ERROR: (_S.TERMINATED, (_D.FAILED,)),
    },
    _S.COMPLETED: {
        _E.REQUEST: (_S.COMPLETED, (_D.RESEND,)),
        _E.J: (_S.TERMINATED, ()),
    },
    _S.TERMINATED: {},
}
"""RFC 3261, figure 8."""

MACHINES: dict[str, tuple[Table, State]] = {
    "INVITE client": (INVITE_CLIENT, State.CALLING),
    "client": (CLIENT, State.TRYING),
    "INVITE server": (INVITE_SERVER, State.PROCEEDING),
    "server": (SERVER, State.TRYING),
}
"""Each table with the state it begins in."""

_TIMER_OF = {do: Event(f"timer {do[-1]}") for do in Do if do.startswith("arm ")}
_ARMED_UNRELIABLY = frozenset({Do.ARM_A, Do.ARM_E, Do.ARM_G})
_ZERO_RELIABLY = frozenset({Do.ARM_D, Do.ARM_I, Do.ARM_J, Do.ARM_K})
_TOLD = frozenset({Do.TELL, Do.TIMED_OUT, Do.FAILED})
TIMER_D_S = 32.0
"""At least 32 s (RFC 3261, section 17.1.1.2)."""

Tell = Callable[[Do, Any, float], None]


class Ground(Protocol):
    """What transactions stand on."""

    timers: Timers
    times: Times

    def send(self, flow: Flow, data: bytes) -> None:
        """Let bytes go out."""
        ...

    def ended(self, transaction: Transaction) -> None:
        """It is over, and may be forgotten."""
        ...


class Transaction:
    """One transaction. Bytes go out by its ground, the owner hears by `tell`; both are called, never awaited."""

    __slots__ = (
        "_ground",
        "_table",
        "_tell",
        "ack",
        "context",
        "data",
        "flow",
        "interval_s",
        "key",
        "kind",
        "state",
    )

    def __init__(
        self, kind: str, key: Any, flow: Flow, ground: Ground, tell: Tell | None = None
    ) -> None:
        self.kind = kind
        self.key = key
        self.flow = flow
        self._table, self.state = MACHINES[kind]
        self._ground = ground
        self._tell = tell
        self.data = b""
        """What is resent: of a client its request, of a server its last response."""
        self.ack: Callable[[Any], bytes] | None = None
        """Makes the ACK for a response that is not 2xx."""
        self.context: Any = None
        """The owner's."""
        self.interval_s = ground.times.t1_s

    def take(self, event: Event, now: float, message: Any = None, data: bytes = b"") -> bool:
        """Let something happen; whether this state had a row for it."""
        row = self._table[self.state].get(event)
        if row is None:
            return False
        self.state, actions = row
        told: Do | None = None
        for do in actions:
            if do in _TOLD:
                told = do
            elif do is Do.SEND:
                self.data = data
                self._ground.send(self.flow, data)
            elif do is Do.RESEND:
                if self.data:
                    self._ground.send(self.flow, self.data)
            elif do is Do.ACK:
                if self.ack is not None:
                    self._ground.send(self.flow, self.ack(message))
            else:
                self._arm(do, now)
        if self.state is State.TERMINATED:
            self._ground.ended(self)
        # Last, so that the owner finds the transaction as the table left it.
        if told is not None and self._tell is not None:
            self._tell(told, message, now)
        return True

    def fire(self, name: str, now: float) -> None:
        """A timer ran out."""
        self.take(Event(name), now)

    def _arm(self, do: Do, now: float) -> None:
        times = self._ground.times
        if do in _ARMED_UNRELIABLY:
            if self.flow.reliable:
                return
            wait_s = self.interval_s
            # A doubles without end, E and G up to T2 (sections 17.1.1.2, 17.1.2.2, 17.2.1).
            doubled = self.interval_s * 2
            self.interval_s = doubled if do is Do.ARM_A else min(doubled, times.t2_s)
            if self.state is State.PROCEEDING and do is Do.ARM_E:
                wait_s = self.interval_s = times.t2_s
        elif do in _ZERO_RELIABLY and self.flow.reliable:
            wait_s = 0.0
        elif do in (Do.ARM_I, Do.ARM_K):
            wait_s = times.t4_s
        elif do is Do.ARM_D:
            wait_s = max(TIMER_D_S, 64 * times.t1_s) if times.t1_s >= 0.5 else 64 * times.t1_s
        else:
            wait_s = 64 * times.t1_s
        self._ground.timers.set(now + wait_s, self, _TIMER_OF[do])
