"""A segment on its way to a carrier, and what became of it."""

from __future__ import annotations

from typing import Any

import msgspec

from center.changes import OutgoingText
from sms.smpp import pdu as p
from sms.way import Way


class Submission(msgspec.Struct, eq=False):
    """A segment to send; `key` comes back in its Settlement."""

    key: Any
    phone: str
    """To whom; those to one phone go one after the other."""
    body: bytes
    """Of its submit_sm."""
    behind: Way | None = None
    """The connection by which our answer goes that this must not overtake; None: any will do."""
    attempts: int = 0
    """Times that it was refused for now."""
    losses: int = 0
    """Times that its connection broke before it was answered."""
    text: OutgoingText | None = None
    """Whose only segment it is."""
    sent_at: float = 0.0
    """When it was last, where the carrier has a rate."""


def submission(key: Any, pdu: p.SubmitSm, behind: Way | None = None) -> Submission:
    """A submit_sm to send. Raises ValueError if it cannot be encoded."""
    return Submission(key, pdu.destination.digits, p.encode(pdu)[16:], behind)


class Settlement(msgspec.Struct, frozen=True, gc=False):
    """What became of a segment."""

    key: Any
    message_id: str | None
    """The carrier's name for it, or None if it was not taken."""
    status: int | None
    """The carrier's answer; None: there was none, however often it was sent."""
    superseded: bool = False
    """There was none, and it was not sent again: see center.superseded."""
