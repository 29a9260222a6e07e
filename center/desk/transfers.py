"""Buyers whom an agent hands on: to another queue or agent with their place, or back into the flow."""

from __future__ import annotations

from collections.abc import Callable

from center.acd.agent import CHANNELS
from center.acd.events import ContactFinished, WrapUpEnded
from center.acd.kept import KeptRouter
from center.desk.calls import Calls
from center.desk.cards import Cards, queues_in
from center.desk.colleagues import is_colleague
from center.desk.deed import SENT_TO_STEP
from center.desk.desk import RefusedError
from center.desk.talk import Talk
from center.desk.talks import Talks
from flows.inputs import Outcome


class Transfers:
    """What the floor does about them. Each raises RefusedError where it cannot be."""

    def __init__(
        self,
        kept: KeptRouter,
        talks: Talks,
        calls: Calls,
        cards: Cards,
        *,
        now: Callable[[], float],
    ) -> None:
        self._kept = kept
        self._talks = talks
        self._calls = calls
        self._cards = cards
        self._now = now

    def to_queue(self, talk: Talk, queue: str) -> None:
        """To another queue of the same seller."""
        program = self._cards.program(talk.awaited)
        queues = queues_in(program) if program is not None else ()
        if queue not in queues:
            there = ", ".join(queues)
            raise RefusedError("there is no queue {to}; there are: {there}", to=queue, there=there)
        self._hand_on(talk, self._talks.queue(talk.awaited.contact.seller, queue))

    def to_agent(self, talk: Talk, agent: str) -> None:
        """To another agent, in the queue where the buyer was.

        Only to one whom the router asks at once: else the buyer would ring at somebody else's desk, or here again.
        """
        router = self._kept.router
        if not is_colleague(router, talk, agent):
            raise RefusedError("{to} is nobody who may serve this shop's buyers", to=agent)
        person, channel = router.people[agent], CHANNELS.index(talk.channel)
        if person.presence != "ready":
            raise RefusedError("{to} takes nobody now", to=agent)
        (need,) = router.rings.first(router.backlogs[talk.queue], channel)
        if not person.profile.fits(need):
            raise RefusedError("{to} cannot do what this queue asks for", to=agent)
        # A guest's slot is taken by this very call, and free once it is let go.
        if talk.guests.get(agent) != "guest" and not person.seats[channel].free():
            raise RefusedError("{to} is busy, and can take no more now", to=agent)
        self._hand_on(talk, talk.queue, prefers=agent)

    def to_step(self, talk: Talk, step: str) -> None:
        """Back into the flow, at a step."""
        program = self._cards.program(talk.awaited)
        if program is None or step not in program.steps:
            raise RefusedError("the flow has no step {to}", to=step)
        self._talks.settle(talk, Outcome(SENT_TO_STEP, {"step": step}))
        self._let_go(talk)

    def back(self, agent: str) -> None:
        """An agent is signed out: whoever was with them goes back to the queue, with the place."""
        for name, slot in self._kept.router.agent_measure(agent).contacts:
            talk = self._talks.named.get(name)
            if talk is not None and slot == "busy":
                self._hand_on(talk, talk.queue)

    def _hand_on(self, talk: Talk, queue: str, prefers: str = "") -> None:
        self._let_go(talk)
        self._talks.move(talk, queue, prefers)

    def _let_go(self, talk: Talk) -> None:
        """The agent is done with this leg, and has nothing to write up."""
        self._calls.release(talk)
        talk.is_let_go = True
        now, agent = self._now(), talk.agent
        self._kept.post(ContactFinished(now, talk.name, agent))
        self._kept.post(WrapUpEnded(now, talk.name, agent))
