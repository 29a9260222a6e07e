"""What is counted over all calls, by its place in Memory.counts."""

from enum import IntEnum


class Count(IntEnum):
    """The places."""

    TICKS = 0
    LIVES = 1
    SENT = 2
    RECEIVED = 3
    STRAYS = 4
    """To no open call, or from elsewhere than its source."""
    BROKEN = 5
    """Neither RTP nor RTCP."""
    MISSED = 6
    """Ticks that were late by more than a frame and left out."""
    UNSENT = 7
    """Packets that the kernel did not take."""
    UNTOLD = 8
    """Events that were lost: signalling had not read for so long that they found no room."""
    UNHEARD = 9
    """Frames that found no room on their way to a recogniser."""
    REPORTS = 10
    FLOODED = 11
    """Packets passed over because one call sent too many at once."""
    FORGED = 12
    """To a call with SRTP, but not sealed by its other end, or sent a second time."""
    WAITED = 13
    """Events that had to wait, in order, for room in their ring."""
    WAITING = 14
    """Those that wait now: lost with the plane, if it is killed."""
