"""What the sender of a message may do now: see ivr.signalling.limits, which counts, and ivr.sip.reception, which holds to it."""

from __future__ import annotations

from enum import Enum


class Standing(Enum):
    """Of one sender, at one moment."""

    FREE = "free"
    """Whatever its trunk may."""
    OVER_RATE = "over its rate"
    """A trunk that sends more than its rate: what is within calls is taken, new ones are told 503 and when to come again."""
    FLOODING = "twice over its rate"
    """The same by a connection, which is read more slowly; its datagrams are not looked at."""
    SUSPECT = "suspect"
    """Too many wrong passwords: what is within calls is taken, and nothing new is answered."""
