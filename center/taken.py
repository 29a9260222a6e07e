"""What became of something that a channel brought to the turn batch."""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec

from center.contact import Arrival
from center.reply import Reply


class Fate(Enum):
    """How it ended."""

    KEPT = "kept"
    """It is on disk, with all it led to."""
    FOUND = "found"
    """It was there before: a redelivery, which leads to nothing."""
    REFUSED = "refused"
    """Not now: nothing of it was kept. Whoever sent it should bring it again."""
    REFUSED_FOUND = "refused, found"
    """The same of a redelivery: what it repeats is on disk, and it is found there when it comes again."""
    UNKNOWN = "unknown"
    """Whoever was to keep it fell before they told. Whoever sent it should bring it again, and it is known if it was kept."""
    SET_ASIDE = "set aside"
    """It makes the seller's program fail, again and again; the seller has it to read."""


NOT_NOW: Final = (Fate.REFUSED, Fate.REFUSED_FOUND)
"""Nothing of it was kept, for now."""


class Taken(msgspec.Struct, frozen=True, gc=False):
    """One arrival or held ticket, told to the channel that brought it, after the commit."""

    ticket: object
    """As the channel gave it; None for an outcome that somebody else brought."""
    fate: Fate
    arrival: Arrival | None = None
    reply: Reply | None = None
    """What to perform, on every channel but SMS, whose texts go by the outbox. For a redelivery None, or in a USSD dialog what is asked
    there, for a phone that has no screen."""
