"""Where the desk and the supervisor's page are found, and who may open them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from center.desk.desk import RefusedError
from web.accounts.account import Account
from web.accounts.routes import Doorkeeper, may_lead
from web.accounts.visits import OpenPage
from web.agent.desk import DeskSocket
from web.agent.floor import Floor
from web.agent.lead import LeadSocket

PAGES = Path(__file__).parent / "pages"
POLICY_VIOLATION = 1008
"""RFC 6455, section 7.4.1."""


def agent_routes(floor: Floor, door: Doorkeeper) -> list[BaseRoute]:
    """Routes /desk and /floor with what belongs to them."""

    def anybody(_: Account) -> bool:
        return True

    async def serve(
        socket: WebSocket,
        may: Callable[[Account], bool],
        page_of: Callable[[str], DeskSocket | LeadSocket],
    ) -> None:
        account = door.who(socket)
        if account is None or not may(account) or not door.is_ours(socket):
            await socket.close(POLICY_VIOLATION)
            return
        # From here to the first wait nothing can end the visit.
        page = page_of(account.name)
        with door.stays(socket, OpenPage(may, page.hang_up)):
            await socket.accept()
            await page.run()

    async def desk_page(request: Request) -> Response:
        if door.who(request) is None:
            return RedirectResponse("/sign-in?to=/desk")
        return FileResponse(PAGES / "desk.html")

    async def floor_page(request: Request) -> Response:
        account = door.who(request)
        if account is None:
            return RedirectResponse("/sign-in?to=/floor")
        if not may_lead(account):
            return PlainTextResponse("This page is for supervisors; yours is /desk", 403)
        return FileResponse(PAGES / "floor.html")

    async def desk_line(socket: WebSocket) -> None:
        await serve(socket, anybody, lambda name: DeskSocket(socket, floor, name))

    async def floor_line(socket: WebSocket) -> None:
        await serve(socket, may_lead, lambda name: LeadSocket(socket, floor, name))

    async def recording(request: Request) -> Response:
        account = door.who(request)
        if account is None:
            return PlainTextResponse("Sign in first", 401)
        contact = request.query_params.get("contact", "")
        name = request.query_params.get("recording", "")
        try:
            sound = await asyncio.to_thread(floor.recording, account.name, contact, name)
        except RefusedError as error:
            return PlainTextResponse(str(error), 404)
        return Response(sound, media_type="audio/wav", headers={"cache-control": "no-store"})

    return [
        Route("/desk", desk_page),
        WebSocketRoute("/desk/line", desk_line),
        Route("/desk/recording", recording),
        Mount("/desk/pages", StaticFiles(directory=PAGES)),
        Route("/floor", floor_page),
        WebSocketRoute("/floor/line", floor_line),
    ]
