"""Buyers who were handed over: entered with the router, found by name or by session, settled and forgotten.

The session's key names the buyer in the router; each transfer makes a new leg of it, `key#2`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from center.acd.agent import Channel, Slot
from center.acd.events import ContactArrived, ContactLeft, QueueSet
from center.acd.kept import KeptRouter
from center.awaited import Awaited
from center.batch import TurnBatch
from center.changes import HandOverRequest
from center.desk.desk import GuestStage, RefusedError, Stage
from center.desk.queues import Queues, full_name, short_name
from center.desk.talk import Talk
from flows import effects
from flows.inputs import Outcome


class Talks:
    """All of them."""

    def __init__(
        self, kept: KeptRouter, turns: TurnBatch, queues: Queues, now: Callable[[], float]
    ) -> None:
        self._kept = kept
        self._turns = turns
        self._queues = queues
        self._now = now
        self._named: dict[str, Talk] = {}
        self._of_session: dict[str, Talk] = {}
        """By the key of what is awaited."""
        self._guest_of: dict[str, dict[str, Stage]] = {}
        """By guest, the calls of colleagues; as Talk.guests."""

    @property
    def named(self) -> Mapping[str, Talk]:
        """By their names in the router."""
        return self._named

    def of_session(self, key: str) -> Talk | None:
        """By the key of what is awaited."""
        return self._of_session.get(key)

    def at(self, agent: str, contact: str, slot: Slot) -> Talk:
        """A contact that stands so at this desk; raises RefusedError. None does once another process has the floor."""
        talk = self._named.get(contact)
        if talk is None or self.held(agent).get(contact) != slot:
            raise RefusedError("that buyer is not with you any more")
        return talk

    def held(self, agent: str) -> dict[str, Slot]:
        """Contacts at this desk as they stand; none for who was entered so lately that the router does not know them, or where it is not ours."""
        if agent not in self._kept.router.people or self._kept.is_lost:
            return {}
        return dict(self._kept.router.agent_measure(agent).contacts)

    def guest_of(self, agent: str) -> Mapping[str, Stage]:
        """Contacts of colleagues on whose calls an agent is, or is asked in."""
        return self._guest_of.get(agent, {})

    def seat_guest(self, talk: Talk, agent: str, stage: GuestStage | None) -> None:
        """A colleague is asked into a call, is on it, or (None) neither."""
        of_agent = self._guest_of.setdefault(agent, {})
        if stage is None:
            talk.guests.pop(agent, None)
            of_agent.pop(talk.name, None)
        else:
            talk.guests[agent] = of_agent[talk.name] = stage
        if not of_agent:
            del self._guest_of[agent]

    def restore(self, waiting: Iterable[Awaited]) -> list[str]:
        """After a start: sessions that wait meet their tickets; the names of tickets whose session waits no more."""
        router = self._kept.router
        known = {ticket.partition("#")[0]: ticket for ticket in router.tickets}
        for one in waiting:
            name = known.pop(one.key, None)
            if name is None:
                # The process stopped between the turn's commit and the journal's.
                self.arrive(one)
            else:
                ticket = router.tickets[name]
                rings = ticket.slot == "offered"
                # Whoever it only rings at does not have the buyer: the next may be asked.
                agent = ticket.seat.person.agent.name if ticket.seat and not rings else ""
                legs = int(name.partition("#")[2] or 1)
                talk = Talk(name, one, ticket.backlog.queue.name, ticket.since, legs, agent)
                if rings:
                    talk.answer_by = self._now() + ticket.backlog.queue.answer_s
                if agent and talk.channel == "voice" and ticket.slot == "busy":
                    # The call ended with the process that had it; the agent may call again.
                    talk.reach = "missed"
                self._add(talk)
        return list(known.values())

    def arrive(self, awaited: Awaited) -> None:
        """A flow hands a buyer over."""
        assert isinstance(awaited.effect, effects.HandOver)
        queue = self.queue(awaited.contact.seller, awaited.effect.queue)
        talk = Talk(awaited.key, awaited, queue, min(self._now(), float(awaited.at)))
        self._add(talk)
        self._enter(talk, self._kept.router.served.get(self._remembered(talk), ""))

    def turn_away(self, request: HandOverRequest) -> None:
        """A flow handed a buyer over while nobody was signed in, and went on at once: the queue counts them all the same.

        Whoever has signed in since is not to have them, as no session waits.
        """
        contact = request.contact
        name = f"{'/'.join(contact.parts)}/{request.serial}"
        by: Channel = "voice" if contact.channel == "voice" else "sms"
        now = self._now()
        self._kept.post(ContactArrived(now, name, self.queue(contact.seller, request.queue), by))
        self._kept.post(ContactLeft(now, name))

    def move(self, talk: Talk, queue: str, prefers: str = "") -> None:
        """To another queue or agent, with the place of who has waited longest: a new leg under a new name."""
        legs = talk.legs + 1
        moved = Talk(f"{talk.awaited.key}#{legs}", talk.awaited, queue, talk.since, legs)
        self._add(moved)
        self._enter(moved, prefers)

    def rename(self, talk: Talk, awaited: Awaited) -> None:
        """The session of one who waits has moved, with its place."""
        self.forget(talk.name)
        self._add(Talk(awaited.key, awaited, talk.queue, talk.since))

    def serve(self, talk: Talk, agent: str) -> None:
        """An agent has answered."""
        talk.agent, talk.answered_at = agent, self._now()

    def settle(self, talk: Talk, outcome: Outcome) -> None:
        """The flow goes on; once."""
        if not talk.is_settled:
            talk.is_settled = True
            self._turns.settle(talk.awaited, outcome, int(self._now()))

    def forget(self, name: str) -> None:
        """The router has it no more."""
        talk = self._named.pop(name, None)
        if talk is not None and self._of_session.get(talk.awaited.key) is talk:
            del self._of_session[talk.awaited.key]

    def queue(self, seller: str, name: str) -> str:
        """The router's name of a seller's queue, which is opened when the first buyer comes."""
        full = full_name(seller, name)
        if full not in self._kept.router.backlogs:
            for queue in self._queues.with_overflows(seller, name):
                if queue.name not in self._kept.router.backlogs:
                    self._kept.post(QueueSet(self._now(), queue))
        return full

    def _add(self, talk: Talk) -> None:
        self._named[talk.name] = talk
        self._of_session[talk.awaited.key] = talk

    def _enter(self, talk: Talk, prefers: str) -> None:
        came, since, buyer = self._now(), talk.since, self._remembered(talk)
        self._kept.post(
            ContactArrived(
                came, talk.name, talk.queue, talk.channel, since, prefers=prefers, buyer=buyer
            )
        )

    def _remembered(self, talk: Talk) -> str:
        """The buyer's name over all visits; empty where nobody is waited for, and so nobody remembered."""
        contact = talk.awaited.contact
        is_sticky = self._queues.queue(contact.seller, short_name(talk.queue)).sticky_s > 0
        return f"{contact.seller}/{contact.number}" if is_sticky else ""
