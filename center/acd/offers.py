"""Offers and talks: a contact is offered to an agent, who answers, finishes and writes it up; each slot holds one at most."""

from __future__ import annotations

from center.acd.agent import CHANNELS, SLOT, SlotMove
from center.acd.backlog import part
from center.acd.decisions import Offer
from center.acd.known import Known
from center.acd.occupancy import account
from center.acd.state import Person, Seat, Ticket


class Offers(Known):
    """Contacts that are with somebody."""

    def _offer(self, ticket: Ticket, seat: Seat) -> None:
        """Hold a slot for a contact that is in no line any more, and ring."""
        person, queue = seat.person, ticket.backlog.queue
        ticket.slot = SLOT[ticket.slot, "offer"]
        ticket.stamp += 1
        ticket.seat = seat
        ticket.sticky_until = ticket.alone_until = 0.0
        seat.taken += 1
        seat.stamp += 1
        person.tickets[ticket.name] = ticket
        answer_by = self.now + queue.answer_s
        self.timers.push(answer_by, self.floor.order(), ticket)
        self._decisions.append(
            Offer(ticket.name, person.agent.name, queue.name, answer_by, ticket.call_back)
        )
        if seat.taken < seat.slots:
            self.floor.make_free(seat)

    def _serve(self, seat: Seat) -> None:
        """Fill a seat that has room, or let its agent stand among the free."""
        while seat.free():
            ticket = self.floor.next_contact(seat, self.now)
            if ticket is None:
                seat.stamp += 1
                self.floor.make_free(seat)
                return
            part(ticket)
            self._offer(ticket, seat)

    def _held(self, contact: str, agent: str) -> Ticket | None:
        """A contact that is with this very agent."""
        ticket = self.tickets.get(contact)
        if ticket is None or ticket.seat is None or ticket.seat.person.agent.name != agent:
            return None
        return ticket

    def _accept(self, contact: str, agent: str) -> None:
        ticket = self._held(contact, agent)
        if ticket is None or (ticket.slot, "accept") not in SLOT:
            return
        assert ticket.seat is not None
        ticket.slot = SLOT[ticket.slot, "accept"]
        ticket.stamp += 1
        ticket.answered_at = self.now
        person, backlog = ticket.seat.person, ticket.backlog
        account(person, self.now)
        person.working += 1
        person.answered += 1
        if ticket.buyer:
            self.remember(ticket.buyer, agent)
        waited_s = self.now - ticket.joined_at
        counts = backlog.counts
        counts.answered += 1
        in_time = waited_s <= backlog.queue.level_within_s
        counts.answered_within += in_time
        counts.waited_s += waited_s
        share = counts.share(person.agent.pool)
        share.answered += 1
        share.answered_within += in_time
        share.waited_s += waited_s
        backlog.answered_at = self.now
        backlog.last_wait_s = self.now - ticket.since

    def _join_call(self, contact: str, person: Person) -> None:
        ticket = self.tickets.get(contact)
        seat = person.seats[CHANNELS.index("voice")]
        if ticket is None or ticket.slot != "busy" or seat in ticket.beside:
            return
        if seat is not ticket.seat and seat.taken < seat.slots:
            seat.taken += 1
            seat.stamp += 1
            ticket.beside += (seat,)

    def _part_call(self, contact: str, agent: str) -> None:
        ticket = self.tickets.get(contact)
        for seat in ticket.beside if ticket is not None else ():
            if ticket is not None and seat.person.agent.name == agent:
                ticket.beside = tuple(other for other in ticket.beside if other is not seat)
                self._free_besides(seat)

    def _free_besides(self, seat: Seat) -> None:
        seat.taken -= 1
        seat.stamp += 1
        seat.idle_since = self.now
        self._serve(seat)

    def _finish(self, contact: str, agent: str) -> None:
        ticket = self._held(contact, agent)
        if ticket is not None and (ticket.slot, "finish") in SLOT:
            self._wrap_up(ticket)

    def _wrap_up(self, ticket: Ticket) -> None:
        beside, ticket.beside = ticket.beside, ()
        ticket.slot = SLOT[ticket.slot, "finish"]
        wrap_up_s = ticket.backlog.queue.wrap_up_s
        if wrap_up_s == 0:
            self._end_wrap_up(ticket)
        else:
            ticket.stamp += 1
            self.timers.push(self.now + wrap_up_s, self.floor.order(), ticket)
        for seat in beside:
            self._free_besides(seat)

    def _end_wrap_up(self, ticket: Ticket) -> None:
        if (ticket.slot, "wrapped up") not in SLOT:
            return
        seat = self._release(ticket, "wrapped up")
        person = seat.person
        account(person, self.now)
        person.working -= 1
        seat.idle_since = self.now
        self._forget(ticket)
        self._serve(seat)

    def _release(self, ticket: Ticket, move: SlotMove) -> Seat:
        """Free the slot that a contact holds."""
        seat = ticket.seat
        assert seat is not None
        ticket.slot = SLOT[ticket.slot, move]
        ticket.seat = None
        ticket.stamp += 1
        seat.taken -= 1
        seat.stamp += 1
        del seat.person.tickets[ticket.name]
        return seat

    def _forget(self, ticket: Ticket) -> None:
        ticket.stamp += 1
        del self.tickets[ticket.name]
