"""A small floor to tell stories on: one seller, one queue, agents by name, and time that a story moves."""

from center.acd.agent import Agent, Skill
from center.acd.decisions import Offer
from center.acd.events import (
    AgentReady,
    AgentSet,
    AgentSignedIn,
    ContactArrived,
    ContactFinished,
    OfferAccepted,
    Passed,
    QueueSet,
    WrapUpEnded,
)
from center.acd.queue import Queue
from center.acd.router import Router


class Floor:
    """A router whose events are kept, so that a story can be told again."""

    def __init__(self, *queues, at=1_000.0):
        self.router = Router()
        self.events = []
        self.now = at
        for queue in queues or (Queue("sales", "noodles"),):
            self.do(QueueSet(at, queue))

    def do(self, event):
        self.events.append(event)
        return self.router.handle(event)

    def agent(self, name, *skills, pool="noodles", sms_slots=2, ready=True):
        """Enter an agent and let them sit down."""
        skills = tuple(Skill(*skill) for skill in skills)
        self.do(AgentSet(self.now, Agent(name, pool, skills, sms_slots=sms_slots)))
        self.do(AgentSignedIn(self.now, name))
        return self.ready(name) if ready else []

    def ready(self, name):
        return self.do(AgentReady(self.now, name))

    def arrive(self, contact, queue="sales", channel="voice", **given):
        return self.do(ContactArrived(self.now, contact, queue, channel, **given))

    def accept(self, contact, agent):
        return self.do(OfferAccepted(self.now, contact, agent))

    def finish(self, contact, agent):
        return self.do(ContactFinished(self.now, contact, agent))

    def wrapped_up(self, contact, agent):
        return self.do(WrapUpEnded(self.now, contact, agent))

    def serve(self, contact, agent):
        """Answer, talk no time and write nothing up."""
        return [
            *self.accept(contact, agent),
            *self.finish(contact, agent),
            *self.wrapped_up(contact, agent),
        ]

    def passes(self, seconds):
        """Let time pass, calling the router whenever it asked to be called."""
        until = self.now + seconds
        decisions = []
        while (due := self.router.timer()) is not None and due <= until:
            self.now = max(self.now, due)
            decisions += self.do(Passed(self.now))
        self.now = until
        return decisions + self.do(Passed(self.now))


def offers(decisions):
    """Who is offered to whom."""
    return [(d.contact, d.agent) for d in decisions if isinstance(d, Offer)]
