"""A queue's backlog: joining it, leaving it, who stands in it, and how long one who joins now will wait."""

from __future__ import annotations

from collections import deque

from center.acd.state import ESTIMATE_MEMORY_S, Backlog, Ticket

STALE_MAX = 64


def join(ticket: Ticket) -> None:
    """Count one more who waits."""
    _count(ticket)
    ticket.backlog.joined.append(ticket)


def rejoin(ticket: Ticket) -> None:
    """The same for one who was offered and comes back: nobody was before them."""
    _count(ticket)
    ticket.backlog.joined.appendleft(ticket)


def _count(ticket: Ticket) -> None:
    backlog = ticket.backlog
    if len(backlog.joined) > 2 * backlog.waiting + STALE_MAX:
        backlog.joined = deque(in_line(backlog))
    backlog.waiting += 1
    ticket.waiting = True


def part(ticket: Ticket) -> None:
    """Count one fewer who waits."""
    ticket.backlog.waiting -= 1
    ticket.waiting = False


def tickets(backlog: Backlog) -> list[Ticket]:
    """Who waits, the earliest first."""
    return sorted(in_line(backlog), key=lambda ticket: ticket.order)


def in_line(backlog: Backlog) -> list[Ticket]:
    """Who waits, in the order in which they are looked at for the estimate."""
    # One that came back from an agent who did not answer may stand here twice.
    return list({ticket.order: ticket for ticket in backlog.joined if ticket.waiting}.values())


def estimate_s(backlog: Backlog, now: float) -> float:
    """How long one who joins now will wait, about.

    The longer of what the last who was answered had waited and what the first in line has waited so far. Ibrahim
    and Whitt (Real-time delay estimation based on delay history, 2009) find both good when agents and load vary,
    and neither needs to know who else shares the agents.
    """
    joined = backlog.joined
    while joined and not joined[0].waiting:
        joined.popleft()
    first_s = now - joined[0].since if joined else 0.0
    fresh = now - backlog.answered_at < ESTIMATE_MEMORY_S
    return max(first_s, backlog.last_wait_s) if fresh else first_s
