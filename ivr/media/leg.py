"""A call that is open on the media plane, as signalling knows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leg:
    """An open call."""

    call: int
    """Its number, never used again."""
    host: str
    port: int
    """Where its RTP goes to and comes from; RTCP is on the next, or on the same (RFC 5761)."""
    host6: str | None = None
    """The same port's address by IPv6; None: the plane has none."""
