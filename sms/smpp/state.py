"""The states of a bind, and what may be asked in each by which end. SMPP 3.4, sections 2.2 and 2.3."""

from __future__ import annotations

from enum import Enum

from sms.smpp import pdu as p


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
