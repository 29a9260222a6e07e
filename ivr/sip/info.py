"""Keys by INFO: application/dtmf-relay and application/dtmf, which no RFC defines and everybody sends alike."""

from __future__ import annotations

import re

from ivr.sip.message import Message

DURATION_MS = 160
DURATION_MS_MAX = 10_000
KEYS = frozenset("0123456789*#ABCD")
_EVENTS = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}
"""Some telephones write the event's number (RFC 4733, table 3)."""

_signal = re.compile(r"^\s*Signal\s*=\s*([0-9A-D*#]{1,2})\s*$", re.IGNORECASE | re.MULTILINE)
_duration = re.compile(r"^\s*Duration\s*=\s*([0-9]{1,5})\s*$", re.IGNORECASE | re.MULTILINE)


def key_of(message: Message) -> tuple[str, int] | None:
    """The key and how long it was held, in ms; None where the INFO bears no key."""
    kind = message.content_type
    text = message.body[:256].decode("ascii", "replace")
    if kind == "application/dtmf-relay":
        match = _signal.search(text)
        signal = match[1].upper() if match else ""
        held = _duration.search(text)
        duration_ms = min(int(held[1]), DURATION_MS_MAX) if held else DURATION_MS
    elif kind == "application/dtmf":
        signal, duration_ms = text.strip().upper(), DURATION_MS
    else:
        return None
    signal = _EVENTS.get(signal, signal)
    return (signal, duration_ms) if signal in KEYS else None
