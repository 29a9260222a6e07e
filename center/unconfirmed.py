"""Orders that wait for a code which does not come: given up, so that none waits for ever.

Nothing is placed and nothing reserved for such an order. Some minutes after its code is worth nothing it is given up
(center.visit.codes): its seller is told that it was not confirmed, and its buyer, who may think they have ordered, that it is not
placed. What is on disk decides: an order that was confirmed meanwhile is not touched. No clock: `now` is an argument.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from center.awaited import Awaited
from center.contact import ContactKey
from center.limits.guard import CODE_S_MAX
from flows.effects import PlaceOrder
from flows.inputs import Outcome

GIVEN_UP_S = CODE_S_MAX + 300
"""After a code was sent. Who types it too late within these five minutes is answered by the flow, and a caller who is silent is
asked for the last time."""
TOLD_S_MAX = 86_400
"""Of an older one, which waited in a shop that was closed or under a version that gave up none, the seller alone is told."""
WAITING_MAX = 200_000
"""Of more the oldest are given up after the next start."""
AT_ONCE_MAX = 500
"""Given up in one round."""
GIVEN_UP = Outcome("not confirmed")


class Unconfirmed:
    """Those that wait, in the order in which they began to."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[ContactKey, Awaited] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting)

    def begin(self, awaited: Iterable[Awaited]) -> None:
        """What is on disk when a shop opens."""
        for one in sorted(awaited, key=lambda one: one.at):
            if isinstance(one.effect, PlaceOrder):
                self.wait(one)

    def wait(self, awaited: Awaited) -> None:
        """It waits, or still does."""
        contact = awaited.contact
        before = self._waiting.get(contact)
        if before is not None and before.at != awaited.at:
            # Another took its place in one batch: in the old place it would keep those behind it waiting.
            del self._waiting[contact]
        self._waiting[contact] = awaited
        if len(self._waiting) > WAITING_MAX:
            self._waiting.popitem(last=False)

    def settled(self, contact: ContactKey) -> None:
        """Nothing waits there any more."""
        self._waiting.pop(contact, None)

    def due(self, now: int) -> list[Awaited]:
        """Those that have waited too long, at most AT_ONCE_MAX. They are not told again in this run: bring each to its session."""
        due: list[Awaited] = []
        while self._waiting and len(due) < AT_ONCE_MAX:
            contact, first = next(iter(self._waiting.items()))
            if now - first.at < GIVEN_UP_S:
                break
            del self._waiting[contact]
            due.append(first)
        return due
