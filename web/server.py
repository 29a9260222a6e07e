"""The web server: pages and WebSockets on one port, in the event loop that runs everything else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator
from types import TracebackType
from typing import Self

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS_MAX = 4_000
"""Browsers at once; one more gets 503."""
MESSAGE_BYTES_MAX = 65_536
"""A WebSocket message: a browser's offer of audio is near 3 KB."""
HEAD_BYTES_MAX = 16_384
"""Of a request, its line and headers; a longer one gets 400. h11 alone has such a bound, so it reads also where others are installed."""
REQUEST_S_MAX = 20.0
"""From a connection, or the first octet of a further request, to the request's last: who says nothing would keep a place for ever."""
PING_S = 20.0
"""How often an idle WebSocket is asked whether somebody is there, and how long it may take to answer."""
CLOSE_S_MAX = 3
"""Requests under way have so long to finish when the server closes."""


class WebServer:
    """Serves an application until left. `port` 0 takes any; the one taken is in `port` then."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._server = _Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=_Impatient,
                h11_max_incomplete_event_size=HEAD_BYTES_MAX,
                ws="websockets-sansio",
                ws_max_size=MESSAGE_BYTES_MAX,
                ws_ping_interval=PING_S,
                ws_ping_timeout=PING_S,
                limit_concurrency=CONNECTIONS_MAX,
                timeout_graceful_shutdown=CLOSE_S_MAX,
                # Requests hold numbers of buyers, and whoever runs us logs in one format.
                access_log=False,
                log_config=None,
                # Its own start and stop; what fails is told all the same.
                log_level="warning",
                server_header=False,
                lifespan="off",
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Listen. Raises OSError if it cannot."""
        self._server.config.load()
        self._server.lifespan = self._server.config.lifespan_class(self._server.config)
        try:
            await self._server.startup()
        except SystemExit as ended:
            # What made uvicorn give up, and not the exit of a program that it takes for its own.
            cause = ended.__context__
            raise cause if isinstance(cause, OSError) else OSError(str(cause)) from None
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self._serving = asyncio.create_task(self._server.main_loop())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, and close what is open."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
            await self._server.shutdown()


class _Impatient(H11Protocol):
    """Hangs up on who does not end a request; uvicorn itself waits for ever, but for the first octet of a further one."""

    _gives_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait_no_longer()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # A further request may have come together with the one that is answered, and not all of it; before its head uvicorn waits.
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            self._wait()

    def _wait(self) -> None:
        """For the rest of a request, if there is any to come."""
        # A WebSocket has the connection from then on.
        is_ours = self.transport.get_protocol() is self
        if not is_ours or self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._wait_no_longer()
        elif self._gives_up is None:
            self._gives_up = self.loop.call_later(REQUEST_S_MAX, self.transport.close)

    def _wait_no_longer(self) -> None:
        if self._gives_up is not None:
            self._gives_up.cancel()
            self._gives_up = None


class _Server(uvicorn.Server):
    """Signals are for whoever runs the loop, not for the web server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
