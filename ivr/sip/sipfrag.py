"""message/sipfrag: how a call that somebody else makes for us goes. RFC 3420; RFC 3515, section 2.4.5."""

from __future__ import annotations

import re

from ivr.sip.message import Message
from ivr.sip.reasons import reason

_status_line = re.compile(rb"SIP/2\.0[ \t]+([1-6][0-9]{2})(?:[ \t]|\r?\n|$)", re.IGNORECASE)


def compose(status: int) -> bytes:
    """A status line alone, which is the least that RFC 3515 wants."""
    return f"SIP/2.0 {status} {reason(status)}\r\n".encode()


def status_of(message: Message) -> int | None:
    """The status in a NOTIFY; None where it bears no sipfrag that tells one."""
    if message.content_type != "message/sipfrag":
        return None
    match = _status_line.match(message.body)
    return int(match[1]) if match else None


def is_over(message: Message) -> bool:
    """Whether this NOTIFY says that it is the last. RFC 6665, section 4.1.3."""
    state = (message.first("subscription-state") or "").partition(";")[0]
    return state.strip().lower() == "terminated"
