"""A supervisor's page: the floor as it is, a picture a second, and an ear at any desk."""

from __future__ import annotations

import asyncio
from itertools import count

import msgspec
from starlette.websockets import WebSocket

from center.desk.desk import RefusedError
from web.agent import messages as m
from web.agent.desk import NOT_UNDERSTOOD
from web.agent.floor import Floor
from web.socket import PageSocket

VIEW_EVERY_S = 1.0

_decoder: msgspec.json.Decoder[m.LeadMessage] = msgspec.json.Decoder(m.LeadMessage)
_pages = count(1)


class LeadSocket:
    """One supervisor's page. Each page has an ear of its own: one person may have several, and a desk."""

    def __init__(self, socket: WebSocket, floor: Floor, supervisor: str) -> None:
        self._page = PageSocket(socket)
        self._floor = floor
        self._supervisor = supervisor
        self._wanted = ""
        """Agents with this in their names are shown alone."""
        self._ear = f"ear {next(_pages)} of {supervisor}"

    async def run(self) -> None:
        """Show the floor until the page goes away."""
        showing = asyncio.create_task(self._show())
        try:
            await self._page.run(self._heard)
        finally:
            showing.cancel()
            self._floor.take_off_ear(self._ear)

    def hang_up(self) -> None:
        """Let go of the page at once; whether it comes back is asked at the door."""
        self._floor.take_off_ear(self._ear)
        self._page.close()

    async def _show(self) -> None:
        while True:
            self._tell_view()
            self._tell_ear()
            await asyncio.sleep(VIEW_EVERY_S)

    def _tell_view(self) -> None:
        self._page.tell("view", view=self._floor.view(self._supervisor, self._wanted))

    def _tell_ear(self) -> None:
        """Whom the supervisor hears: a call may have ended, or been handed on."""
        agent, mode = self._floor.listens(self._ear) or ("", "")
        self._page.tell("ear", agent=agent, mode=mode)

    async def _heard(self, data: str) -> None:
        try:
            await self._do(_decoder.decode(data))
        except msgspec.MsgspecError as error:
            self._refuse(RefusedError(NOT_UNDERSTOOD, why=str(error)))
        except RefusedError as error:
            self._refuse(error)
        self._tell_ear()

    def _refuse(self, error: RefusedError) -> None:
        self._page.tell("refused", why=error.why, values=error.values)

    async def _do(self, message: m.LeadMessage) -> None:
        match message:
            case m.PutOnLine(offer):
                self._page.tell("line", answer=await self._floor.put_on_ear(self._ear, offer))
            case m.Listen(agent, mode):
                self._floor.listen(self._supervisor, self._ear, agent, mode, self._refuse)
            case m.Find(text):
                self._wanted = text[: m.WORD_CHARACTERS_MAX]
                self._tell_view()
            case m.StopListening():
                self._floor.stop_listening(self._ear)
