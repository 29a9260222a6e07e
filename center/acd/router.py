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

from center.acd.agent import REASON_DECLINED, REASON_NO_ANSWER
from center.acd.backlog import estimate_s
from center.acd.decisions import Clear, Decision
from center.acd.entering import Entering
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
    DayBegan,
    Happening,
    OfferAccepted,
    OfferDeclined,
    Passed,
    QueueSet,
    WrapUpEnded,
)
from center.acd.measures import AgentMeasure, QueueMeasure
from center.acd.occupancy import quiet_key
from center.acd.snapshot import put_back
from center.acd.standing import (
    AgentStood,
    ContactStood,
    QueueStood,
    ServedStood,
    Standing,
    Stood,
)

DUE_MAX = 10_000
"""What one Passed does at most; `timer()` asks for the next at once."""


class Router(Entering):
    """Who waits, who is at work, and who is offered whom."""

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
            case DayBegan():
                self._begin_day()
            case AgentSignedOut(agent=agent):
                self._stop(self._person(agent), "sign out", "")
            case QueueSet(queue=queue):
                self.set_queue(queue)
            case AgentSet(agent=entered):
                self.set_agent(entered)
            case ContractSet(pool=pool, seller=seller):
                self.floor.directory.contract(pool, seller)
                self.place_again(seller)
            case ContractEnded(pool=pool, seller=seller):
                self.end_contract(pool, seller)
            case AgentStood() | QueueStood() | ContactStood() | ServedStood() | Stood():
                put_back(self, event)
        return self._decisions

    def timer(self) -> float | None:
        """When the next thing is due, in Unix seconds; it may lie in the past."""
        head = self.timers.head()
        return None if head is None else head[0]

    def estimate_s(self, queue: str) -> float:
        """How long one who joins the queue now will wait, about."""
        return estimate_s(self._backlog(queue), self.now)

    def queue_measure(self, queue: str) -> QueueMeasure:
        """A queue's figures; its counts go on growing."""
        backlog = self._backlog(queue)
        return QueueMeasure(queue, backlog.waiting, estimate_s(backlog, self.now), backlog.counts)

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
            person.answered,
            person.not_answered,
        )

    def picture(self) -> dict[str, object]:
        """Everything that decides what comes next, as plain values: equal for routers that will act alike."""
        return {
            "now": self.now,
            "day": self.day_began_at,
            "contacts": {
                name: (
                    *(t.slot, t.seat and t.seat.person.agent.name),
                    *(t.order, t.since, t.step, t.alone_until),
                    *(seat.person.agent.name for seat in t.beside),
                )
                for name, t in self.tickets.items()
            },
            "agents": {
                name: (
                    *(p.presence, p.reason, quiet_key(p), list(p.tickets)),
                    *(p.answered, p.not_answered),
                    *((seat.taken, seat.idle_since) for seat in p.seats),
                )
                for name, p in self.people.items()
            },
            "queues": {
                name: (b.waiting, estimate_s(b, self.now), b.counts)
                for name, b in self.backlogs.items()
            },
            "served": list(self.served.items()),
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
                    assert ticket.seat is not None
                    agent = ticket.seat.person.agent.name
                    self._decisions.append(Clear(ticket.name, agent))
                    self._end_wrap_up(ticket)
                case "busy":
                    raise AssertionError("a talk has no end of its own")
