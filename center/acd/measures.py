"""What is told of a queue and of an agent, each figure with its formula."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from center.acd.agent import Presence, Slot

SHORT_S = 5.0
"""Who hangs up sooner than this did not mean to wait; the measures leave them out."""


@dataclass(slots=True)
class Share:
    """What the people of one pool did for a queue."""

    answered: int = 0
    answered_within: int = 0
    waited_s: float = 0.0
    not_answered: int = 0

    @property
    def service_level(self) -> float | None:
        """answered in time / answered; None before the first. Who gave up waited for every pool, and is nobody's."""
        return self.answered_within / self.answered if self.answered else None

    @property
    def speed_of_answer_s(self) -> float | None:
        """Seconds waited by the answered / answered; None before the first."""
        return self.waited_s / self.answered if self.answered else None


@dataclass(slots=True)
class Counts:
    """What became of those who came to a queue; grows until the next day."""

    arrived: int = 0
    answered: int = 0
    answered_within: int = 0
    """In the queue's `level_within_s`."""
    waited_s: float = 0.0
    """Sum over the answered."""
    abandoned: int = 0
    abandoned_short: int = 0
    """Of these, sooner than SHORT_S."""
    no_agents: int = 0
    busy: int = 0
    timed_out: int = 0
    """Waited as long as one may, or until nobody was left who could be asked."""
    not_answered: int = 0
    """Offers that rang at an agent in vain, were declined, or were left behind; each is one more for a contact that is offered again."""
    by_pool: dict[str, Share] = field(default_factory=dict[str, Share])
    """Of the answered and the not answered, whose people they were offered to."""

    def share(self, pool: str) -> Share:
        """One pool's, to be counted on."""
        found = self.by_pool.get(pool)
        if found is None:
            found = self.by_pool[pool] = Share()
        return found

    def copy(self) -> Counts:
        """As they are now; these go on growing."""
        return replace(self, by_pool={pool: replace(one) for pool, one in self.by_pool.items()})


@dataclass(frozen=True, slots=True)
class QueueMeasure:
    """A queue's figures of the day."""

    name: str
    waiting: int
    estimate_s: float
    counts: Counts

    @property
    def _counted(self) -> int:
        c = self.counts
        return c.answered + c.abandoned - c.abandoned_short + c.timed_out

    @property
    def turned_away(self) -> int:
        """Left at once: nobody was signed in, or as many waited as may."""
        return self.counts.no_agents + self.counts.busy

    @property
    def service_level(self) -> float:
        """answered in time / (answered + abandoned - abandoned at once + timed out); 1 if nobody came."""
        return self.counts.answered_within / self._counted if self._counted else 1.0

    @property
    def abandonment(self) -> float:
        """(abandoned - abandoned at once) / (answered + abandoned - abandoned at once + timed out)."""
        left = self.counts.abandoned - self.counts.abandoned_short
        return left / self._counted if self._counted else 0.0

    @property
    def speed_of_answer_s(self) -> float:
        """Seconds waited by the answered / answered."""
        return self.counts.waited_s / self.counts.answered if self.counts.answered else 0.0


@dataclass(frozen=True, slots=True)
class AgentMeasure:
    """An agent's day."""

    name: str
    presence: Presence
    reason: str
    """Why not ready; empty when ready."""
    contacts: tuple[tuple[str, Slot], ...]
    busy_s: float
    """With at least one contact, talking or writing up."""
    ready_s: float
    """Ready and without any."""
    not_ready_s: float
    answered: int
    not_answered: int
    """Offers that rang in vain, were declined, or were left behind."""

    @property
    def occupancy(self) -> float:
        """busy / (busy + ready without a contact); pauses count on neither side."""
        staffed_s = self.busy_s + self.ready_s
        return self.busy_s / staffed_s if staffed_s else 0.0
