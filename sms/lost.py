"""Segments that a lost connection may have kept from the carrier, until it is known to have our answers again.

A reply leaves after the answer to its message (sms.redelivery stands on it). When a connection breaks both may be lost: the
carrier then brings the message again over the next one, and the reply must not go before that is answered. So what was lost, and
what was ready to follow, goes again when the others have been up for HOLD_S since and all that had come by then is answered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from sms.held import HOLD_S
from sms.submission import Submission
from sms.way import Way

LOST_S_MAX: Final = 60.0
"""Where some connection breaks every second the others never have been up for HOLD_S all together: what waits for so long goes when what came by those that have is answered."""


class Lost:
    """What waits, first to last, and for which answers of ours. `now` only goes forward."""

    def __init__(self, links: Sequence[Way]) -> None:
        self._links = links
        self._waiting: list[Submission] = []
        self._since: list[float] = []
        """When each of it began to."""
        self._now = 0.0
        """When a connection broke last."""
        self._not_before = 0.0
        self._answers: dict[Way, int] | None = None
        """How many answers of ours each connection must have carried; None until that can be said."""
        self._count = 0
        """Of what waits, the first so many go then."""

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Submission]:
        return iter(self._waiting)

    def add(self, segments: Sequence[Submission], now: float) -> None:
        """A connection broke, and these wait."""
        self.begin(now)
        self._waiting += segments
        self._since += [now] * len(segments)

    def begin(self, now: float) -> None:
        """A connection broke, and something is appended that waits."""
        self._now = now
        self._not_before = now + HOLD_S
        self._answers = None

    def append(self, segment: Submission) -> None:
        """See `begin`."""
        self._waiting.append(segment)
        self._since.append(self._now)

    def due(self, now: float) -> list[Submission]:
        """All that waits, when it is time, or what has waited for too long; else nothing."""
        answers = self._answers
        if answers is not None and not all(link.alive for link in answers):
            # What it had not answered comes again by another.
            answers = self._answers = None
        if answers is None:
            bound = [link for link in self._links if link.bound]
            steady = [link for link in bound if now - link.bound_at >= HOLD_S]
            # The carrier may know of the break later than we do.
            is_quiet = now >= self._not_before and len(steady) == len(bound)
            waited = len(self._since) if is_quiet else bisect_right(self._since, now - LOST_S_MAX)
            if not steady or not waited:
                return []
            self._count = waited
            answers = self._answers = {
                link: link.acknowledged + link.unacknowledged for link in steady
            }
        if any(link.acknowledged < count for link, count in answers.items()):
            return []
        due = self._waiting[: self._count]
        del self._waiting[: self._count], self._since[: self._count]
        self._answers = None
        return due
