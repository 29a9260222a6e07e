"""Calls that more than two are on: each takes one conference unit of the platform, however many come.

    join    somebody is asked in, or listens: the first of them takes the unit, or is refused
    part    they do not come, or are gone: the last of them gives it back
    over    the call has ended or is handed on, and with it everybody's part in it
    lost    the unit's board has failed: buyer and agent go on, all others are off the call and told why

Nothing of this is kept: after a restart calls have ended, and so have these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from center.desk.desk import RefusedError
from center.uap.door import Refused, Why
from center.uap.gate import Gate

ALL_TAKEN = "all conference ports are taken; try again when a conference has ended"
NONE_IN_SERVICE = "no conference port is in service; try again when a board is"
LOST = "the conference's board has failed; the buyer is with one agent alone"

Lost = Callable[[RefusedError], object]


class Party(NamedTuple):
    """Somebody beside the buyer and the agent."""

    part: Literal["guest", "supervisor"]
    name: str


class Conferences:
    """By the switchboard's name of the contact, who is on its call or asked to be."""

    def __init__(self) -> None:
        self.gate: Gate | None = None
        """Gives the units; without one there are enough."""
        self._on: dict[str, dict[Party, Lost]] = {}

    def join(self, contact: str, party: Party, lost: Lost) -> None:
        """Somebody is to be a third; `lost` is told when they cannot be any longer. Raises RefusedError."""
        if contact not in self._on:
            self._take(contact)
            self._on[contact] = {}
        self._on[contact][party] = lost

    def part(self, contact: str, party: Party) -> None:
        """They are not, or no more."""
        parties = self._on.get(contact, {})
        parties.pop(party, None)
        if not parties:
            self.over(contact)

    def over(self, contact: str) -> None:
        """There is nothing left to be on."""
        if self._on.pop(contact, None) is not None and self.gate is not None:
            self.gate.disperse(contact)

    def lost(self, contact: str) -> None:
        """The platform has lost the unit."""
        for told in self._on.pop(contact, {}).values():
            told(RefusedError(LOST))

    def _take(self, contact: str) -> None:
        answer = self.gate.confer(contact) if self.gate is not None else None
        if not isinstance(answer, Refused):
            return
        if answer.why is Why.CLOSED:
            raise RefusedError(NONE_IN_SERVICE)
        raise RefusedError(ALL_TAKEN)
