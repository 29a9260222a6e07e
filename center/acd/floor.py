"""The two questions of routing: which free agent for this contact, which waiting contact for this agent.

Everything is looked up among the classes that fit (needs.py); what is asked and answered here changes no order.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from center.acd.lines import Line, first
from center.acd.needs import Directory, priority
from center.acd.occupancy import quiet_key
from center.acd.state import Need, Seat, Ticket

CONVERSATION_POINTS = 1e12
"""More than any key: who has fewer conversations at hand comes first."""


class Floor:
    """Lines of waiting contacts and of free agents."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.count = 0
        """Of orders given away."""

    def order(self) -> int:
        """Counts up, to tell equals apart by who was first."""
        self.count += 1
        return self.count

    def free_agent(self, needs: Sequence[Need]) -> Seat | None:
        """Who is asked, of all who are free and fit, and stands there no more; an earlier ring before a later one."""
        for need in needs:
            line = first(need.idle)
            if line is not None:
                return line.pull()
        return None

    def next_contact(self, seat: Seat, now: float) -> Ticket | None:
        """Who is served, of all who wait and fit, and waits no more: first one who asked for this agent, then the highest priority."""
        if seat.awaited is not None:
            awaited = seat.awaited.head()
            if awaited is not None:
                return awaited[2]
        by_rate = seat.person.profile.lines[seat.channel]
        best: Line[Ticket] | None = None
        most = -inf
        for rate, lines in by_rate.items():
            line = first(lines)
            if line is None:
                continue
            points = priority(rate, line[0], now)
            # Of equals, who came first.
            if best is None or points > most or (points == most and line[1] < best[1]):
                best, most = line, points
        return best.pull() if best is not None else None

    def enter(self, ticket: Ticket) -> None:
        """Let a contact stand in the lines of its needs."""
        base = standing_points(ticket)
        for need in ticket.needs:
            need.line.push(need.key(ticket.since, base), ticket.order, ticket)

    def await_agent(self, ticket: Ticket, seat: Seat) -> None:
        """Let a contact wait for one agent alone."""
        if seat.awaited is None:
            seat.awaited = Line()
        key = ticket.needs[0].key(ticket.since, standing_points(ticket))
        seat.awaited.push(key, ticket.order, ticket)

    def make_free(self, seat: Seat) -> None:
        """Let an agent stand among the free."""
        quiet = 0.0
        if seat.person.profile.quiet_wanted[seat.channel]:
            quiet = seat.taken * CONVERSATION_POINTS + quiet_key(seat.person)
        self.place_free(seat, self.order(), quiet)

    def place_free(self, seat: Seat, order: int, quiet: float) -> None:
        """The same, at a place among equals, and among those who were quieter or busier."""
        person, channel = seat.person, seat.channel
        at_hand = seat.taken * CONVERSATION_POINTS
        person.profile.idle[channel].push(at_hand + seat.idle_since, order, seat)
        if person.profile.quiet_wanted[channel]:
            person.profile.quiet[channel].push(quiet, order, seat)


def standing_points(ticket: Ticket) -> float:
    """Points of a contact apart from those that waiting gives: the queue's, its own, and its recipe's so far."""
    queue = ticket.backlog.queue
    return queue.base + ticket.points + (queue.raised(ticket.step) if ticket.step else 0.0)
