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

from center.acd.agent import CHANNELS, REASON_DECLINED, REASON_NO_ANSWER
from center.acd.attendance import Attendance
from center.acd.backlog import Backlog
from center.acd.decisions import Decision
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
from center.acd.measures import AgentMeasure, QueueMeasure
from center.acd.seats import Person
from center.acd.snapshot import put_back
from center.acd.standing import AgentStood, ContactStood, QueueStood, Standing, Stood

DUE_MAX = 10_000
"""What one Passed does at most; `timer()` asks for the next at once."""


class Router(Attendance):
    """Who waits, who is at work, and who is offered whom."""

    def __init__(self, floor: Floor | None = None) -> None:
        super().__init__(floor)
        self._of_seller: dict[str, list[Backlog]] = {}

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
                self._end_contract(pool, seller)
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

    def _end_contract(self, pool: str, seller: str) -> None:
        """Who is served is served to the end; who waits, and for whom it rings at the pool, waits for others."""
        directory = self.floor.directory
        directory.end_contract(pool, seller)
        self._place_again(seller)
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
