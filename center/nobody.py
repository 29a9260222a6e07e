"""The performer while nobody is connected: no agent is signed in, no partner's service answers."""

from __future__ import annotations

from collections.abc import Sequence

from center.awaited import Awaited
from center.changes import HandOverRequest
from center.contact import ContactKey
from center.desk.heard import Heard
from flows import effects
from flows.effects import Effect
from flows.inputs import Outcome


class Nobody:
    """See center.ports.Performer. A hand-over finds nobody signed in, all else fails, at once."""

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:
        """See center.ports.Performer."""
        del contact
        return Outcome("closed" if isinstance(effect, effects.HandOver) else "failed")

    def heard(self, heard: Sequence[Heard]) -> None:
        """See center.ports.Performer."""
        del heard

    def turned_away(self, requests: Sequence[HandOverRequest]) -> None:
        """See center.ports.Performer."""
        del requests

    def perform(self, awaited: Sequence[Awaited]) -> None:
        """See center.ports.Performer."""
        del awaited


NOBODY = Nobody()
