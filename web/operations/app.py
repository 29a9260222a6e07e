"""The application behind the operators' port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from web.operations.exposition import CONTENT_TYPE, Exposition, Measures

Unready = Callable[[], Mapping[str, str]]
"""Why we cannot serve now, by service; nothing when all can."""


async def nobody() -> None:
    """Whose figures are always those of now."""


def operations_app(
    measures: Measures, unready: Unready, ask: Callable[[], Awaitable[None]] = nobody
) -> Starlette:
    """`/health`: the process answers. `/ready`: it can serve buyers. `/metrics`: how it does, for Prometheus.

    `ask` has others bring their figures up to date first, in bounded time.
    """
    exposition = Exposition(measures)

    async def metrics(_: Request) -> Response:
        await ask()
        return Response(exposition.text(), media_type=CONTENT_TYPE)

    async def health(_: Request) -> Response:
        # That this is answered at all tells that the loop turns; a restart helps only where it does not.
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        why = dict(unready())
        if why:
            return JSONResponse({"status": "not ready", "why": why}, 503)
        return JSONResponse({"status": "ready"})

    return Starlette(
        routes=[Route("/metrics", metrics), Route("/health", health), Route("/ready", ready)]
    )
