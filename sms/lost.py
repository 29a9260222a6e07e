"""Segments that a lost connection may have kept from the carrier, until it is known to have our answers again.

A reply leaves after the answer to its message (sms.redelivery stands on it). When a connection breaks both may be lost: the
carrier then brings the message again over the next one, and the reply must not go before that is answered. So what was lost, and
what was ready to follow, goes again when the others have been up for HOLD_S since and all that had come by then is answered.
"""

from __future__ import annotations

from collections.abc import Sequence

from sms.held import HOLD_S
from sms.submission import Submission
from sms.way import Way


class Lost:
    """What waits, first to last, and for which answers of ours. `now` only goes forward."""

    def __init__(self, links: Sequence[Way]) -> None:
        self._links = links
        self._waiting: list[Submission] = []
        self._not_before = 0.0
        self._answers: dict[Way, int] | None = None
        """How many answers of ours each connection must have carried; None until that can be said."""

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, segments: Sequence[Submission], now: float) -> None:
        """A connection broke, and these wait."""
        self.begin(now)
        self._waiting += segments

    def begin(self, now: float) -> None:
        """A connection broke, and something is appended that waits."""
        self._not_before = now + HOLD_S
        self._answers = None

    def append(self, segment: Submission) -> None:
        """See `begin`."""
        self._waiting.append(segment)

    def due(self, now: float) -> list[Submission]:
        """All that waits, when it is time; else nothing."""
        answers = self._answers
        if answers is not None and not all(link.alive for link in answers):
            # What it had not answered comes again by another.
            answers = self._answers = None
        if answers is None:
            bound = [link for link in self._links if link.bound]
            # The carrier may know of the break later than we do.
            if (
                now < self._not_before
                or not bound
                or any(now - link.bound_at < HOLD_S for link in bound)
            ):
                return []
            answers = self._answers = {
                link: link.acknowledged + link.unacknowledged for link in bound
            }
        if any(link.acknowledged < count for link, count in answers.items()):
            return []
        due, self._waiting, self._answers = self._waiting, [], None
        return due
