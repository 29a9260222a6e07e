"""What a router has before it: queues, people and contacts by name, the lines they stand in, and what is decided so far."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from center.acd.decisions import Decision
from center.acd.floor import Floor
from center.acd.rings import Rings
from center.acd.state import Backlog, Person, Ticket
from center.acd.timers import Timers

SERVED_MAX = 100_000
"""Buyers of whom it is remembered who served them last."""


class UnknownNameError(LookupError):
    """A queue or an agent that was never entered."""


class Known:
    """The ground on which Offers, Waiting and Attendance stand, each on the one before; Router is the whole."""

    def __init__(self, floor: Floor | None = None) -> None:
        self.now = 0.0
        self.day_began_at = 0.0
        """Figures are counted since then; 0: since ever."""
        self.floor = floor or Floor()
        self.backlogs: dict[str, Backlog] = {}
        self.rings = Rings(self.floor.directory, self.backlogs)
        self.people: dict[str, Person] = {}
        self.tickets: dict[str, Ticket] = {}
        self.timers = Timers()
        self.served: OrderedDict[str, str] = OrderedDict()
        """By buyer, the agent who served them last; who was served last comes last."""
        self._of_seller: dict[str, list[Backlog]] = {}
        self._decisions: list[Decision] = []

    def queues_of(self, seller: str) -> Sequence[Backlog]:
        """All that were opened for a seller."""
        return self._of_seller.get(seller, ())

    def _backlog(self, name: str) -> Backlog:
        try:
            return self.backlogs[name]
        except KeyError:
            raise UnknownNameError(f"queue {name}") from None

    def _person(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise UnknownNameError(f"agent {name}") from None

    def remember(self, buyer: str, agent: str) -> None:
        """An agent serves this buyer; of more than SERVED_MAX buyers the one served longest ago is forgotten."""
        self.served[buyer] = agent
        self.served.move_to_end(buyer)
        if len(self.served) > SERVED_MAX:
            self.served.popitem(last=False)
