"""Where the web telephone's pages and lines are found."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from web.headers import is_same_origin
from web.telephone.exchange import Exchange, ShopWindow
from web.telephone.line import Line, is_number

PAGES = Path(__file__).parent / "pages"
LINES_MAX = 500
"""Telephones at once."""
TRY_AGAIN_LATER = 1013
"""RFC 6455, section 7.4, as registered with IANA."""
POLICY_VIOLATION = 1008


def telephone_routes(exchange: Exchange) -> list[BaseRoute]:
    """Routes below /telephone: a page a shop, its line, and the list of shops."""
    lines: set[Line] = set()

    def find(seller: str) -> ShopWindow | None:
        return next((shop for shop in exchange.shops() if shop.seller == seller), None)

    async def shops(_: Request) -> Response:
        return JSONResponse(
            [
                {
                    "seller": s.seller,
                    "name": s.name,
                    "names": dict(s.names),
                    "number": s.number,
                    "code": s.code,
                }
                for s in exchange.shops()
            ]
        )

    async def line(socket: WebSocket) -> None:
        shop = find(socket.path_params["seller"])
        number = socket.query_params.get("from", "")
        origin, host = socket.headers.get("origin"), socket.headers.get("host")
        if shop is None or not is_number(number) or not is_same_origin(origin, host):
            await socket.close(POLICY_VIOLATION)
            return
        if len(lines) >= LINES_MAX:
            await socket.close(TRY_AGAIN_LATER)
            return
        await socket.accept()
        served = Line(socket, exchange, shop.seller, number)
        lines.add(served)
        try:
            await served.run()
        finally:
            lines.discard(served)

    async def page(request: Request) -> Response:
        seller = request.path_params.get("seller")
        if seller is not None and find(seller) is None:
            return PlainTextResponse(f"There is no shop {seller} here; see /telephone/", 404)
        return FileResponse(PAGES / "telephone.html")

    return [
        Route("/telephone/", page),
        Route("/telephone/shops", shops),
        Mount("/telephone/pages", StaticFiles(directory=PAGES)),
        Route("/telephone/{seller}", page),
        WebSocketRoute("/telephone/{seller}/line", line),
    ]
