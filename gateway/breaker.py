"""The breaker of one service: after so many failures in a row nothing is asked for a while, then one thing, to see.

| State | A try may begin | A failure | An answer |
|---|---|---|---|
| closed | yes | counts; the last allowed opens it | counts from nought |
| open, resting | no | opens it no longer | closes it |
| open, rested | one | it rests again | closes it |

No clock: time is an argument, in seconds that only grow.
"""

from __future__ import annotations


class Breaker:
    """See the table above. A failure is a try without an answer; a refusal is an answer."""

    __slots__ = ("_failures", "_failures_max", "_rest_s", "_rests_until", "_trying")

    def __init__(self, failures_max: int, rest_s: float) -> None:
        self._failures_max = failures_max
        self._rest_s = rest_s
        self._failures = 0
        self._rests_until: float | None = None
        """None: closed."""
        self._trying = False
        """Whether the one that may see is under way."""

    @property
    def is_open(self) -> bool:
        """Whether the service is left alone, but for one try now and then."""
        return self._rests_until is not None

    def rests(self, now: float) -> bool:
        """Whether nothing at all may be asked now."""
        return self._rests_until is not None and now < self._rests_until

    def rest_left_s(self, now: float) -> float:
        """How long it rests yet; 0 where it does not."""
        return max(0.0, self._rests_until - now) if self._rests_until is not None else 0.0

    def begin(self, now: float) -> bool:
        """Whether a try may begin now; if so, it has, and is told by `answered` or `failed`."""
        if self._rests_until is None:
            return True
        if now < self._rests_until or self._trying:
            return False
        self._trying = True
        return True

    def answered(self) -> None:
        """A try had an answer, whatever it said."""
        self._failures, self._rests_until, self._trying = 0, None, False

    def failed(self, now: float) -> bool:
        """A try had none; whether it rests from now on."""
        self._failures += 1
        if self._rests_until is None:
            if self._failures < self._failures_max:
                return False
        elif not self._trying:
            return False
        self._trying, self._rests_until = False, now + self._rest_s
        return True
