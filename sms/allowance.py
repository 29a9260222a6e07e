"""What a carrier's rate allows: no more than that in any second, whichever it is, and little of it at once.

Two rules, and what both allow:

- Of what was sent within any `window_s` no more than `most` segments count, where `most` is the rate, or the next whole number of
  them, and `window_s` as long as so many take. So a rate of 50 is 50 in any second, one of 2.5 three in any 1.2 s, and one of 0.5
  a segment in any two. What the carrier refused as too many does not count, or one that refuses a tenth would be sent a tenth less.
- After a quiet while a tenth of a second's worth goes at once, and the rest one by one. All at once and a second later all
  again would be twice as many within a second for a carrier whose line was slower the first time.

Of one run: what was sent before a start is not known.
"""

from __future__ import annotations

from collections import deque
from math import ceil

SLACK_S = 0.01
"""The window is longer by this: a line may be slower for one segment than for the next."""
AT_ONCE_S = 0.1
"""So much of a rate goes at once after a quiet while,"""
AT_ONCE_MIN = 2.0
"""or so many, so that who wakes late for one is not late for the next."""
GRAIN_S = 0.001
"""What is sent within so long is remembered as one, and leaves the window with the last of it: some thousand are kept at most."""


class _Burst:
    """What was sent within GRAIN_S of its first, and counts."""

    __slots__ = ("count", "first_at", "last_at")

    def __init__(self, first_at: float) -> None:
        self.first_at = self.last_at = first_at
        self.count = 0


class Allowance:
    """How many segments may be sent when. No clock: `now` is an argument, in seconds, and only goes forward."""

    __slots__ = ("_at_once", "_bursts", "_counts", "_filled", "_level", "_rate", "most", "window_s")

    def __init__(self, rate: float) -> None:
        """`rate` is segments a second, more than 0."""
        self.most = ceil(rate)
        self.window_s = self.most / rate + SLACK_S
        self._rate = rate
        self._bursts: deque[_Burst] = deque()
        """Of the window, oldest first."""
        self._counts = 0
        """What of them counts."""
        self._at_once = max(AT_ONCE_MIN, rate * AT_ONCE_S)
        self._level = self._at_once
        self._filled = 0.0

    def allowed(self, now: float) -> int:
        """How many may be sent now."""
        bursts, begin = self._bursts, now - self.window_s
        while bursts and bursts[0].last_at <= begin:
            self._counts -= bursts.popleft().count
        self._level = min(self._at_once, self._level + (now - self._filled) * self._rate)
        self._filled = now
        return max(0, min(self.most - self._counts, int(self._level)))

    def sent(self, count: int, now: float) -> None:
        """So many were, of those that are allowed."""
        bursts = self._bursts
        if not bursts or now - bursts[-1].first_at >= GRAIN_S:
            bursts.append(_Burst(now))
        bursts[-1].last_at = now
        bursts[-1].count += count
        self._counts += count
        self._level -= count

    def refused(self, sent_at: float) -> None:
        """The carrier refused one that was sent then as too many."""
        self._level = min(self._at_once, self._level + 1)
        for burst in reversed(self._bursts):
            if burst.first_at <= sent_at:
                if burst.last_at >= sent_at:
                    burst.count -= 1
                    self._counts -= 1
                return

    def next_at(self, now: float) -> float:
        """When one more may be sent, if the carrier refuses none meanwhile; `now` is when it was last asked how many are allowed."""
        at = now + max(0.0, 1 - self._level) / self._rate
        if self._counts >= self.most:
            oldest = next(burst for burst in self._bursts if burst.count)
            at = max(at, oldest.last_at + self.window_s)
        return at
