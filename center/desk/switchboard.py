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

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from center.acd.agent import Agent, Slot
from center.acd.decisions import Decision, Leave, Offer, ProposeCallBack, Say, Withdraw
from center.acd.events import (
    AgentPaused,
    AgentReady,
    AgentSet,
    CallBackTaken,
    ContactArrived,
    ContactFinished,
    ContactLeft,
    ContractSet,
    Happening,
    OfferAccepted,
    OfferDeclined,
    QueueSet,
    WrapUpEnded,
)
from center.acd.kept import Journal, KeptRouter
from center.acd.queue import Exit
from center.awaited import Awaited
from center.batch import TurnBatch
from center.calling_out import CallOut, Reached
from center.changes import OutgoingText
from center.contact import Arrival, ContactKey
from center.desk.call_backs import CallBacks
from center.desk.card import BasketLine, Card
from center.desk.cards import Cards, queues_in
from center.desk.deed import (
    SENT_TO_STEP,
    Deed,
    GoOnBySms,
    PlaceForBuyer,
    SetBasket,
    WriteToBuyer,
)
from center.desk.desk import Desk, FloorView, RefusedError
from center.desk.heard import Heard
from center.desk.ports import ListenMode, Records, Voice
from center.desk.queues import Queues, full_name, short_name
from center.desk.sitting import Sitting
from center.desk.talk import Talk
from center.desk.view import view_of
from center.ports import Later
from center.shops import Shops
from center.taken import Fate, Taken
from flows import effects, prompts
from flows.effects import Effect
from flows.inputs import HungUp, Line, Outcome, Speech, Text
from flows.program import Program

TELLER = "desk"
"""The channel of the turn batch that is told of deeds: whoever makes a switchboard opens it there under this name."""
EXITS = {Exit.NO_AGENTS: "closed", Exit.BUSY: "busy", Exit.TIME_OUT: "timeout"}
"""A queue's exit as the flow's outcome; a flow without a way for `closed` takes the one for `busy`."""
NOT_REACHED = "the buyer could not be reached: {why}"
COLLEAGUES_SHOWN_MAX = 200
SERVED_MAX = 100_000
"""Buyers of whom it is remembered who served them last."""

log = logging.getLogger(__name__)


class Switchboard:
    """See center.ports.Performer and web.agent.floor.Floor."""

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
        voice: Voice | None = None,
    ) -> None:
        self.voice = voice
        self.kept = KeptRouter(journal, later=later, now=now, decided=self._decided)
        self.sitting = Sitting(self.kept, later=later, now=now, leaves=self._left)
        self._turns = turns
        self._cards = Cards(records, shops)
        self._later = later
        self._now = now
        self._queues = queues or Queues()
        self._call_backs = CallBacks(self.kept, now, self._do, self._program)
        self._served: OrderedDict[tuple[str, str], str] = OrderedDict()
        """Who served a seller's buyer last, since the start."""
        self._talks: dict[str, Talk] = {}
        """By name."""
        self._of_session: dict[str, Talk] = {}
        """By the key of what is awaited."""

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
        for pool, seller in contracts:
            if (pool, seller) not in self.kept.contracts:
                self.kept.post(ContractSet(now, pool, seller))
        known = {ticket.partition("#")[0]: ticket for ticket in router.tickets}
        for one in waiting:
            name = known.pop(one.key, None)
            if name is None:
                # The process stopped between the turn's commit and the journal's.
                self._arrive(one)
            else:
                ticket = router.tickets[name]
                agent = ticket.seat.person.agent.name if ticket.seat else ""
                legs = int(name.partition("#")[2] or 1)
                self._add(Talk(name, one, ticket.backlog.queue.name, ticket.since, legs, agent))
        for name in known.values():
            self._close_ticket(name)
        self.sitting.restore()
        self.kept.flush()

    def set_agent(self, agent: Agent) -> None:
        """Enter or change an agent while we run."""
        self.kept.post(AgentSet(self._now(), agent))

    def contract(self, pool: str, seller: str) -> None:
        """Let a pool's people serve a seller."""
        if (pool, seller) not in self.kept.contracts:
            self.kept.post(ContractSet(self._now(), pool, seller))

    # --- center.ports.Performer ---

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:  # noqa: ARG002
        """See Performer. A partner's service is not ours to ask."""
        if not isinstance(effect, effects.HandOver):
            return Outcome("failed")
        people = self.kept.router.people.values()
        here = any(person.presence != "signed out" for person in people)
        return None if here else Outcome("busy")

    def perform(self, awaited: Sequence[Awaited]) -> None:
        """See Performer."""
        for one in awaited:
            if isinstance(one.effect, effects.HandOver) and one.key not in self._of_session:
                before = self._of_session.get(one.key_before)
                if before is not None and self._call_backs.waits(before):
                    self._call_backs.moved(before, one.key)
                    self._rename(before, one)
                else:
                    self._arrive(one)

    def heard(self, heard: Sequence[Heard]) -> None:
        """See Performer."""
        for one in heard:
            talk = self._of_session.get(one.key)
            if talk is None or self._call_backs.answered(talk, one.input):
                continue
            match one.input:
                case Text(text) | Speech(text):
                    desk = self._desk_of(talk)
                    if desk is not None:
                        desk.said(talk.name, "buyer", text)
                case HungUp() if not talk.reach and not self._call_backs.keeps_place(talk):
                    self.kept.post(ContactLeft(self._now(), talk.name))
                case _:
                    pass

    # --- center.ports.Channel: what became of deeds ---

    def taken(self, taken: Sequence[Taken]) -> None:
        """See Channel."""
        for one in taken:
            if isinstance(one.ticket, Talk):
                self._deed_done(one.ticket, one)

    def _deed_done(self, talk: Talk, taken: Taken) -> None:
        desk = self._desk_of(talk)
        outcome = taken.reply.outcome if taken.reply is not None else None
        if isinstance(taken.arrival and taken.arrival.input, GoOnBySms):
            done = taken.fate is Fate.KEPT and outcome is not None and outcome.name == "ok"
            if self.voice is not None:
                if done:
                    self.voice.farewell(talk.name, "call_back_taken_sms")
                else:
                    self.voice.say(talk.name, "call_back_not", 0.0)
            return
        if taken.fate is not Fate.KEPT or outcome is None:
            if desk is not None:
                desk.refused(talk.name, RefusedError("that could not be kept; try again"))
            return
        deed = taken.arrival.input if taken.arrival is not None else None
        if desk is None:
            return
        if outcome.name != "ok":
            desk.refused(talk.name, _why(outcome))
            return
        if isinstance(deed, WriteToBuyer):
            desk.said(talk.name, "agent", deed.text)
            return
        if "text" in outcome.values:
            desk.said(talk.name, "shop", str(outcome.values["text"]))
        card = self._card(talk)
        if card is not None:
            desk.card(card)

    # --- web.agent.floor.Floor ---

    def sign_in(self, agent: str, desk: Desk) -> None:
        """See Floor."""
        self.sitting.sign_in(agent, desk)
        self._tell(agent)

    def sign_out(self, agent: str, desk: Desk) -> None:
        """See Floor."""
        if self.sitting.sign_out(agent, desk) and self.voice is not None:
            self.voice.hang_up(agent)

    def _left(self, agent: str) -> None:
        """An agent is signed out: whoever was with them goes back to the queue, with the place."""
        for name, slot in self.kept.router.agent_measure(agent).contacts:
            talk = self._talks.get(name)
            if talk is not None and slot == "busy":
                self._hand_on(talk, talk.queue)

    def ready(self, agent: str) -> None:
        """See Floor."""
        self.kept.post(AgentReady(self._now(), agent))

    def not_ready(self, agent: str, reason: str) -> None:
        """See Floor."""
        self.kept.post(AgentPaused(self._now(), agent, reason or "break"))

    def accept(self, agent: str, contact: str) -> None:
        """See Floor."""
        talk = self._at(agent, contact, "offered")
        if talk.channel == "voice" and not self._calls().has_line(agent):
            raise RefusedError(
                "your headset is not connected; allow the microphone and load the page anew"
            )
        self.kept.post(OfferAccepted(self._now(), contact, agent))

    def decline(self, agent: str, contact: str) -> None:
        """See Floor."""
        self._at(agent, contact, "offered")
        self.kept.post(OfferDeclined(self._now(), contact, agent))

    async def line(self, agent: str, offer: str) -> str:
        """See Floor."""
        return await self._calls().line(agent, offer)

    def write(self, agent: str, contact: str, text: str) -> None:
        """See Floor."""
        if text.strip():
            self._do(self._at(agent, contact, "busy"), WriteToBuyer(text.strip()))

    def basket(self, agent: str, contact: str, lines: Sequence[BasketLine]) -> None:
        """See Floor."""
        talk = self._at(agent, contact, "busy")
        found = self._cards.machine(talk.awaited)
        unknown = [x.code for x in lines if found is None or x.code not in found[1].products]
        if unknown:
            raise RefusedError("the shop has no product {code}", code=unknown[0])
        if any(line.quantity < 1 for line in lines):
            raise RefusedError("a basket holds one or more of each product")
        self._do(talk, SetBasket(tuple(Line(line.code, line.quantity) for line in lines)))

    def order(self, agent: str, contact: str, address: str) -> None:
        """See Floor."""
        talk = self._at(agent, contact, "busy")
        if not address.strip():
            raise RefusedError("an order needs an address to go to")
        self._do(talk, PlaceForBuyer(address.strip()))

    def hold(self, agent: str, contact: str) -> None:
        """See Floor."""
        talk = self._call(agent, contact)
        self._calls().hold(contact)
        self._held(talk, is_held=True)

    def resume(self, agent: str, contact: str) -> None:
        """See Floor."""
        talk = self._call(agent, contact)
        self._calls().resume(contact)
        self._held(talk, is_held=False)

    def _held(self, talk: Talk, *, is_held: bool) -> None:
        talk.is_held = is_held
        self._tell(talk.agent)

    def keys(self, agent: str, contact: str, keys: str) -> None:
        """See Floor."""
        self._call(agent, contact)
        self._calls().keys(contact, keys)

    def transfer(self, agent: str, contact: str, kind: str, to: str) -> None:
        """See Floor."""
        talk = self._at(agent, contact, "busy")
        program = self._program(talk)
        seller = talk.awaited.contact.seller
        match kind:
            case "queue":
                queues = queues_in(program) if program is not None else ()
                if to not in queues:
                    there = ", ".join(queues)
                    raise RefusedError(
                        "there is no queue {to}; there are: {there}", to=to, there=there
                    )
                self._hand_on(talk, self._queue(seller, to))
            case "agent":
                person = self.kept.router.people.get(to)
                if person is None or person.presence != "ready":
                    raise RefusedError("{to} takes nobody now", to=to)
                self._hand_on(talk, talk.queue, prefers=to)
            case "step":
                if program is None or to not in program.steps:
                    raise RefusedError("the flow has no step {to}", to=to)
                self._settle(talk, Outcome(SENT_TO_STEP, {"step": to}))
                self._let_go(talk)
            case _:
                self._call(agent, contact)
                self._calls().transfer(contact, to)
                self.finish(agent, contact)

    def invite(self, agent: str, contact: str, other: str) -> None:
        """See Floor."""
        self._call(agent, contact)
        if other == agent or other not in self.kept.router.people:
            raise RefusedError("{other} cannot be invited", other=other)
        self._calls().invite(contact, other)

    def call_again(self, agent: str, contact: str) -> None:
        """See Floor."""
        talk = self._at(agent, contact, "busy")
        if talk.reach != "missed":
            raise RefusedError("the buyer is on the line, or being called")
        self._phone(talk)
        self._tell(agent)

    def finish(self, agent: str, contact: str) -> None:
        """See Floor."""
        self._at(agent, contact, "busy")
        self.kept.post(ContactFinished(self._now(), contact, agent))

    def wrap_up(self, agent: str, contact: str, code: str, note: str) -> None:
        """See Floor."""
        talk = self._at(agent, contact, "wrap-up")
        words = f"[{code}] {note}".strip()
        self._turns.note(
            talk.awaited.contact, talk.awaited.serial, f"# {agent}: {words}", self._at_s()
        )
        self.kept.post(WrapUpEnded(self._now(), contact, agent))

    def colleagues(self, agent: str) -> tuple[str, ...]:
        """See Floor."""
        ready = [
            name
            for name, person in self.kept.router.people.items()
            if person.presence == "ready" and name != agent
        ]
        return tuple(sorted(ready)[:COLLEAGUES_SHOWN_MAX])

    def view(self) -> FloorView:
        """See Floor."""
        return view_of(self.kept.router, self._now())

    def listen(self, supervisor: str, agent: str, mode: ListenMode) -> None:
        """See Floor."""
        self._calls().listen(supervisor, agent, mode)

    def stop_listening(self, supervisor: str) -> None:
        """See Floor."""
        if self.voice is not None:
            self.voice.stop_listening(supervisor)

    def recording(self, agent: str, contact: str, recording: str) -> bytes:
        """See Floor."""
        talk = self._talks.get(contact)
        held = dict(self.kept.router.agent_measure(agent).contacts)
        card = self._card(talk) if talk is not None and contact in held else None
        if card is None or recording not in {one.id for one in card.recordings}:
            raise RefusedError("that recording is not of a buyer at this desk")
        return self._calls().recording(contact, recording)

    # --- buyers on their way through ---

    def _arrive(self, awaited: Awaited) -> None:
        assert isinstance(awaited.effect, effects.HandOver)
        seller, buyer, _ = awaited.contact
        queue = self._queue(seller, awaited.effect.queue)
        self._add(Talk(awaited.key, awaited, queue, min(self._now(), float(awaited.at))))
        is_sticky = self._queues.queue(seller, awaited.effect.queue).sticky_s > 0
        known = self._served.get((seller, buyer), "") if is_sticky else ""
        self._enter(self._talks[awaited.key], known)

    def _enter(self, talk: Talk, prefers: str = "") -> None:
        self.kept.post(
            ContactArrived(
                self._now(), talk.name, talk.queue, talk.channel, talk.since, prefers=prefers
            )
        )

    def _queue(self, seller: str, name: str) -> str:
        """The router's name of a seller's queue, which is opened when the first buyer comes."""
        full = full_name(seller, name)
        if full not in self.kept.router.backlogs:
            for queue in self._queues.with_overflows(seller, name):
                if queue.name not in self.kept.router.backlogs:
                    self.kept.post(QueueSet(self._now(), queue))
        return full

    def _add(self, talk: Talk) -> None:
        self._talks[talk.name] = talk
        self._of_session[talk.awaited.key] = talk

    def _rename(self, talk: Talk, awaited: Awaited) -> None:
        """The session of one who waits has moved, with its place."""
        self._forget(talk.name)
        self._add(Talk(awaited.key, awaited, talk.queue, talk.since))

    def _hand_on(self, talk: Talk, queue: str, prefers: str = "") -> None:
        """To another queue or agent, with the place of who has waited longest: a new leg under a new name."""
        self._let_go(talk)
        legs = talk.legs + 1
        moved = Talk(f"{talk.awaited.key}#{legs}", talk.awaited, queue, talk.since, legs)
        self._add(moved)
        self._enter(moved, prefers)

    def _let_go(self, talk: Talk) -> None:
        """The agent is done with this leg, and has nothing to write up."""
        if self.voice is not None and talk.channel == "voice":
            self.voice.release(talk.name)
        now, agent = self._now(), talk.agent
        self.kept.post(ContactFinished(now, talk.name, agent))
        self.kept.post(WrapUpEnded(now, talk.name, agent))

    def _close_ticket(self, name: str) -> None:
        """A ticket whose session waits no more: the process stopped between the two commits."""
        ticket = self.kept.router.tickets[name]
        now = self._now()
        self.kept.post(ContactLeft(now, name))
        if ticket.seat is not None:
            self.kept.post(WrapUpEnded(now, name, ticket.seat.person.agent.name))

    def _settle(self, talk: Talk, outcome: Outcome) -> None:
        if not talk.is_settled:
            talk.is_settled = True
            self._turns.settle(talk.awaited, outcome, self._at_s())

    def _forget(self, name: str) -> None:
        talk = self._talks.pop(name, None)
        if talk is not None and self._of_session.get(talk.awaited.key) is talk:
            del self._of_session[talk.awaited.key]

    # --- what the router decided ---

    def _decided(self, events: Sequence[Happening], decisions: Sequence[Decision]) -> None:
        touched: dict[str, None] = {}
        for event in events:
            if isinstance(event, CallBackTaken) and event.channel == "voice":
                self._called_back(event.contact)
            agent = getattr(event, "agent", "")
            if isinstance(agent, Agent):
                agent = agent.name
            if not agent and isinstance(event, ContactLeft):
                talk = self._talks.get(event.contact)
                agent = talk.agent if talk is not None else ""
                if talk is not None and event.contact not in self.kept.router.tickets:
                    # Left the queue before anybody answered: the flow keeps the place, as after any hang-up.
                    self._settle(talk, Outcome("hangup"))
                    self._forget(event.contact)
            if agent:
                touched[agent] = None
        for decision in decisions:
            match decision:
                case Offer(contact=contact, agent=agent, answer_by=answer_by):
                    if contact in self._talks:
                        self._talks[contact].answer_by = answer_by
                    touched[agent] = None
                case Withdraw(agent=agent):
                    touched[agent] = None
                case Leave(contact=contact, exit=way_out):
                    talk = self._talks.get(contact)
                    if talk is not None:
                        self._settle(talk, Outcome(self._outcome(talk, way_out)))
                        self._forget(contact)
                case Say(contact=contact, message=message, wait_s=wait_s):
                    self._say(contact, message, wait_s)
                case ProposeCallBack(contact=contact, wait_s=wait_s):
                    self._propose(decision)
        for agent in touched:
            self._compare(agent)
            self._tell(agent)

    def _outcome(self, talk: Talk, way_out: Exit) -> str:
        """The flow's own way for an exit; the way for busy where it has none."""
        found = self._cards.machine(talk.awaited)
        wanted = EXITS[way_out]
        if found is None:
            return wanted
        session, machine = found
        node = machine.program.waits.get(session.at)
        outcomes = getattr(machine.program.nodes[node], "outcomes", {}) if node is not None else {}
        return wanted if wanted in outcomes or way_out is not Exit.NO_AGENTS else "busy"

    def _propose(self, decision: ProposeCallBack) -> None:
        """Offer one who waits to be called or texted back; one who waits by SMS is texted anyway."""
        talk = self._talks.get(decision.contact)
        if talk is None:
            return
        if talk.channel == "voice" and self.voice is not None:
            self._call_backs.propose(self.voice, talk, decision)
        else:
            self._say(decision.contact, "agent_wait", decision.wait_s)

    def _called_back(self, contact: str) -> None:
        """The router has it that this caller will be called: the caller hears so, and need not hold the line."""
        talk = self._talks.get(contact)
        if talk is not None and self.voice is not None and self._call_backs.keeps_place(talk):
            self.voice.farewell(contact, "call_back_taken")

    def _say(self, contact: str, message: str, wait_s: float) -> None:
        """Tell one who waits how long it will be."""
        talk = self._talks.get(contact)
        if talk is None:
            return
        if talk.channel == "voice":
            if self.voice is not None:
                self.voice.say(contact, message, wait_s)
            return
        found = self._cards.machine(talk.awaited)
        language = found[0].language if found is not None else ""
        text = prompts.word(message, language).format(minutes=max(1, round(wait_s / 60)))
        one = talk.awaited
        self._turns.hold(
            TELLER,
            None,
            texts=[
                OutgoingText(
                    one.carrier, one.code, one.contact.buyer, text, self._at_s(), one.contact.seller
                )
            ],
        )

    # --- desks beside the router ---

    def _compare(self, agent: str) -> None:
        """Begin and end talks as the router has them now."""
        held = dict(self.kept.router.agent_measure(agent).contacts)
        for name, slot in held.items():
            talk = self._talks.get(name)
            if talk is None:
                continue
            if slot == "busy" and talk.agent != agent:
                self._begin(talk, agent)
            elif slot == "wrap-up" and not talk.is_settled:
                self._end(talk)
        for name in [n for n, t in self._talks.items() if t.agent == agent and n not in held]:
            self._forget(name)

    def _begin(self, talk: Talk, agent: str) -> None:
        talk.agent, talk.answered_at = agent, self._now()
        seller, buyer, _ = talk.awaited.contact
        self._served[seller, buyer] = agent
        self._served.move_to_end((seller, buyer))
        if len(self._served) > SERVED_MAX:
            self._served.popitem(last=False)
        if self.voice is None or talk.channel != "voice":
            return
        if self.voice.is_up(talk.name):
            self.voice.connect(talk.name, agent)
        else:
            self._phone(talk)

    def _phone(self, talk: Talk) -> None:
        """Call a buyer who is not on the line: one who wants to be called back, or whose call a restart cut off."""
        talk.reach, one = "calling", talk.awaited
        key = f"{talk.name} {talk.agent} {self._at_s()}"
        errand = CallOut(key, one.contact, one.code, one.carrier, opens=False)
        try:
            self._calls().phone(talk.name, errand, partial(self._phoned, talk.name))
        except RefusedError as error:
            talk.reach = "missed"
            desk = self._desk_of(talk)
            if desk is not None:
                desk.refused(talk.name, error)

    def _phoned(self, contact: str, reached: Reached) -> None:
        """The buyer is on the line, or why not."""
        talk = self._talks.get(contact)
        if talk is None or talk.reach != "calling":
            return
        desk = self._desk_of(talk)
        if reached is Reached.PERSON:
            talk.reach = ""
            self._calls().connect(contact, talk.agent)
        else:
            talk.reach = "missed"
            if desk is not None:
                desk.refused(contact, RefusedError(NOT_REACHED, why=reached.value))
        self._tell(talk.agent)

    def _end(self, talk: Talk) -> None:
        talk.is_held = False
        missed, talk.reach = bool(talk.reach), ""
        if self.voice is not None and talk.channel == "voice":
            self.voice.release(talk.name)
        # Nobody is there to hear how the flow goes on: as after any hang-up, it keeps the place.
        self._settle(talk, Outcome("hangup" if missed else "ok"))

    def _tell(self, agent: str) -> None:
        """Bring a desk up to what the router has."""
        sitter = self.sitting.sitter(agent)
        if sitter is not None and agent in self.kept.router.people:
            sitter.tell(self.kept.router.agent_measure(agent), self._talks, self._card)

    # --- small things ---

    def _do(self, talk: Talk, deed: Deed) -> None:
        one = talk.awaited
        arrival = Arrival(one.contact, deed, one.code, one.carrier, b"", 0, self._at_s())
        self._turns.add(arrival, talk, told=TELLER)

    def _at(self, agent: str, contact: str, slot: Slot) -> Talk:
        """A contact that stands so at this desk; raises RefusedError."""
        talk = self._talks.get(contact)
        held = dict(self.kept.router.agent_measure(agent).contacts)
        if talk is None or held.get(contact) != slot:
            raise RefusedError("that buyer is not with you any more")
        return talk

    def _call(self, agent: str, contact: str) -> Talk:
        talk = self._at(agent, contact, "busy")
        if talk.channel != "voice":
            raise RefusedError("that is no call")
        return talk

    def _calls(self) -> Voice:
        if self.voice is None:
            raise RefusedError("calls are not connected here")
        return self.voice

    def _desk_of(self, talk: Talk) -> Desk | None:
        return self.sitting.desk(talk.agent)

    def _program(self, talk: Talk) -> Program | None:
        found = self._cards.machine(talk.awaited)
        return found[1].program if found is not None else None

    def _card(self, talk: Talk) -> Card | None:
        short = short_name(talk.queue)
        waited_s = (talk.answered_at or self._now()) - talk.since
        off_line = talk.channel == "voice" and self.voice is not None
        call_back = off_line and not self._calls().is_up(talk.name)
        return self._cards.card(
            talk.name, talk.awaited, short, waited_s, call_back=call_back, voice=self.voice
        )

    def _at_s(self) -> int:
        return int(self._now())


def _why(outcome: Outcome) -> RefusedError:
    missing = outcome.values.get("missing")
    if missing:
        return RefusedError("sold out: {missing}", missing=str(missing))
    if outcome.name == "empty":
        return RefusedError("the basket is empty")
    return RefusedError("the order could not be placed")
