"""What a bind tells its owner. What came one behind the other is one event: nothing is paid a PDU that can be paid a read."""

from __future__ import annotations

from typing import Any

import msgspec

from sms.smpp import pdu as p
from sms.smpp.state import State


class Delivered(msgspec.Struct, frozen=True):
    """Messages that came one behind the other, and receipts that want a closer look; each must be answered."""

    messages: list[p.DeliverSm]


class Receipted(msgspec.Struct, frozen=True):
    """Receipts of the commonest form, which came one behind the other, to be answered: each one's sequence number, and the name of the message
    that was delivered, or its text if it does not say just that.
    """

    receipts: list[tuple[int, str | bytes]]


class Submitted(msgspec.Struct, frozen=True):
    """submit_sm that the peer took one behind the other: each one's context, and the peer's name for the message."""

    taken: list[tuple[Any, str]]


class Requested(msgspec.Struct, frozen=True):
    """The peer asks something else that the owner must answer."""

    pdu: p.Pdu


class Answered(msgspec.Struct, frozen=True):
    """The peer answered a request, other than by taking a submit_sm; `context` as it was given."""

    context: Any
    command: int
    """What was asked."""
    pdu: p.Pdu


class Unanswered(msgspec.Struct, frozen=True):
    """A request got no answer in time, or the connection went before."""

    context: Any
    command: int


class Changed(msgspec.Struct, frozen=True):
    """The bind entered a state."""

    state: State


class Closing(msgspec.Struct, frozen=True):
    """The connection should be closed, after what is still to be sent."""

    reason: str


Event = Delivered | Receipted | Submitted | Requested | Answered | Unanswered | Changed | Closing
