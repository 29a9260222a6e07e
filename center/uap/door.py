"""What is said at the door: yes, or no with the answer that each channel gives.

A call by phone is answered with a SIP status and a time to try again after; who can be texted is told that all lines
are busy; who came for a person goes to the queue's own exits. Status codes are those of RFC 3261, section 21.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

RETRY_FULL_S = 10
"""Calls last minutes, and a platform has hundreds of ports: one comes free before long."""
RETRY_CLOSED_S = 120
RETRY_S_MAX = 600


class Why(StrEnum):
    """Why a call or a seat is not let in."""

    FULL = "full"
    """As many ports, players or seats are taken as there are, but for those kept back for others."""
    RATE = "too many calls a second"
    """More call attempts than the boards in service can set up (CAPS)."""
    SELLER = "the seller's lines are all taken"
    """As many calls as the seller's contract allows."""
    CLOSED = "out of service"
    """No board in service has what such a call needs."""


SIP_STATUS = {
    # 503 Service Unavailable, 21.5.4: a temporary overload, with Retry-After; a proxy tries another platform.
    Why.FULL: 503,
    Why.RATE: 503,
    Why.CLOSED: 503,
    # 486 Busy Here, 21.4.24: another platform would find the same seller as busy.
    Why.SELLER: 486,
}


@dataclass(frozen=True, slots=True)
class Admitted:
    """Let in: what its phases need is held for it until it is released."""

    call: str
    chassis: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Not let in. Nothing is held."""

    why: Why
    retry_after_s: int
    """Seconds to wait before another try (RFC 3261, section 20.33)."""
    resource: str = ""
    """What was short."""

    @property
    def sip_status(self) -> int:
        """The answer to an INVITE."""
        return SIP_STATUS[self.why]


def retry_after(wait_s: float) -> int:
    """Whole seconds, at least one."""
    return min(RETRY_S_MAX, max(1, ceil(wait_s)))
