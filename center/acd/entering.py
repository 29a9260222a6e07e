"""Entering: queues, agents and contracts as they are set and changed, with whoever waits or rings meanwhile."""

from __future__ import annotations

from center.acd.agent import CHANNELS, Agent
from center.acd.attendance import Attendance
from center.acd.backlog import tickets
from center.acd.queue import Queue
from center.acd.state import Backlog, Person


class Entering(Attendance):
    """What operators set."""

    def set_queue(self, queue: Queue) -> None:
        """A queue is opened or changed; who waits in it stays in place."""
        backlog = self.backlogs.get(queue.name)
        if backlog is None:
            backlog = self.backlogs[queue.name] = Backlog(queue)
            self._of_seller.setdefault(queue.seller, []).append(backlog)
            for channel in range(len(CHANNELS)):
                self.rings.first(backlog, channel)
        else:
            assert backlog.queue.seller == queue.seller, "a queue stays with its seller"
            backlog.queue = queue
            self._place_all(backlog)
            self._note_alone([queue.seller])

    def set_agent(self, agent: Agent) -> None:
        """An agent is entered or changed."""
        for seller in self.floor.directory.people(agent.pool):
            self.place_again(seller)
        profile = self.floor.directory.profile(agent.pool, agent.skills)
        person = self.people.get(agent.name)
        if person is None:
            self.people[agent.name] = Person(agent, profile)
            return
        signed_in, pool = person.presence != "signed out", person.agent.pool
        is_missed = signed_in and self.staff(person, -1)
        person.agent, person.profile = agent, profile
        person.seats[0].slots = agent.voice_slots
        person.seats[1].slots = agent.sms_slots
        if signed_in:
            self.staff(person, 1)
        for seat in person.seats:
            seat.stamp += 1
        self._let_go_of(person)
        for seat in person.seats:
            self._serve(seat)
        if is_missed:
            self._note_alone(self.floor.directory.sellers(pool))

    def _let_go_of(self, person: Person) -> None:
        """Whom somebody who has changed may not serve any more: who waits for them alone, and what rings. Talks go on."""
        for seat in person.seats:
            for _, _, ticket, _ in seat.awaited.standing() if seat.awaited is not None else ():
                if not seat.slots or not person.profile.fits(ticket.needs[0]):
                    ticket.sticky_until = 0.0
                    self._seek_again(ticket)
        may_serve = self.floor.directory.may_serve
        ringing = [
            ticket
            for ticket in person.tickets.values()
            if ticket.slot == "offered"
            and not may_serve(person.agent.pool, ticket.backlog.queue.seller)
        ]
        for ticket in ringing:
            self._take_back(ticket, "")

    def end_contract(self, pool: str, seller: str) -> None:
        """Who is served is served to the end; who waits, and for whom it rings at the pool, waits for others."""
        directory = self.floor.directory
        directory.end_contract(pool, seller)
        self.place_again(seller)
        ringing = [
            ticket
            for ticket in self.tickets.values()
            if ticket.slot == "offered"
            and ticket.seat is not None
            and ticket.backlog.queue.seller == seller
            and not directory.may_serve(ticket.seat.person.agent.pool, seller)
        ]
        for ticket in sorted(ringing, key=lambda ticket: ticket.order):
            self._serve(self._take_back(ticket, ""))
        self._note_alone([seller])

    def place_again(self, seller: str) -> None:
        """A seller's buyers may be served by others than before."""
        for backlog in self.queues_of(seller):
            self._place_all(backlog)

    def _place_all(self, backlog: Backlog) -> None:
        self.rings.forget(backlog)
        for ticket in tickets(backlog):
            # One who waits for an agent that may serve no longer waits with the others.
            needs = self.rings.after(backlog, ticket.channel, ticket.step)
            if ticket.prefers and not self.people[ticket.prefers].profile.fits(needs[0]):
                ticket.sticky_until = 0.0
            self._seek_again(ticket)
