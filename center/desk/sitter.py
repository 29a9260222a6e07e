"""An agent at a desk: what the desk was told, brought up to what the router holds.

A desk is never told what somebody asked for, only what the router has: so what two people do at once, and what comes late,
ends at every desk as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from center.acd.agent import Presence, Slot
from center.acd.measures import AgentMeasure
from center.desk.card import Card
from center.desk.desk import Desk, Stage
from center.desk.talk import Talk

RINGING: frozenset[Stage] = frozenset({"offered", "invited"})
STAGES: dict[Slot, Stage] = {"offered": "offered", "wrap-up": "wrap-up"}

MakeCard = Callable[[Talk], Card | None]


@dataclass(slots=True)
class Sitter:
    """Somebody who is signed in."""

    desk: Desk | None = None
    presence: Presence = "signed out"
    reason: str = ""
    known: dict[str, Stage] = field(default_factory=dict[str, Stage])
    """Contacts that the desk was told of."""
    was_ready: bool = False
    """Before the desk went away."""
    is_away: bool = False
    """For longer than a page takes to load."""

    def tell(
        self,
        measure: AgentMeasure,
        talks: Mapping[str, Talk],
        guest_of: Mapping[str, Stage],
        card: MakeCard,
    ) -> None:
        """Tell the desk what has changed since it was told last; `guest_of`: calls of colleagues."""
        desk = self.desk
        if desk is None:
            return
        if (measure.presence, measure.reason) != (self.presence, self.reason):
            self.presence, self.reason = measure.presence, measure.reason
            desk.presence(measure.presence, measure.reason)
        held = dict(measure.contacts)
        stages: dict[str, Stage] = {
            name: STAGES.get(slot, talks[name].stage)
            for name, slot in held.items()
            if name in talks
        }
        stages.update(guest_of)
        for name in [name for name in self.known if name not in stages]:
            if self.known.pop(name) in RINGING:
                desk.withdrawn(name, "")
            else:
                desk.ended(name, "")
        for name, stage in stages.items():
            self._tell_stage(desk, talks[name], stage, card)

    def _tell_stage(self, desk: Desk, talk: Talk, stage: Stage, card: MakeCard) -> None:
        if self.known.get(talk.name) == stage:
            return
        if talk.name not in self.known:
            shown = card(talk)
            if shown is None:
                return
            if stage in RINGING:
                desk.offered(shown, talk.answer_by)
            else:
                desk.card(shown)
        self.known[talk.name] = stage
        if stage != "offered":
            desk.stage(talk.name, stage, talk.written_up_by if stage == "wrap-up" else 0.0)
