"""The router: what happens comes in, what to do goes out, and nothing else decides who talks to whom.

    router.handle(event) -> decisions
    router.timer() -> when to hand in Passed(at), or None

It keeps two promises by construction. A contact is with one agent at most: its ticket has one slot, and only a ticket
whose slot is free is offered. A slot holds one contact at most: a seat counts what it has taken, and only a seat that
has room is asked. A free agent and a waiting contact who fit do not stand beside each other, except for one who waits
for somebody else for a while (sticky).

Events that come late are no errors but races: an agent accepts just as the buyer hangs up. They change nothing. What
names a queue or an agent that was never entered is ours, and raises.
"""

from __future__ import annotations

from center.acd.agent import (
    CHANNELS,
    PRESENCE,
    REASON_DECLINED,
    REASON_LENGTH_MAX,
    REASON_NO_ANSWER,
    REASON_SIGNED_IN,
    SLOT,
    PresenceMove,
    SlotMove,
)
from center.acd.backlog import Backlog
from center.acd.decisions import Decision, Leave, Offer, ProposeCallBack, Say, Withdraw
from center.acd.events import (
    AgentPaused,
    AgentReady,
    AgentSet,
    AgentSignedIn,
    AgentSignedOut,
    CallBackTaken,
    CallJoined,
    CallParted,
    ContactArrived,
    ContactFinished,
    ContactLeft,
    ContractEnded,
    ContractSet,
    Happening,
    OfferAccepted,
    OfferDeclined,
    Passed,
    QueueSet,
    WrapUpEnded,
)
from center.acd.floor import Floor
from center.acd.lines import Line
from center.acd.measures import SHORT_S, AgentMeasure, QueueMeasure
from center.acd.queue import WAIT_S_MAX, Exit
from center.acd.recipe import OfferCallBack, Overflow, Play, Raise, Step, Widen
from center.acd.rings import Rings
from center.acd.seats import Person, Seat, Ticket
from center.acd.snapshot import put_back
from center.acd.standing import AgentStood, ContactStood, QueueStood, Standing, Stood

DUE_MAX = 10_000
"""What one Passed does at most; `timer()` asks for the next at once."""


class UnknownNameError(LookupError):
    """A queue or an agent that was never entered."""


class Router:
    """Who waits, who is at work, and who is offered whom."""

    def __init__(self, floor: Floor | None = None) -> None:
        self.now = 0.0
        self.floor = floor or Floor()
        self.backlogs: dict[str, Backlog] = {}
        self._of_seller: dict[str, list[Backlog]] = {}
        self.rings = Rings(self.floor.directory, self.backlogs)
        self.people: dict[str, Person] = {}
        self.tickets: dict[str, Ticket] = {}
        self.timers: Line[Ticket] = Line()
        self._decisions: list[Decision] = []

    def handle(self, event: Happening | Standing) -> list[Decision]:
        """Take in what happened, or how things stood when a journal began. Time never runs back: an event dated earlier than the last happens now."""
        if event.at > self.now:
            self.now = event.at
        self._decisions = []
        match event:
            case ContactArrived():
                self._arrive(event)
            case OfferAccepted(contact=contact, agent=agent):
                self._accept(contact, agent)
            case ContactFinished(contact=contact, agent=agent):
                self._finish(contact, agent)
            case WrapUpEnded(contact=contact, agent=agent):
                if (ticket := self._held(contact, agent)) is not None:
                    self._end_wrap_up(ticket)
            case ContactLeft(contact=contact):
                self._leave(contact)
            case Passed():
                self._pass_time()
            case AgentReady(agent=agent):
                self._be_ready(self._person(agent))
            case AgentPaused(agent=agent, reason=reason):
                self._stop(self._person(agent), "pause", reason)
            case CallBackTaken():
                self._take_call_back(event)
            case OfferDeclined(contact=contact, agent=agent):
                self._fail(contact, agent, REASON_DECLINED)
            case CallJoined(contact=contact, agent=agent):
                self._join_call(contact, self._person(agent))
            case CallParted(contact=contact, agent=agent):
                self._part_call(contact, agent)
            case AgentSignedIn(agent=agent):
                self._sign_in(self._person(agent))
            case AgentSignedOut(agent=agent):
                self._stop(self._person(agent), "sign out", "")
            case QueueSet():
                self._set_queue(event)
            case AgentSet():
                self._set_agent(event)
            case ContractSet(pool=pool, seller=seller):
                self.floor.directory.contract(pool, seller)
                self._place_again(seller)
            case ContractEnded(pool=pool, seller=seller):
                self.floor.directory.end_contract(pool, seller)
                self._place_again(seller)
            case AgentStood() | QueueStood() | ContactStood() | Stood():
                put_back(self, event)
        return self._decisions

    def timer(self) -> float | None:
        """When the next thing is due, in Unix seconds; it may lie in the past."""
        head = self.timers.head()
        return None if head is None else head[0]

    def estimate_s(self, queue: str) -> float:
        """How long one who joins the queue now will wait, about."""
        return self._backlog(queue).estimate_s(self.now)

    def queue_measure(self, queue: str) -> QueueMeasure:
        """A queue's figures; its counts go on growing."""
        backlog = self._backlog(queue)
        return QueueMeasure(queue, backlog.waiting, backlog.estimate_s(self.now), backlog.counts)

    def agent_measure(self, agent: str) -> AgentMeasure:
        """An agent's figures up to the last event."""
        person = self._person(agent)
        spent_s = self.now - person.measured_at
        ready = person.presence == "ready"
        return AgentMeasure(
            agent,
            person.presence,
            "" if ready else person.reason,
            tuple((name, ticket.slot) for name, ticket in person.tickets.items()),
            person.busy_s + (spent_s if person.working else 0),
            person.ready_s + (spent_s if ready and not person.working else 0),
            person.not_ready_s
            + (spent_s if person.presence == "not ready" and not person.working else 0),
        )

    def picture(self) -> dict[str, object]:
        """Everything that decides what comes next, as plain values: equal for routers that will act alike."""
        return {
            "now": self.now,
            "contacts": {
                name: (
                    *(t.slot, t.seat and t.seat.person.agent.name, t.order, t.since, t.step),
                    *(seat.person.agent.name for seat in t.beside),
                )
                for name, t in self.tickets.items()
            },
            "agents": {
                name: (
                    *(p.presence, p.reason, p.quiet_key, list(p.tickets)),
                    *((seat.taken, seat.idle_since) for seat in p.seats),
                )
                for name, p in self.people.items()
            },
            "queues": {
                name: (b.waiting, b.estimate_s(self.now), b.counts)
                for name, b in self.backlogs.items()
            },
            "timers": [(at, ticket.name) for at, _, ticket, _ in self.timers.standing()],
        }

    # Contacts

    def _arrive(self, event: ContactArrived) -> None:
        if event.contact in self.tickets:
            return  # told twice
        backlog = self._backlog(event.queue)
        channel = CHANNELS.index(event.channel)
        ticket = Ticket(event.contact, backlog, channel, self.floor.order())
        ticket.joined_at = self.now
        ticket.since = self.now if event.since is None else min(event.since, self.now)
        ticket.points = event.points
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
        ticket.backlog.join(ticket)
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
        if self.now < ticket.sticky_until < due:
            due = ticket.sticky_until
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
                ticket.backlog.part(ticket)
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

    def _forget(self, ticket: Ticket) -> None:
        ticket.stamp += 1
        del self.tickets[ticket.name]

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
            ticket.backlog.rejoin(ticket)
        ticket.name = event.to or ticket.name
        ticket.channel = channel
        ticket.sticky_until = 0.0
        self._seek_again(ticket)
        if seat is not None:
            self._serve(seat)

    # Time

    def _pass_time(self) -> None:
        for _ in range(DUE_MAX):
            ticket = self.timers.take(self.now)
            if ticket is None:
                return
            match ticket.slot:
                case "free":
                    self._follow_recipe(ticket)
                case "offered":
                    assert ticket.seat is not None
                    self._fail(ticket.name, ticket.seat.person.agent.name, REASON_NO_ANSWER)
                case "wrap-up":
                    self._end_wrap_up(ticket)
                case "busy":
                    raise AssertionError("a talk has no end of its own")

    def _follow_recipe(self, ticket: Ticket) -> None:
        if self.now >= self._gives_up_at(ticket):
            ticket.backlog.counts.timed_out += 1
            ticket.backlog.part(ticket)
            self._decisions.append(Leave(ticket.name, Exit.TIME_OUT))
            self._forget(ticket)
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
        return max(0.0, ticket.backlog.estimate_s(self.now) - (self.now - ticket.since))

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
            ticket.backlog.part(ticket)
            self._offer(ticket, seat)

    # Offers and talks

    def _offer(self, ticket: Ticket, seat: Seat) -> None:
        """Hold a slot for a contact that is in no line any more, and ring."""
        person, queue = seat.person, ticket.backlog.queue
        ticket.slot = SLOT[ticket.slot, "offer"]
        ticket.stamp += 1
        ticket.seat = seat
        ticket.sticky_until = 0.0
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
            ticket.backlog.part(ticket)
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
        person.account(self.now)
        person.working += 1
        waited_s = self.now - ticket.joined_at
        counts = backlog.counts
        counts.answered += 1
        counts.answered_within += waited_s <= backlog.queue.level_within_s
        counts.waited_s += waited_s
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
        person.account(self.now)
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

    def _fail(self, contact: str, agent: str, reason: str) -> None:
        """An agent does not take what was offered: a pause for the agent, the old place for the contact."""
        ticket = self._held(contact, agent)
        if ticket is not None and ticket.slot == "offered":
            assert ticket.seat is not None
            self._stop(ticket.seat.person, "pause", reason)

    # Agents

    def _sign_in(self, person: Person) -> None:
        if (person.presence, "sign in") not in PRESENCE:
            return
        person.account(self.now)
        person.presence = PRESENCE[person.presence, "sign in"]
        person.reason = REASON_SIGNED_IN
        self.staff(person, 1)

    def _be_ready(self, person: Person) -> None:
        if (person.presence, "be ready") not in PRESENCE:
            return
        person.account(self.now)
        person.presence = PRESENCE[person.presence, "be ready"]
        for seat in person.seats:
            seat.idle_since = self.now
            self._serve(seat)

    def _stop(self, person: Person, move: PresenceMove, reason: str) -> None:
        """Take no more contacts; what rings goes back to its place."""
        if (person.presence, move) not in PRESENCE:
            return
        person.account(self.now)
        person.presence = PRESENCE[person.presence, move]
        person.reason = reason[:REASON_LENGTH_MAX]
        for seat in person.seats:
            seat.stamp += 1
        if person.presence == "signed out":
            self.staff(person, -1)
        ringing = [ticket for ticket in person.tickets.values() if ticket.slot == "offered"]
        for ticket in ringing:
            self._release(ticket, "withdraw")
            ticket.backlog.counts.not_answered += 1
            self._decisions.append(Withdraw(ticket.name, person.agent.name, person.reason))
            ticket.backlog.rejoin(ticket)
            self._seek_again(ticket)

    def staff(self, person: Person, change: int) -> None:
        """Count one more or one fewer who is signed in, for each channel they have."""
        for seat in person.seats:
            if seat.slots:
                person.profile.staff(seat.channel, change)

    # Queues, agents and contracts as they are set

    def _set_queue(self, event: QueueSet) -> None:
        backlog = self.backlogs.get(event.queue.name)
        if backlog is None:
            backlog = self.backlogs[event.queue.name] = Backlog(event.queue)
            self._of_seller.setdefault(event.queue.seller, []).append(backlog)
            for channel in range(len(CHANNELS)):
                self.rings.first(backlog, channel)
        else:
            assert backlog.queue.seller == event.queue.seller, "a queue stays with its seller"
            backlog.queue = event.queue
            self._place_all(backlog)

    def _set_agent(self, event: AgentSet) -> None:
        agent = event.agent
        for seller in self.floor.directory.people(agent.pool):
            self._place_again(seller)
        profile = self.floor.directory.profile(agent.pool, agent.skills)
        person = self.people.get(agent.name)
        if person is None:
            self.people[agent.name] = Person(agent, profile)
            return
        signed_in = person.presence != "signed out"
        if signed_in:
            self.staff(person, -1)
        person.agent, person.profile = agent, profile
        person.seats[0].slots = agent.voice_slots
        person.seats[1].slots = agent.sms_slots
        if signed_in:
            self.staff(person, 1)
        for seat in person.seats:
            seat.stamp += 1
            self._serve(seat)

    def _place_again(self, seller: str) -> None:
        for backlog in self._of_seller.get(seller, ()):
            self._place_all(backlog)

    def _place_all(self, backlog: Backlog) -> None:
        self.rings.forget(backlog)
        for ticket in backlog.tickets():
            # One who waits for an agent that may serve no longer waits with the others.
            needs = self.rings.after(backlog, ticket.channel, ticket.step)
            if ticket.prefers and not self.people[ticket.prefers].profile.fits(needs[0]):
                ticket.sticky_until = 0.0
            self._seek_again(ticket)

    def _backlog(self, name: str) -> Backlog:
        try:
            return self.backlogs[name]
        except KeyError:
            raise UnknownNameError(f"queue {name}") from None

    def _person(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise UnknownNameError(f"agent {name}") from None
