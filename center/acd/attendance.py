"""Attendance: agents sign in, are ready, stop, and do not take what they are offered."""

from __future__ import annotations

from center.acd.agent import PRESENCE, REASON_LENGTH_MAX, REASON_SIGNED_IN, PresenceMove
from center.acd.backlog import rejoin
from center.acd.decisions import Withdraw
from center.acd.measures import Counts
from center.acd.occupancy import account, take_off
from center.acd.state import Person, Seat, Ticket
from center.acd.waiting import Waiting


class Attendance(Waiting):
    """Who is there to be asked."""

    def _sign_in(self, person: Person) -> None:
        if (person.presence, "sign in") not in PRESENCE:
            return
        account(person, self.now)
        person.presence = PRESENCE[person.presence, "sign in"]
        person.reason = REASON_SIGNED_IN
        self.staff(person, 1)

    def _be_ready(self, person: Person) -> None:
        if (person.presence, "be ready") not in PRESENCE:
            return
        account(person, self.now)
        person.presence = PRESENCE[person.presence, "be ready"]
        for seat in person.seats:
            seat.idle_since = self.now
            self._serve(seat)

    def _stop(self, person: Person, move: PresenceMove, reason: str) -> None:
        """Take no more contacts; what rings goes back to its place."""
        if (person.presence, move) not in PRESENCE:
            return
        account(person, self.now)
        person.presence = PRESENCE[person.presence, move]
        person.reason = reason[:REASON_LENGTH_MAX]
        for seat in person.seats:
            seat.stamp += 1
        is_missed = person.presence == "signed out" and self.staff(person, -1)
        ringing = [ticket for ticket in person.tickets.values() if ticket.slot == "offered"]
        for ticket in ringing:
            person.not_answered += 1
            ticket.backlog.counts.not_answered += 1
            ticket.backlog.counts.share(person.agent.pool).not_answered += 1
            self._take_back(ticket, person.reason)
        if is_missed:
            self._note_alone(self.floor.directory.sellers(person.agent.pool))

    def _begin_day(self) -> None:
        """Count figures anew. How busy somebody was of late, and waits that are told, go by hours and not by days."""
        self.day_began_at = self.now
        for backlog in self.backlogs.values():
            backlog.counts = Counts()
        for person in self.people.values():
            take_off(person, self.now)
            person.answered = person.not_answered = 0

    def _take_back(self, ticket: Ticket, reason: str) -> Seat:
        """Let what rings at an agent stand in its old place, or ring at another; the seat that it leaves."""
        seat = self._release(ticket, "withdraw")
        self._decisions.append(Withdraw(ticket.name, seat.person.agent.name, reason))
        rejoin(ticket)
        self._note_if_alone(ticket)
        self._seek_again(ticket)
        return seat

    def staff(self, person: Person, change: int) -> bool:
        """Count one more or one fewer who is signed in, for each channel they have; whether they were the last for some need."""
        channels = [seat.channel for seat in person.seats if seat.slots]
        missed = [person.profile.staff(channel, change) for channel in channels]
        return any(missed)

    def _fail(self, contact: str, agent: str, reason: str) -> None:
        """An agent does not take what was offered: a pause for the agent, the old place for the contact."""
        ticket = self._held(contact, agent)
        if ticket is not None and ticket.slot == "offered":
            assert ticket.seat is not None
            self._stop(ticket.seat.person, "pause", reason)
