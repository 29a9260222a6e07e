"""The switchboard: flows hand buyers over to it, the router says to whom, and desks serve them.

It ties four things and decides none: the turn batch, which suspends a session at `hand over` and keeps it so; the router,
which offers the buyer to an agent; the agent's desk; and, for calls, the voice channel. A session waits for its outcome
for as long as a person has the buyer: what the buyer writes meanwhile is told to the desk (`heard`), and what the agent
does in the buyer's session are deeds in the same turn batch. When the agent is done the outcome is `ok`, and the flow
goes on from there; when the router gives up, it is that of the queue's exit.

Desks are told what changed by comparing what they know with the router, never by guessing from what was asked.
Promised: an agent is not shown a buyer whom the router has not given them. Not promised: that a message which a desk sent
just before a crash is logged as sent; it is kept or not, as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from center.acd.agent import Agent
from center.acd.decisions import Clear, Decision, Leave, Offer, ProposeCallBack, Say, Withdraw
from center.acd.events import (
    AgentSet,
    CallBackTaken,
    CallJoined,
    ContactLeft,
    ContractEnded,
    ContractSet,
    DayBegan,
    Happening,
    QueueSet,
    WrapUpEnded,
)
from center.acd.kept import Journal, KeptRouter
from center.acd.queue import Exit
from center.awaited import Awaited
from center.batch import TurnBatch
from center.changes import HandOverRequest
from center.contact import ContactKey
from center.desk.call_backs import CallBacks
from center.desk.calls import Calls
from center.desk.cards import Cards
from center.desk.census import Census
from center.desk.comfort import Comfort
from center.desk.conferences import Conferences
from center.desk.deeds import Deeds
from center.desk.desk import RefusedError
from center.desk.desks import Desks
from center.desk.floor import Floor
from center.desk.guests import Guests
from center.desk.heard import Heard
from center.desk.listeners import Listeners
from center.desk.person import HOUSE
from center.desk.phoning import Phoning
from center.desk.ports import Records, Voice
from center.desk.queues import Queues
from center.desk.sitting import Sitting
from center.desk.talk import Talk
from center.desk.talks import Talks
from center.desk.transfers import Transfers
from center.ports import Later
from center.shops import Shops
from center.taken import Taken
from flows import effects
from flows.effects import Effect
from flows.inputs import HungUp, Opened, Outcome, Speech, Text

EXITS = {Exit.NO_AGENTS: "closed", Exit.BUSY: "busy", Exit.TIME_OUT: "timeout"}
"""A queue's exit as the flow's outcome."""


class Switchboard:
    """See center.ports.Performer, and center.ports.Channel for deeds; `floor` is what agents and supervisors work on."""

    def __init__(
        self,
        turns: TurnBatch,
        shops: Shops,
        records: Records,
        journal: Journal,
        *,
        later: Later,
        now: Callable[[], float],
        queues: Queues | None = None,
    ) -> None:
        self.kept = KeptRouter(
            journal, later=later, now=now, decided=self._decided, lost=self._floor_lost
        )
        self.census = Census(self.kept.router)
        self._turns = turns
        self._now = now
        self._queues = queues or Queues()
        self._cards = Cards(records, shops)
        self._talks = Talks(self.kept, turns, self._queues, now)
        self.conferences = Conferences()
        self._calls = Calls(
            self.kept,
            self._talks,
            self._cards,
            self.conferences,
            now,
            refused=self._refused,
            changed=self._changed,
        )
        self._transfers = Transfers(self.kept, self._talks, self._calls, self._cards, now=now)
        self.sitting = Sitting(
            self.kept,
            later=later,
            now=now,
            strays=self._calls.wait_for,
            returns=self._calls.go_on_with,
            leaves=self._left,
        )
        self._desks = Desks(self.kept, self.sitting, self._talks, self._calls, self._cards, now=now)
        self._deeds = Deeds(turns, self._calls, self._desks, now)
        self._call_backs = CallBacks(
            self.kept, now, self._deeds.do, lambda talk: self._cards.program(talk.awaited)
        )
        self._comfort = Comfort(
            turns, self._talks, self._calls, self._cards, self._call_backs, now=now
        )
        self._phoning = Phoning(
            self.kept, self._talks, self._calls, self._desks, self._cards, records, now=now
        )
        self._guests = Guests(
            self.kept,
            self._talks,
            self._calls,
            self._desks,
            self.conferences,
            later=later,
            now=now,
        )
        listeners = Listeners(self.kept, self._calls, self.conferences)
        self.floor = Floor(
            self.kept,
            self.census,
            turns,
            self.sitting,
            self._talks,
            self._calls,
            self._desks,
            self._deeds,
            self._cards,
            self._transfers,
            self._phoning,
            self._guests,
            listeners,
            now=now,
        )

    @property
    def voice(self) -> Voice | None:
        """Who makes and joins calls; None where there are none."""
        return self._calls.voice

    @voice.setter
    def voice(self, voice: Voice | None) -> None:
        self._calls.voice = voice
        if voice is not None:
            voice.watch(self._calls.wait_for, self._calls.go_on_with)

    # --- life ---

    def start(
        self,
        agents: Iterable[Agent],
        contracts: Iterable[tuple[str, str]],
        awaited: Iterable[Awaited],
    ) -> None:
        """Take up the floor as it was: the router from its journal, sessions that wait for an agent from the store.

        Raises StoreError, JournalError.
        """
        self.kept.load()
        waiting = [one for one in awaited if isinstance(one.effect, effects.HandOver)]
        now, router = self._now(), self.kept.router
        for queue in self._queues.changed(b.queue for b in router.backlogs.values()):
            self.kept.post(QueueSet(now, queue))
        for agent in agents:
            person = router.people.get(agent.name)
            if person is None or person.agent != agent:
                self.kept.post(AgentSet(now, agent))
        here, kept = set(contracts), self.kept.contracts
        for pool, seller in sorted(here - kept):
            self.contract(pool, seller)
        for pool, seller in sorted(kept - here):
            self.end_contract(pool, seller)
        for name in self._talks.restore(waiting):
            self._close_ticket(name)
        self._phoning.forget_calls()
        self.sitting.restore()
        self.kept.flush()
        self.census.count()

    def set_agent(self, agent: Agent) -> None:
        """Enter or change an agent while we run."""
        self.kept.post(AgentSet(self._now(), agent))

    def contract(self, pool: str, seller: str) -> None:
        """Let a pool's people serve a seller."""
        self.kept.post(ContractSet(self._now(), pool, seller))

    def end_contract(self, pool: str, seller: str) -> None:
        """Offer buyers of a seller to a pool's people no longer; whom they serve they serve to the end.

        The platform's own pool goes on: a seller whose flow has an error now may have buyers who wait.
        """
        if pool != HOUSE:
            self.kept.post(ContractEnded(self._now(), pool, seller))

    def begin_day(self, since: float) -> None:
        """Count figures from now on, unless that was done since then (Unix seconds), as before a restart."""
        if self.kept.router.day_began_at < since:
            self.kept.post(DayBegan(self._now()))

    # --- center.ports.Performer ---

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:  # noqa: ARG002
        """See Performer. A partner's service is not ours to ask."""
        if not isinstance(effect, effects.HandOver):
            return Outcome("failed")
        here = not self.kept.is_lost and self.census.is_anybody_here()
        return None if here else Outcome("closed")

    def perform(self, awaited: Sequence[Awaited]) -> None:
        """See Performer."""
        for one in awaited:
            if isinstance(one.effect, effects.HandOver) and self._talks.of_session(one.key) is None:
                before = self._talks.of_session(one.key_before)
                if before is not None and self._call_backs.waits(before):
                    self._call_backs.moved(before, one.key)
                    self._talks.rename(before, one)
                else:
                    self._talks.arrive(one)

    def turned_away(self, requests: Sequence[HandOverRequest]) -> None:
        """See Performer. The journal has them as buyers who came and left at once."""
        for one in requests:
            self._talks.turn_away(one)

    def heard(self, heard: Sequence[Heard]) -> None:
        """See Performer."""
        for one in heard:
            talk = self._talks.of_session(one.key)
            if talk is None or self._call_backs.answered(talk, one.input):
                continue
            match one.input:
                case Text(text) | Speech(text):
                    desk = self._desks.of(talk)
                    if desk is not None:
                        desk.said(talk.name, "buyer", text)
                case Opened():
                    self._calls.came(talk)
                case HungUp() if talk.channel != "voice":
                    self._calls.over(talk)
                case HungUp() if not talk.reach and not self._call_backs.keeps_place(talk):
                    self.kept.post(ContactLeft(self._now(), talk.name))
                case _:
                    pass

    # --- center.ports.Channel: what became of deeds ---

    def taken(self, taken: Sequence[Taken]) -> None:
        """See Channel."""
        for one in taken:
            if isinstance(one.ticket, Talk):
                self._deeds.done(one.ticket, one)

    # --- what the router decided ---

    def _decided(self, events: Sequence[Happening], decisions: Sequence[Decision]) -> None:
        touched: dict[str, None] = {}
        for queue in {*self._queues_of(events), *self._queues_of(decisions)}:
            self.census.queue(queue)
        for event in events:
            if isinstance(event, DayBegan):
                self.census.begin_day()
            if isinstance(event, CallBackTaken) and event.channel == "voice":
                self._comfort.called_back(event.contact)
            elif isinstance(event, CallJoined):
                self._phoning.made(event.contact)
                self._guests.joined(event.contact, event.agent)
            agent = getattr(event, "agent", "")
            if isinstance(agent, Agent):
                agent = agent.name
            if not agent and isinstance(event, ContactLeft):
                talk = self._talks.named.get(event.contact)
                agent = talk.agent if talk is not None else ""
                if talk is not None and not agent and event.contact not in self.kept.router.tickets:
                    # Left the queue before anybody answered: the flow keeps the place, as after any hang-up.
                    self._talks.settle(talk, Outcome("hangup"))
                    self._talks.forget(event.contact)
            if agent:
                touched[agent] = None
        for decision in decisions:
            match decision:
                case Offer(contact=contact, agent=agent, answer_by=answer_by):
                    if contact in self._talks.named:
                        self._talks.named[contact].answer_by = answer_by
                    touched[agent] = None
                case Withdraw(agent=agent) | Clear(agent=agent):
                    touched[agent] = None
                case Leave(contact=contact, exit=way_out):
                    talk = self._talks.named.get(contact)
                    if talk is not None:
                        self._talks.settle(talk, Outcome(EXITS[way_out]))
                        self._talks.forget(contact)
                case Say(contact=contact, message=message, wait_s=wait_s):
                    self._comfort.say(contact, message, wait_s)
                case ProposeCallBack():
                    self._comfort.propose(decision)
        for agent in touched:
            self.census.agent(agent)
            self._compare(agent)
            self._desks.tell(agent)

    def _queues_of(self, happened: Sequence[Happening | Decision]) -> Iterator[str]:
        """Where others wait than before; asked before anybody who left is forgotten."""
        for one in happened:
            queue = getattr(one, "queue", None)
            if isinstance(queue, str):
                yield queue
                continue
            for name in (getattr(one, "contact", ""), getattr(one, "to", "")):
                if (talk := self._talks.named.get(name)) is not None:
                    yield talk.queue

    # --- desks beside the router ---

    def _floor_lost(self) -> None:
        """Another process has the floor."""
        self.sitting.lose_all()

    def _left(self, agent: str) -> None:
        """An agent is signed out."""
        self._guests.gone(agent)
        self._transfers.back(agent)

    def _compare(self, agent: str) -> None:
        """Begin and end talks as the router has them now."""
        held = dict(self.kept.router.agent_measure(agent).contacts)
        for name, slot in held.items():
            talk = self._talks.named.get(name)
            if talk is None:
                continue
            if slot == "busy" and talk.agent != agent:
                self._begin(talk, agent)
            elif slot == "wrap-up" and not talk.is_settled:
                self._end(talk)
        gone = [t for n, t in self._talks.named.items() if t.agent == agent and n not in held]
        for talk in gone:
            if not talk.is_let_go and not talk.is_settled:
                # There was nothing to write up, or the time for it was over before the journal took it.
                self._end(talk)
            self._talks.forget(talk.name)

    def _begin(self, talk: Talk, agent: str) -> None:
        self._talks.serve(talk, agent)
        self._calls.bring(talk)

    def _refused(self, talk: Talk, why: RefusedError) -> None:
        self._desks.refuse(talk, why)

    def _changed(self, agent: str) -> None:
        self._desks.tell(agent)

    def _end(self, talk: Talk) -> None:
        missed = talk.channel == "voice" and bool(talk.reach)
        talk.written_up_by = self._now() + self.kept.router.backlogs[talk.queue].queue.wrap_up_s
        self._calls.release(talk)
        # Nobody is there to hear how the flow goes on: as after any hang-up, it keeps the place.
        self._talks.settle(talk, Outcome("hangup" if missed else "ok"))

    def _close_ticket(self, name: str) -> None:
        """A ticket whose session waits no more: the process stopped between the two commits."""
        ticket = self.kept.router.tickets[name]
        now = self._now()
        self.kept.post(ContactLeft(now, name))
        if ticket.seat is not None:
            self.kept.post(WrapUpEnded(now, name, ticket.seat.person.agent.name))
