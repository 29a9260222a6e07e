"""The application that the web server serves: everybody's routes behind the headers that every page bears."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from web.headers import SecureHeaders

PAGES = Path(__file__).parent / "pages"


def web_app(routes: Sequence[BaseRoute], home: str) -> Starlette:
    """Routes with what their pages share; `/` leads to `home`."""

    async def go_home(_: Request) -> Response:
        return RedirectResponse(home)

    return Starlette(
        routes=[
            Route("/", go_home),
            Mount("/pages", StaticFiles(directory=PAGES)),
            *routes,
        ],
        middleware=[Middleware(SecureHeaders)],
    )
