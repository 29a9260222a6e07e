"""The operators' port as a service: it tells of all services, itself among them, and closes last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from center.measure import Measure, Spread, gauge
from commands.serving.listening import listening
from commands.serving.service import Service
from web.operations.app import nobody, operations_app
from web.server import WebServer


class Operations:
    """See commands.serving.service.Service. Opened first, so that a start that hangs can be looked at."""

    name = "operations"

    def __init__(
        self,
        host: str,
        port: int,
        services: Sequence[Service],
        ask: Callable[[], Awaitable[None]] = nobody,
    ) -> None:
        """`ask` is awaited before figures are read."""
        self.host = host
        self._services = services
        self._draining = False
        app = operations_app(self._all_measures, self._all_unready, ask)
        self._server = WebServer(app, host, port)

    @property
    def port(self) -> int:
        """Where it listens, once it is open."""
        return self._server.port

    async def open(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        with listening("operations", self.host, self._server.port):
            await self._server.__aenter__()

    async def drain(self) -> None:
        """From now on `/ready` says no, so that whoever balances load sends nothing more."""
        self._draining = True

    async def close(self) -> None:
        """Stop listening."""
        await self._server.__aexit__(None, None, None)

    def unready(self) -> str | None:
        """While draining."""
        return "draining" if self._draining else None

    def measures(self) -> Iterable[Measure | Spread]:
        """Whether each service is ready."""
        return [
            Measure(
                "dialcart_ready",
                "gauge",
                "1 where a service can serve buyers, 0 where it cannot.",
                ("service",),
                [((service.name,), float(service.unready() is None)) for service in self._services],
            ),
            gauge("dialcart_draining", "1 after SIGTERM.", float(self._draining)),
        ]

    def _all_measures(self) -> Iterable[Measure | Spread]:
        yield from self.measures()
        for service in self._services:
            yield from service.measures()

    def _all_unready(self) -> dict[str, str]:
        if self._draining:
            # Binds and shards that have ended since are no faults.
            return {self.name: "draining"}
        told = {service.name: service.unready() for service in (self, *self._services)}
        return {name: why for name, why in told.items() if why is not None}
