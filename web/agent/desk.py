"""One agent's desk: what its page says, done on the floor, and what the floor says, told to the page."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from starlette.websockets import WebSocket

from center.acd.agent import Presence
from center.desk.card import Card
from center.desk.desk import RefusedError, Speaker, Stage
from web.agent import messages as m
from web.agent.floor import Floor
from web.socket import PageSocket

NOT_UNDERSTOOD = "the page said what is not understood: {why}"

_decoder: msgspec.json.Decoder[m.DeskMessage] = msgspec.json.Decoder(m.DeskMessage)


class DeskSocket:
    """See center.desk.desk.Desk. Nothing is kept here: a page that comes back is told all by the floor."""

    def __init__(
        self, socket: WebSocket, floor: Floor, agent: str, now: Callable[[], float] = time.time
    ) -> None:
        self._page = PageSocket(socket)
        self._now = now
        self._floor = floor
        self._agent = agent

    async def run(self) -> None:
        """Sit at the desk until the page goes away."""
        try:
            self._floor.sign_in(self._agent, self)
        except RefusedError as error:
            self.refused("", error)
            # The page tries again until there is a seat.
            self.presence("signed out", "")
        try:
            await self._page.run(self._heard)
        finally:
            self._floor.sign_out(self._agent, self)

    def hang_up(self) -> None:
        """Let go of the page; whether it comes back is asked at the door."""
        self._page.close()

    def close(self, why: str) -> None:
        """See Desk."""
        self._page.tell("closed", why=why)
        self.hang_up()

    # --- what the floor says ---

    def presence(self, presence: Presence, reason: str) -> None:
        """See Desk."""
        self._page.tell("presence", presence=presence, reason=reason)

    def offered(self, card: Card, answer_by: float) -> None:
        """See Desk."""
        self._page.tell("offered", card=card, answer_in_s=self._span(answer_by))

    def withdrawn(self, contact: str, why: str) -> None:
        """See Desk."""
        self._page.tell("withdrawn", contact=contact, why=why)

    def stage(self, contact: str, stage: Stage, ends_at: float = 0.0) -> None:
        """See Desk."""
        ends_in_s = self._span(ends_at) if ends_at else None
        self._page.tell("stage", contact=contact, stage=stage, ends_in_s=ends_in_s)

    def card(self, card: Card) -> None:
        """See Desk."""
        self._page.tell("card", card=card)

    def said(self, contact: str, who: Speaker, text: str) -> None:
        """See Desk."""
        self._page.tell("said", contact=contact, who=who, text=text)

    def refused(self, contact: str, why: RefusedError) -> None:
        """See Desk."""
        self._page.tell("refused", contact=contact, why=why.why, values=why.values)

    def ended(self, contact: str, why: str) -> None:
        """See Desk."""
        self._page.tell("ended", contact=contact, why=why)

    def _span(self, until: float) -> float:
        """For the page: the clock of the agent's machine may be minutes off."""
        return max(0.0, until - self._now())

    # --- what the page says ---

    async def _heard(self, data: str) -> None:
        try:
            message = _decoder.decode(data)
        except msgspec.MsgspecError as error:
            self.refused("", RefusedError(NOT_UNDERSTOOD, why=str(error)))
            return
        try:
            m.check_lengths(message)
            await self._do(message)
        except RefusedError as error:
            self.refused(getattr(message, "contact", ""), error)

    async def _put_on_line(self, offer: str, number: int) -> None:
        try:
            answer = await self._floor.line(self._agent, offer)
        except RefusedError:
            self._page.tell("no line", number=number)
            raise
        self._page.tell("line", answer=answer, number=number)

    async def _do(self, message: m.DeskMessage) -> None:
        floor, agent = self._floor, self._agent
        match message:
            case m.Leave():
                floor.leave(agent)
            case m.Ready():
                floor.ready(agent)
            case m.NotReady(reason):
                floor.not_ready(agent, reason)
            case m.PutOnLine(offer, number):
                await self._put_on_line(offer, number)
            case m.Accept(contact):
                floor.accept(agent, contact)
            case m.Decline(contact):
                floor.decline(agent, contact)
            case m.Write(contact, text):
                floor.write(agent, contact, text)
            case m.SetBasket(contact, lines):
                floor.basket(agent, contact, lines)
            case m.PlaceOrder(contact, address):
                floor.order(agent, contact, address)
            case m.Hold(contact):
                floor.hold(agent, contact)
            case m.Resume(contact):
                floor.resume(agent, contact)
            case m.Press(contact, keys):
                floor.keys(agent, contact, keys)
            case m.Transfer(contact, way, to):
                floor.transfer(agent, contact, way, to)
            case m.Invite(contact, other):
                floor.invite(agent, contact, other)
            case m.CallAgain(contact):
                floor.call_again(agent, contact)
            case m.Phone(contact):
                floor.phone(agent, contact)
            case m.HangUp(contact):
                floor.hang_up(agent, contact)
            case m.Colleagues(contact):
                self._page.tell("colleagues", names=floor.colleagues(agent, contact))
            case m.Finish(contact):
                floor.finish(agent, contact)
            case m.WrapUp(contact, code, note):
                floor.wrap_up(agent, contact, code, note)
