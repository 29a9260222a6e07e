"""The performers of a shop, each for its kind of effect: people for hand-overs, partners for requests and payments."""

from __future__ import annotations

from collections.abc import Sequence

from center.awaited import Awaited
from center.changes import HandOverRequest
from center.contact import ContactKey
from center.desk.heard import Heard
from center.nobody import NOBODY
from center.ports import Performer
from flows.effects import Effect, HandOver, Pay, Request
from flows.inputs import Outcome


class Performers:
    """See center.ports.Performer. Each is NOBODY until a service opens that does it."""

    def __init__(self) -> None:
        self.people: Performer = NOBODY
        self.partners: Performer = NOBODY

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:
        """See Performer."""
        return self._of(effect).at_once(contact, effect)

    def heard(self, heard: Sequence[Heard]) -> None:
        """See Performer."""
        self.people.heard(heard)

    def turned_away(self, requests: Sequence[HandOverRequest]) -> None:
        """See Performer."""
        self.people.turned_away(requests)

    def perform(self, awaited: Sequence[Awaited]) -> None:
        """See Performer."""
        for performer in (self.people, self.partners):
            its = [one for one in awaited if self._of(one.effect) is performer]
            if its:
                performer.perform(its)

    def _of(self, effect: Effect) -> Performer:
        if isinstance(effect, HandOver):
            return self.people
        return self.partners if isinstance(effect, Request | Pay) else NOBODY
