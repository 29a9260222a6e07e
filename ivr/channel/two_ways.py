"""Keys that some switches tell twice: in the audio's own packets, and by SIP INFO beside them. Each is taken once, whichever comes first."""

from __future__ import annotations

from collections import deque

ECHO_S = 2.0
"""A key that comes by the other way within so long is the same press."""
PRESSES_MAX = 32
"""Presses of one way whose echo may still come."""


class TwoWays:
    """Of one call. Time is the caller's clock, in seconds that only go forward."""

    def __init__(self) -> None:
        self._by_media: deque[tuple[str, float]] = deque(maxlen=PRESSES_MAX)
        self._by_info: deque[tuple[str, float]] = deque(maxlen=PRESSES_MAX)

    def is_new_by_media(self, key: str, now: float) -> bool:
        """Whether INFO has not told this press before."""
        return _is_new(key, now, self._by_media, self._by_info)

    def is_new_by_info(self, key: str, now: float) -> bool:
        """Whether the audio has not told this press before."""
        return _is_new(key, now, self._by_info, self._by_media)


def _is_new(
    key: str, now: float, own: deque[tuple[str, float]], other: deque[tuple[str, float]]
) -> bool:
    while other and now - other[0][1] > ECHO_S:
        other.popleft()
    for place, (told, _) in enumerate(other):
        # The oldest such press: what is before it had its echo lost, as a datagram may be, or still to come.
        if told == key:
            del other[place]
            return False
    own.append((key, now))
    return True
