"""A queue's backlog: joining it, leaving it, who stands in it, and how long one who joins now will wait."""

from __future__ import annotations

from collections import deque

from center.acd.state import ESTIMATE_MEMORY_S, Backlog, Ticket

STALE_MAX = 64


def join(ticket: Ticket) -> None:
    """Count one more who waits."""
    _count(ticket)
    joined = ticket.backlog.joined
    if joined and ticket.since < joined[-1].since:
        _take_place(joined, ticket)
    else:
        joined.append(ticket)


def rejoin(ticket: Ticket) -> None:
    """The same for one who was offered and comes back, mostly to the head."""
    _count(ticket)
    _take_place(ticket.backlog.joined, ticket)


def _take_place(joined: deque[Ticket], ticket: Ticket) -> None:
    """Stand before all who have waited for less."""
    place = 0
    for other in joined:
        if other.since > ticket.since:
            break
        place += 1
    joined.insert(place, ticket)


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
    first_s = longest_s(backlog, now)
    fresh = now - backlog.answered_at < ESTIMATE_MEMORY_S
    return max(first_s, backlog.last_wait_s) if fresh else first_s


def longest_s(backlog: Backlog, now: float) -> float:
    """How long the first in line has waited; 0 where nobody waits."""
    joined = backlog.joined
    while joined and not joined[0].waiting:
        joined.popleft()
    return max(0.0, now - joined[0].since) if joined else 0.0


def is_in_use(backlog: Backlog) -> bool:
    """Whether somebody waits, or something became of somebody today, who may have come before midnight."""
    counts = backlog.counts
    became = counts.arrived or counts.answered or counts.abandoned or counts.timed_out
    return bool(backlog.waiting or became or counts.not_answered)
