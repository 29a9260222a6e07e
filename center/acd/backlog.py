"""A queue at work: how many wait, how long one who joins now will wait, and what became of those who came."""

from __future__ import annotations

from collections import deque

from center.acd.agent import CHANNELS
from center.acd.measures import Counts
from center.acd.needs import Need
from center.acd.queue import Queue
from center.acd.seats import Ticket

ESTIMATE_MEMORY_S = 900.0
"""A wait that ended longer ago tells nothing of a wait that begins now."""
STALE_MAX = 64


class Backlog:
    """One queue, its waiting tickets in the order of joining, and its counts."""

    __slots__ = ("_joined", "answered_at", "counts", "first", "last_wait_s", "queue", "waiting")

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.first: list[tuple[Need] | None] = [None for _ in CHANNELS]
        """The need of one who just joined, once it is looked up; all who join share it."""
        self.waiting = 0
        self._joined: deque[Ticket] = deque()
        self.answered_at = -ESTIMATE_MEMORY_S
        self.last_wait_s = 0.0
        self.counts = Counts()

    def join(self, ticket: Ticket) -> None:
        """Count one more who waits."""
        self._count(ticket)
        self._joined.append(ticket)

    def rejoin(self, ticket: Ticket) -> None:
        """The same for one who was offered and comes back: nobody was before them."""
        self._count(ticket)
        self._joined.appendleft(ticket)

    def _count(self, ticket: Ticket) -> None:
        if len(self._joined) > 2 * self.waiting + STALE_MAX:
            self._joined = deque(self.in_line())
        self.waiting += 1
        ticket.waiting = True

    def part(self, ticket: Ticket) -> None:
        """Count one fewer who waits."""
        self.waiting -= 1
        ticket.waiting = False

    def tickets(self) -> list[Ticket]:
        """Who waits, the earliest first."""
        return sorted(self.in_line(), key=lambda ticket: ticket.order)

    def in_line(self) -> list[Ticket]:
        """Who waits, in the order in which they are looked at for the estimate."""
        # One that came back from an agent who did not answer may stand here twice.
        return list({ticket.order: ticket for ticket in self._joined if ticket.waiting}.values())

    def estimate_s(self, now: float) -> float:
        """How long one who joins now will wait, about.

        The longer of what the last who was answered had waited and what the first in line has waited so far. Ibrahim
        and Whitt (Real-time delay estimation based on delay history, 2009) find both good when agents and load vary,
        and neither needs to know who else shares the agents.
        """
        joined = self._joined
        while joined and not joined[0].waiting:
            joined.popleft()
        first_s = now - joined[0].since if joined else 0.0
        fresh = now - self.answered_at < ESTIMATE_MEMORY_S
        return max(first_s, self.last_wait_s) if fresh else first_s
