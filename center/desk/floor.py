"""The floor that agents and supervisors work on: what they may ask for, and why it cannot be where it cannot.

Each request is checked against what the router holds, then posted to it, done in the buyer's session, or asked of the call;
nothing is told to the desk here but what the router decided of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from center.acd.events import (
    AgentPaused,
    AgentReady,
    ContactFinished,
    OfferAccepted,
    OfferDeclined,
    WrapUpEnded,
)
from center.acd.kept import KeptRouter
from center.batch import TurnBatch
from center.desk.calls import Calls
from center.desk.card import BasketLine
from center.desk.cards import Cards
from center.desk.census import Census
from center.desk.colleagues import colleagues
from center.desk.deed import PlaceForBuyer, SetBasket, WriteToBuyer
from center.desk.deeds import Deeds
from center.desk.desk import Desk, FloorView, RefusedError
from center.desk.desks import Desks
from center.desk.guests import Guests
from center.desk.listeners import Listeners
from center.desk.phoning import NO_HEADSET, Phoning
from center.desk.ports import ListenMode
from center.desk.scope import scope_of
from center.desk.sitting import Sitting
from center.desk.talk import Talk
from center.desk.talks import Talks
from center.desk.transfers import Transfers
from center.desk.view import view_of
from flows.inputs import Line

NOT_SENT = "the caller cannot be sent there now: {why}"


class Floor:
    """See web.agent.floor.Floor, which says what each request is."""

    def __init__(
        self,
        kept: KeptRouter,
        census: Census,
        turns: TurnBatch,
        sitting: Sitting,
        talks: Talks,
        calls: Calls,
        desks: Desks,
        deeds: Deeds,
        cards: Cards,
        transfers: Transfers,
        phoning: Phoning,
        guests: Guests,
        listeners: Listeners,
        *,
        now: Callable[[], float],
    ) -> None:
        self._kept = kept
        self._census = census
        self._turns = turns
        self._sitting = sitting
        self._talks = talks
        self._calls = calls
        self._desks = desks
        self._deeds = deeds
        self._cards = cards
        self._transfers = transfers
        self._phoning = phoning
        self._guests = guests
        self._listeners = listeners
        self._now = now

    def sign_in(self, agent: str, desk: Desk) -> None:
        """See Floor."""
        self._sitting.sign_in(agent, desk)
        self._desks.tell(agent)

    def sign_out(self, agent: str, desk: Desk) -> None:
        """See Floor."""
        if self._sitting.sign_out(agent, desk) and self._calls.voice is not None:
            self._calls.voice.hang_up(agent)

    def leave(self, agent: str) -> None:
        """See Floor."""
        self._sitting.leave(agent)
        if self._calls.voice is not None:
            self._calls.voice.hang_up(agent)

    def ready(self, agent: str) -> None:
        """See Floor."""
        self._sitting.check_known(agent)
        self._kept.post(AgentReady(self._now(), agent))

    def not_ready(self, agent: str, reason: str) -> None:
        """See Floor."""
        self._sitting.check_known(agent)
        self._kept.post(AgentPaused(self._now(), agent, reason or "break"))

    def accept(self, agent: str, contact: str) -> None:
        """See Floor."""
        if self._guests.has(agent, contact):
            self._guests.accept(agent, contact)
            return
        talk = self._talks.at(agent, contact, "offered")
        if talk.channel == "voice" and not self._calls.needed.has_line(agent):
            raise RefusedError(NO_HEADSET)
        self._kept.post(OfferAccepted(self._now(), contact, agent))

    def decline(self, agent: str, contact: str) -> None:
        """See Floor."""
        if self._guests.has(agent, contact):
            self._guests.leave(agent, contact)
            return
        self._talks.at(agent, contact, "offered")
        self._kept.post(OfferDeclined(self._now(), contact, agent))

    async def line(self, agent: str, offer: str) -> str:
        """See Floor."""
        return await self._calls.needed.line(agent, offer)

    def write(self, agent: str, contact: str, text: str) -> None:
        """See Floor."""
        if text.strip():
            self._deeds.do(self._talks.at(agent, contact, "busy"), WriteToBuyer(text.strip()))

    def basket(self, agent: str, contact: str, lines: Sequence[BasketLine]) -> None:
        """See Floor."""
        talk = self._talks.at(agent, contact, "busy")
        found = self._cards.machine(talk.awaited)
        unknown = [x.code for x in lines if found is None or x.code not in found[1].products]
        if unknown:
            raise RefusedError("the shop has no product {code}", code=unknown[0])
        if any(line.quantity < 1 for line in lines):
            raise RefusedError("a basket holds one or more of each product")
        self._deeds.do(talk, SetBasket(tuple(Line(line.code, line.quantity) for line in lines)))

    def order(self, agent: str, contact: str, address: str) -> None:
        """See Floor."""
        talk = self._talks.at(agent, contact, "busy")
        if not address.strip():
            raise RefusedError("an order needs an address to go to")
        self._deeds.do(talk, PlaceForBuyer(address.strip()))

    def hold(self, agent: str, contact: str) -> None:
        """See Floor."""
        talk = self._call(agent, contact)
        self._calls.needed.hold(contact)
        self._held(talk, is_held=True)

    def resume(self, agent: str, contact: str) -> None:
        """See Floor."""
        talk = self._call(agent, contact)
        self._calls.needed.resume(contact)
        self._held(talk, is_held=False)

    def keys(self, agent: str, contact: str, keys: str) -> None:
        """See Floor."""
        self._call(agent, contact)
        self._calls.needed.keys(contact, keys)

    def transfer(self, agent: str, contact: str, kind: str, to: str) -> None:
        """See Floor."""
        talk = self._talks.at(agent, contact, "busy")
        match kind:
            case "queue":
                self._transfers.to_queue(talk, to)
            case "agent":
                self._transfers.to_agent(talk, to)
            case "step":
                self._transfers.to_step(talk, to)
            case _:
                talk = self._call(agent, contact)
                self._calls.needed.transfer(contact, to, partial(self._not_sent, talk))

    def invite(self, agent: str, contact: str, other: str) -> None:
        """See Floor."""
        talk = self._call(agent, contact)
        if not self._calls.needed.is_up(contact):
            raise RefusedError("the buyer has hung up")
        self._guests.invite(talk, other)

    def call_again(self, agent: str, contact: str) -> None:
        """See Floor."""
        talk = self._talks.at(agent, contact, "busy")
        if talk.reach != "missed":
            raise RefusedError("the buyer is on the line, or being called")
        self._calls.phone(talk)

    def phone(self, agent: str, contact: str) -> None:
        """See Floor."""
        self._phoning.begin(agent, contact)

    def hang_up(self, agent: str, contact: str) -> None:
        """See Floor."""
        self._phoning.end(agent, contact)

    def finish(self, agent: str, contact: str) -> None:
        """See Floor."""
        if self._guests.has(agent, contact):
            self._guests.leave(agent, contact)
            return
        self._talks.at(agent, contact, "busy")
        self._kept.post(ContactFinished(self._now(), contact, agent))

    def wrap_up(self, agent: str, contact: str, code: str, note: str) -> None:
        """See Floor."""
        talk = self._talks.at(agent, contact, "wrap-up")
        # On one line, whatever a page sends: the log has a line for each thing that happened.
        words = " ".join(f"[{code}] {note}".split())
        self._turns.note(
            talk.awaited.contact, talk.awaited.serial, f"# {agent}: {words}", int(self._now())
        )
        self._kept.post(WrapUpEnded(self._now(), contact, agent))

    def colleagues(self, agent: str, contact: str) -> tuple[str, ...]:
        """See Floor."""
        talk = self._talks.at(agent, contact, "busy")
        return tuple(colleagues(self._kept.router, self._census, talk))

    def view(self, supervisor: str, wanted: str = "") -> FloorView:
        """See Floor."""
        router = self._kept.router
        return view_of(router, self._census, scope_of(router, supervisor), self._now(), wanted)

    async def put_on_ear(self, ear: str, offer: str) -> str:
        """See Floor."""
        return await self._calls.needed.line(ear, offer)

    def listen(
        self,
        supervisor: str,
        ear: str,
        agent: str,
        mode: ListenMode,
        told: Callable[[RefusedError], object],
    ) -> None:
        """See Floor."""
        self._listeners.listen(supervisor, ear, agent, mode, told)

    def listens(self, ear: str) -> tuple[str, ListenMode] | None:
        """See Floor."""
        return self._listeners.listens(ear)

    def stop_listening(self, ear: str) -> None:
        """See Floor."""
        self._listeners.stop(ear)

    def take_off_ear(self, ear: str) -> None:
        """See Floor."""
        self._listeners.stop(ear)
        if self._calls.voice is not None:
            self._calls.voice.hang_up(ear)

    def recording(self, agent: str, contact: str, recording: str) -> bytes:
        """See Floor."""
        talk = self._talks.named.get(contact)
        card = None
        if talk is not None and contact in self._talks.held(agent):
            card = self._desks.card(talk)
        if card is None or recording not in {one.id for one in card.recordings}:
            raise RefusedError("that recording is not of a buyer at this desk")
        return self._calls.needed.recording(contact, recording)

    # --- small things ---

    def _call(self, agent: str, contact: str) -> Talk:
        talk = self._talks.at(agent, contact, "busy")
        if not talk.is_on_call:
            raise RefusedError("that is no call")
        return talk

    def _not_sent(self, talk: Talk, why: str) -> None:
        """A buyer who was to be sent outside is still here."""
        self._desks.refuse(talk, RefusedError(NOT_SENT, why=why))

    def _held(self, talk: Talk, *, is_held: bool) -> None:
        talk.is_held = is_held
        self._desks.tell(talk.agent)
