"""Orders that wait for a code which does not come: given up, so that none waits for ever.

Nothing is placed and nothing reserved for such an order. Some minutes after its code is worth nothing it is given up
(center.visit.codes): its seller is told that it was not confirmed, and its buyer, who may think they have ordered, that it is not
placed. What is on disk decides: an order that was confirmed meanwhile is not touched. No clock: `now` is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from center.awaited import Awaited
from center.limits.guard import CODE_S_MAX
from flows.inputs import Outcome

GIVEN_UP_S = CODE_S_MAX + 300
"""After a code was sent. Who types it too late within these five minutes is answered by the flow, and a caller who is silent is
asked for the last time."""
TOLD_S_MAX = 86_400
"""Of an older one, which waited in a shop that was closed or under a version that gave up none, the seller alone is told."""
AT_ONCE_MAX = 200
"""Given up in one round."""
GIVEN_UP = Outcome("not confirmed")

Place = tuple[int, str, str, str]
"""Since when an order has waited, and its contact: in this order they are given up."""
_BEGIN: Place = (-1, "", "", "")


class Kept(Protocol):
    """Those that wait, on disk."""

    def unconfirmed(self, after: Place, before: int, limit: int) -> Sequence[Awaited]:
        """Those that have waited since a time or longer, the longest first, whose ever they are; of those behind a place so many."""
        ...


class Unconfirmed:
    """A walk over them by age: nothing is read at a start, and no seller's many hold up another's few."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._after = _BEGIN

    def due(self, now: int) -> Sequence[Awaited]:
        """Those that have waited too long, at most AT_ONCE_MAX. They are not told again in this run: bring each to its session."""
        before = now - GIVEN_UP_S
        if before < self._after[0]:
            # The clock was set back: what waits since then stands before what was told last.
            self._after = _BEGIN
        due = self._kept.unconfirmed(self._after, before, AT_ONCE_MAX)
        if due:
            last = due[-1]
            seller, buyer, channel = last.contact.parts
            self._after = last.at, seller, buyer, channel
        return due
