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
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from center.acd.agent import Agent, Slot
from center.acd.decisions import Decision, Leave, Offer, ProposeCallBack, Say, Withdraw
from center.acd.events import (
    AgentPaused,
    AgentReady,
    AgentSet,
    AgentSignedIn,
    AgentSignedOut,
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
from center.acd.queue import Exit, Queue
from center.acd.recipe import Play
from center.acd.recipe import Step as RecipeStep
from center.awaited import Awaited
from center.batch import TurnBatch
from center.changes import OutgoingText
from center.contact import Arrival, ContactKey
from center.desk.card import BasketLine, Card
from center.desk.cards import Cards
from center.desk.deed import SENT_TO_STEP, Deed, PlaceForBuyer, SetBasket, WriteToBuyer
from center.desk.desk import Desk, FloorView, RefusedError
from center.desk.heard import Heard
from center.desk.ports import ListenMode, Records, Voice
from center.desk.sitter import Sitter
from center.desk.talk import Talk
from center.desk.view import view_of
from center.ports import Later
from center.shops import Shops
from center.taken import Fate, Taken
from center.uap.door import Refused
from center.uap.gate import Gate
from flows import effects, prompts
from flows.effects import Effect
from flows.inputs import HungUp, Line, Outcome, Speech, Text
from flows.program import HandOver, Program

TELLER = "desk"
"""The channel of the turn batch that is told of deeds: whoever makes a switchboard opens it there under this name."""
RELOAD_S = 5.0
"""A desk that is away for less keeps being offered buyers: a page is loaded anew."""
AWAY_S = 60.0
"""A desk that is away for longer is signed out, and its talks go back to their queues."""
REASON_AWAY = "away"
RECORDS_MAX = 200_000
"""A journal longer than this is begun anew at a start at which nobody waits or talks."""
EXITS = {Exit.NO_AGENTS: "closed", Exit.BUSY: "busy", Exit.TIME_OUT: "timeout"}
"""A queue's exit as the flow's outcome; a flow without a way for `closed` takes the one for `busy`."""
FIRST_WORD_S = 20.0
NEXT_WORD_S = 120.0
RECIPE = tuple(
    RecipeStep(after_s, Play("agent_wait")) for after_s in (FIRST_WORD_S, NEXT_WORD_S, 300.0)
)
"""What a queue does while somebody waits, unless it is set otherwise: says how long it will be."""

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
        voice: Voice | None = None,
    ) -> None:
        self.voice = voice
        self.gate: Gate | None = None
        """Gives agents their seats on the platform; without one there is a seat for everybody."""
        self.kept = KeptRouter(journal, later=later, now=now, decided=self._decided)
        self._turns = turns
        self._cards = Cards(records, shops)
        self._later = later
        self._now = now
        self._talks: dict[str, Talk] = {}
        """By name."""
        self._of_session: dict[str, Talk] = {}
        """By the key of what is awaited."""
        self._sitters: dict[str, Sitter] = {}

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
        if self.kept.recorded > RECORDS_MAX and not self.kept.router.tickets:
            self.kept.forget()
        now, router = self._now(), self.kept.router
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
        for name, person in router.people.items():
            if person.presence != "signed out":
                self._sitters[name] = Sitter(was_ready=person.presence == "ready")
                self._later(AWAY_S, partial(self._gone, name))
        self.kept.flush()

    def set_agent(self, agent: Agent) -> None:
        """Enter or change an agent while we run."""
        self.kept.post(AgentSet(self._now(), agent))

    def contract(self, pool: str, seller: str) -> None:
        """Let a pool's people serve a seller."""
        if (pool, seller) not in self.kept.contracts:
            self.kept.post(ContractSet(self._now(), pool, seller))

    # --- center.ports.Performer ---

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:
        """See Performer. A USSD session cannot wait for a person; a partner's service is not ours to ask."""
        if not isinstance(effect, effects.HandOver):
            return Outcome("failed")
        if contact.channel == "ussd" or not any(
            person.presence != "signed out" for person in self.kept.router.people.values()
        ):
            return Outcome("busy")
        return None

    def perform(self, awaited: Sequence[Awaited]) -> None:
        """See Performer."""
        for one in awaited:
            if isinstance(one.effect, effects.HandOver) and one.key not in self._of_session:
                self._arrive(one)

    def heard(self, heard: Sequence[Heard]) -> None:
        """See Performer."""
        for one in heard:
            talk = self._of_session.get(one.key)
            if talk is None:
                continue
            match one.input:
                case Text(text) | Speech(text):
                    desk = self._desk_of(talk)
                    if desk is not None:
                        desk.said(talk.name, "buyer", text)
                case HungUp():
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
        if taken.fate is not Fate.KEPT or outcome is None:
            if desk is not None:
                desk.refused(talk.name, "That could not be kept; try again.")
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
        if agent not in self.kept.router.people:
            raise RefusedError(
                f"nobody called {agent} works here; `dialcart people add` enters people"
            )
        if self.gate is not None and isinstance(self.gate.seat(agent), Refused):
            raise RefusedError(
                "all seats of the platform are taken; try again when somebody has left"
            )
        sitter = self._sitters.setdefault(agent, Sitter())
        before, sitter.desk = sitter.desk, desk
        if before is not None:
            before.close("signed in elsewhere")
        sitter.known.clear()
        presence = self.kept.router.agent_measure(agent).presence
        if presence == "signed out":
            self.kept.post(AgentSignedIn(self._now(), agent))
        elif sitter.was_ready and presence == "not ready" and sitter.reason == REASON_AWAY:
            self.kept.post(AgentReady(self._now(), agent))
        sitter.was_ready = False
        sitter.presence = "signed out"
        self._tell(agent)

    def sign_out(self, agent: str, desk: Desk) -> None:
        """See Floor."""
        sitter = self._sitters.get(agent)
        if sitter is None or sitter.desk is not desk:
            return
        sitter.desk = None
        sitter.was_ready = sitter.presence == "ready"
        if self.voice is not None:
            self.voice.hang_up(agent)
        self._later(RELOAD_S, partial(self._away, agent))
        self._later(AWAY_S, partial(self._gone, agent))

    def _away(self, agent: str) -> None:
        sitter = self._sitters.get(agent)
        if sitter is not None and sitter.desk is None and sitter.was_ready:
            sitter.reason = REASON_AWAY
            self.kept.post(AgentPaused(self._now(), agent, REASON_AWAY))

    def _gone(self, agent: str) -> None:
        """Nobody came back to the desk."""
        sitter = self._sitters.get(agent)
        if sitter is None or sitter.desk is not None:
            return
        del self._sitters[agent]
        if self.gate is not None:
            self.gate.leave_seat(agent)
        self.kept.post(AgentSignedOut(self._now(), agent))
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
            raise RefusedError(f"the shop has no product {unknown[0]}")
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
        found = self._cards.machine(talk.awaited)
        program = found[1].program if found is not None else None
        seller = talk.awaited.contact.seller
        match kind:
            case "queue":
                queues = _queues(program) if program is not None else ()
                if to not in queues:
                    raise RefusedError(f"there is no queue {to}; there are: {', '.join(queues)}")
                self._hand_on(talk, self._queue(seller, to))
            case "agent":
                person = self.kept.router.people.get(to)
                if person is None or person.presence != "ready":
                    raise RefusedError(f"{to} takes nobody now")
                self._hand_on(talk, talk.queue, prefers=to)
            case "step":
                if program is None or to not in program.steps:
                    raise RefusedError(f"the flow has no step {to}")
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
            raise RefusedError(f"{other} cannot be invited")
        self._calls().invite(contact, other)

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
        if contact not in dict(self.kept.router.agent_measure(agent).contacts):
            raise RefusedError("that recording is not of a buyer at this desk")
        return self._calls().recording(contact, recording)

    # --- buyers on their way through ---

    def _arrive(self, awaited: Awaited) -> None:
        assert isinstance(awaited.effect, effects.HandOver)
        queue = self._queue(awaited.contact.seller, awaited.effect.queue)
        self._add(Talk(awaited.key, awaited, queue, self._now()))
        self._enter(self._talks[awaited.key])

    def _enter(self, talk: Talk, prefers: str = "") -> None:
        self.kept.post(
            ContactArrived(
                self._now(), talk.name, talk.queue, talk.channel, talk.since, prefers=prefers
            )
        )

    def _queue(self, seller: str, name: str) -> str:
        """The router's name of a seller's queue, which is opened when the first buyer comes."""
        full = f"{seller}/{name}"
        if full not in self.kept.router.backlogs:
            self.kept.post(QueueSet(self._now(), Queue(full, seller, recipe=RECIPE)))
        return full

    def _add(self, talk: Talk) -> None:
        self._talks[talk.name] = talk
        self._of_session[talk.awaited.key] = talk

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
                case ProposeCallBack():
                    # No recipe of ours has this step: RECIPE tells how long it takes.
                    log.debug("a call-back is not proposed")
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
            texts=[OutgoingText(one.carrier, one.code, one.contact.buyer, text, self._at_s())],
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
        talk.agent = agent
        if self.voice is not None and talk.channel == "voice":
            self.voice.connect(talk.name, agent)

    def _end(self, talk: Talk) -> None:
        talk.is_held = False
        if self.voice is not None and talk.channel == "voice":
            self.voice.release(talk.name)
        self._settle(talk, Outcome("ok"))

    def _tell(self, agent: str) -> None:
        """Bring a desk up to what the router has."""
        sitter = self._sitters.get(agent)
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
        sitter = self._sitters.get(talk.agent)
        return sitter.desk if sitter is not None else None

    def _card(self, talk: Talk) -> Card | None:
        short = talk.queue.partition("/")[2]
        return self._cards.card(talk.name, talk.awaited, short, self._now() - talk.since)

    def _at_s(self) -> int:
        return int(self._now())


def _queues(program: Program) -> tuple[str, ...]:
    """Queues of a seller: those that are declared, and those that the flow hands over to."""
    named = {node.queue for node in program.nodes if isinstance(node, HandOver)}
    return tuple(sorted(named.union(program.queues)))


def _why(outcome: Outcome) -> str:
    missing = outcome.values.get("missing")
    if missing:
        return f"Sold out: {missing}"
    return {"empty": "The basket is empty."}.get(outcome.name, "The order could not be placed.")
