"""Waiting: a contact joins a queue, stands in line while its recipe is followed, and leaves answered, given up or turned away."""

from __future__ import annotations

from collections.abc import Iterable

from center.acd.agent import CHANNELS
from center.acd.backlog import estimate_s, join, part, rejoin, tickets
from center.acd.decisions import Leave, ProposeCallBack, Say, Withdraw
from center.acd.events import CallBackTaken, ContactArrived
from center.acd.measures import SHORT_S
from center.acd.offers import Offers
from center.acd.queue import NOBODY_S, WAIT_S_MAX, Exit
from center.acd.recipe import OfferCallBack, Overflow, Play, Raise, Step, Widen
from center.acd.state import Seat, Ticket


class Waiting(Offers):
    """Contacts that are with nobody."""

    def _arrive(self, event: ContactArrived) -> None:
        if event.contact in self.tickets:
            return  # told twice
        backlog = self._backlog(event.queue)
        channel = CHANNELS.index(event.channel)
        ticket = Ticket(event.contact, backlog, channel, self.floor.order())
        ticket.joined_at = self.now
        ticket.since = self.now if event.since is None else min(event.since, self.now)
        ticket.points, ticket.buyer = event.points, event.buyer
        ticket.needs = self.rings.first(backlog, channel)
        backlog.counts.arrived += 1
        seat = self._preferred(ticket, event.prefers) if event.prefers else None
        if seat is None:
            seat = self.floor.free_agent(ticket.needs)
        elif not seat.free():
            ticket.prefers = event.prefers
            ticket.sticky_until = self.now + backlog.queue.sticky_s
            seat = None
        if seat is not None:
            self.tickets[ticket.name] = ticket
            self._offer(ticket, seat)
        elif not self.rings.staffed(backlog, channel):
            backlog.counts.no_agents += 1
            self._decisions.append(Leave(ticket.name, Exit.NO_AGENTS))
        elif backlog.waiting >= backlog.queue.waiting_max:
            backlog.counts.busy += 1
            self._decisions.append(Leave(ticket.name, Exit.BUSY))
        else:
            self.tickets[ticket.name] = ticket
            self._wait(ticket)

    def _preferred(self, ticket: Ticket, agent: str) -> Seat | None:
        """The seat of the agent asked for, if they may serve this contact and will before long."""
        person = self.people.get(agent)
        if person is None or person.presence != "ready":
            return None
        seat = person.seats[ticket.channel]
        fits = seat.slots > 0 and person.profile.fits(ticket.needs[0])
        return seat if fits and (seat.free() or ticket.backlog.queue.sticky_s > 0) else None

    def _wait(self, ticket: Ticket) -> None:
        """Stand in line with the place of `since`, and be called when something is due."""
        ticket.stamp += 1
        join(ticket)
        self._stand(ticket)

    def _stand(self, ticket: Ticket) -> None:
        if ticket.sticky_until > self.now:
            seat = self.people[ticket.prefers].seats[ticket.channel]
            self.floor.await_agent(ticket, seat)
        else:
            self.floor.enter(ticket)
        self._call_when_due(ticket)

    def _call_when_due(self, ticket: Ticket) -> None:
        due = self._gives_up_at(ticket)
        steps = ticket.backlog.queue.recipe
        if ticket.step < len(steps):
            due = min(due, ticket.joined_at + steps[ticket.step].after_s)
        for until in (ticket.sticky_until, ticket.alone_until):
            if self.now < until < due:
                due = until
        self.timers.push(due, self.floor.order(), ticket)

    def _gives_up_at(self, ticket: Ticket) -> float:
        limit_s = WAIT_S_MAX if ticket.call_back else ticket.backlog.queue.wait_s_max
        return ticket.joined_at + limit_s

    def _leave(self, contact: str) -> None:
        ticket = self.tickets.get(contact)
        if ticket is None:
            return
        match ticket.slot:
            case "free":
                self._abandon(ticket)
                part(ticket)
                self._forget(ticket)
            case "offered":
                seat = self._release(ticket, "withdraw")
                self._abandon(ticket)
                self._decisions.append(Withdraw(contact, seat.person.agent.name, ""))
                self._forget(ticket)
                self._serve(seat)
            case "busy":
                self._wrap_up(ticket)
            case "wrap-up":
                pass  # it has ended already

    def _abandon(self, ticket: Ticket) -> None:
        counts = ticket.backlog.counts
        counts.abandoned += 1
        counts.abandoned_short += self.now - ticket.joined_at < SHORT_S

    def _take_call_back(self, event: CallBackTaken) -> None:
        """One who waits, or for whom it just rings, is on the line no more. Who is being served stays as they are."""
        ticket = self.tickets.get(event.contact)
        if ticket is None or ticket.slot not in ("free", "offered"):
            return
        assert event.to not in self.tickets, "a name is used once"
        ticket.call_back = event.channel
        if event.to:
            self.tickets[event.to] = self.tickets.pop(ticket.name)
        channel = CHANNELS.index(event.channel)
        if ticket.slot == "offered" and channel == ticket.channel and not event.to:
            return  # whoever answers calls back
        seat = None
        if ticket.slot == "offered":
            seat = self._release(ticket, "withdraw")
            self._decisions.append(Withdraw(event.contact, seat.person.agent.name, ""))
            rejoin(ticket)
        ticket.name = event.to or ticket.name
        ticket.channel = channel
        ticket.sticky_until = 0.0
        self._seek_again(ticket)
        if seat is not None:
            self._serve(seat)

    def _follow_recipe(self, ticket: Ticket) -> None:
        if self.now >= self._gives_up_at(ticket):
            self._let_go(ticket, Exit.TIME_OUT)
            return
        if 0 < ticket.alone_until <= self.now:
            ticket.alone_until = 0.0
            is_staffed = self.rings.staffed(ticket.backlog, ticket.channel)
            if not is_staffed and ticket.call_back is None:
                self._let_go(ticket, Exit.NO_AGENTS)
                return
        steps = ticket.backlog.queue.recipe
        moved = 0 < ticket.sticky_until <= self.now
        if moved:
            ticket.sticky_until = 0.0
        while (
            ticket.step < len(steps) and ticket.joined_at + steps[ticket.step].after_s <= self.now
        ):
            step = steps[ticket.step]
            ticket.step += 1
            moved = self._act(ticket, step) or moved
        if moved:
            self._seek_again(ticket)
        else:
            self._call_when_due(ticket)

    def _let_go(self, ticket: Ticket, way: Exit) -> None:
        """One who has waited goes on without a person."""
        ticket.backlog.counts.timed_out += 1
        part(ticket)
        self._decisions.append(Leave(ticket.name, way))
        self._forget(ticket)

    def _note_alone(self, sellers: Iterable[str]) -> None:
        """Some of those who could be asked are gone: who waits and has nobody left is let go in NOBODY_S."""
        for backlog in [b for seller in sellers for b in self.queues_of(seller) if b.waiting]:
            staffed = [self.rings.staffed(backlog, n) for n in range(len(CHANNELS))]
            for ticket in () if all(staffed) else tickets(backlog):
                # Who is to be called back waits for no particular hour.
                if not staffed[ticket.channel] and ticket.call_back is None:
                    ticket.alone_until = self.now + NOBODY_S
                    self._seek_again(ticket)

    def _note_if_alone(self, ticket: Ticket) -> None:
        """The same of one for whom it rang while that changed."""
        if ticket.call_back is None and not self.rings.staffed(ticket.backlog, ticket.channel):
            ticket.alone_until = self.now + NOBODY_S

    def _act(self, ticket: Ticket, step: Step) -> bool:
        """Do a step; whether it changed where the contact stands."""
        match step.action:
            case Play(message=message):
                if ticket.call_back is None:
                    self._decisions.append(Say(ticket.name, message, self._still_waits_s(ticket)))
                return False
            case OfferCallBack():
                if ticket.call_back is None:
                    wait_s = self._still_waits_s(ticket)
                    self._decisions.append(ProposeCallBack(ticket.name, wait_s))
                return False
            case Raise() | Widen() | Overflow():
                return True

    def _still_waits_s(self, ticket: Ticket) -> float:
        return max(0.0, estimate_s(ticket.backlog, self.now) - (self.now - ticket.since))

    def _seek_again(self, ticket: Ticket) -> None:
        """Find an agent or a place for one who waits and asks for something else than before."""
        ticket.stamp += 1
        ticket.needs = self.rings.after(ticket.backlog, ticket.channel, ticket.step)
        seat = None
        if ticket.sticky_until <= self.now:
            seat = self.floor.free_agent(ticket.needs)
        if seat is None:
            self._stand(ticket)
        else:
            part(ticket)
            self._offer(ticket, seat)
