"""What of the floor a supervisor sees and hears: it goes by the pool that employs them.

    house         the platform's own: everything
    a seller      its own people, and its queues as they are
    a partner     its own people, and of the queues of sellers whom they may serve who waits and what its people did

Two partners may serve one seller: both see who waits, for any of their people may be next, and neither sees, hears or is
told what the other's people do. A supervisor whom the router does not know, as one who was entered a moment ago, sees nothing yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from center.acd.agent import Agent
from center.acd.queue import Queue
from center.acd.router import Router
from center.desk.person import HOUSE


@dataclass(frozen=True, slots=True)
class Scope:
    """One supervisor's."""

    pool: str | None
    """None: nobody knows them."""

    def has_agent(self, agent: Agent) -> bool:
        """Whether they lead this agent."""
        return self.pool in (HOUSE, agent.pool)

    def has_whole(self, queue: Queue) -> bool:
        """Whether they see what becomes of all who come to it, and not of whom their own people serve alone."""
        return self.pool in (HOUSE, queue.seller)


def scope_of(router: Router, supervisor: str) -> Scope:
    """What a supervisor of this name sees now; contracts and people change."""
    person = router.people.get(supervisor)
    return Scope(person.agent.pool if person is not None else None)
