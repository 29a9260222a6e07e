"""SIP over TCP and TLS: connections that come and that we open, found again by number or by address.

Strangers are hung up on before a byte is read. A connection that we opened is asked whether it is still there by two
line ends, and one that leaves a message half sent, or does not answer, is closed (RFC 5626, section 3.5.1).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from ivr.sip.errors import FramingError
from ivr.sip.flow import Flow
from ivr.sip.frames import PING, PONG, Frames

CONNECTIONS_MAX = 4_096
CONNECTIONS_PER_SOURCE_MAX = 256
UNSENT_BYTES_MAX = 1_048_576
"""What a peer that does not read may leave with us; past it the connection is closed."""
WAITING_MAX = 256
"""Messages that wait for a connection to open."""
CONNECT_S = 5.0
PARTIAL_S = 10.0
"""From the first byte of a message to its last."""
PING_S = 30.0
"""Silence on a connection of ours after which it is asked."""
PONG_S = 10.0
IDLE_S = 1_800.0
"""Silence after which a connection that came is closed: longer than a session timer takes to speak."""
SLOW_S = 0.25
"""A connection that brings twice its trunk's rate is not read for so long: TCP has its peer wait."""
SWEEP_S = 5.0
CLOSE_S = 1.0
"""What is still to be sent at the end has so long."""

log = logging.getLogger(__name__)


class StreamOwner:
    """What streams tell; the endpoint is one."""

    def received(self, messages: list[tuple[bytes, Flow]]) -> None:
        """Messages came."""
        raise NotImplementedError

    def broken(self, flow: Flow) -> None:
        """Nothing more can be sent there."""
        raise NotImplementedError

    def knows(self, host: str) -> bool:
        """Whether that address is of a trunk."""
        raise NotImplementedError


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, streams: Streams, transport_name: str, target: Flow | None) -> None:
        self.streams = streams
        self.name = transport_name
        self.target = target
        """Where we connected to; None of one that came."""
        self.flow = Flow(transport_name, "", 0)
        self.transport: asyncio.Transport | None = None
        self.heard = 0.0
        self.partial_since: float | None = None
        self.asked_at: float | None = None
        self._frames = Frames()
        self._is_slow = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is up."""
        assert isinstance(transport, asyncio.Transport)
        host, port = transport.get_extra_info("peername")[:2]
        self.transport = transport
        self.heard = self.streams.now()
        if not self.streams.admit(self, host, port):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        now = self.streams.now()
        self.heard = now
        self.asked_at = None
        try:
            found = self._frames.feed(data)
        except FramingError as error:
            log.info("%s: %s", self.flow, error)
            self.close()
            return
        if self._frames.pings:
            self.write(PONG * min(self._frames.pings, 4))
            self._frames.pings = 0
        if found:
            self.streams.owner.received([(message, self.flow) for message in found])
        if self._frames.partial:
            self.partial_since = self.partial_since or now
        else:
            self.partial_since = None

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """It is gone."""
        self.transport = None
        self.streams.lost(self)

    def write(self, data: bytes) -> None:
        """Send; a peer that does not read is hung up on."""
        if self.transport is None:
            return
        self.transport.write(data)
        if self.transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            self.transport.abort()

    def slow(self) -> None:
        """Read nothing more for a moment: its peer has to wait."""
        if self.transport is not None and not self._is_slow:
            self._is_slow = True
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(SLOW_S, self._go_on)

    def _go_on(self) -> None:
        self._is_slow = False
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()

    def close(self) -> None:
        """Hang up, after what is still to be sent."""
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """Hang up at once."""
        if self.transport is not None:
            self.transport.abort()

    def sweep(self, now: float) -> None:
        """Close it if it hangs; ask whether it is there if it is ours and silent."""
        silent_s = now - self.heard
        partial = self.partial_since is not None and now - self.partial_since > PARTIAL_S
        unanswered = self.asked_at is not None and now - self.asked_at > PONG_S
        if partial or unanswered or silent_s > IDLE_S:
            self.abort()
        elif self.target is not None and silent_s > PING_S and self.asked_at is None:
            self.asked_at = now
            self.write(PING)


@dataclass(slots=True)
class _Opening:
    task: asyncio.Task[None]
    waiting: list[bytes]


class Streams:
    """All connections."""

    def __init__(
        self,
        owner: StreamOwner,
        now: Callable[[], float],
        *,
        server_tls: ssl.SSLContext | None = None,
        client_tls: ssl.SSLContext | None = None,
    ) -> None:
        self.owner = owner
        self.now = now
        self._server_tls = server_tls
        self._client_tls = client_tls
        self.names: dict[str, str] = {}
        """By address: the name that a peer's certificate must bear."""
        self._servers: list[asyncio.Server] = []
        self._by_number: dict[int, Connection] = {}
        self._by_target: dict[Flow, Connection] = {}
        self._opening: dict[Flow, _Opening] = {}
        self._sources: dict[str, int] = {}
        self._count = 0
        self._sweeper: asyncio.TimerHandle | None = None
        self._empty: asyncio.Event | None = None
        """While closing: set when no connection is left."""

    async def bind(self, transport: str, host: str, port: int) -> int:
        """Take an address; gives the port. Raises OSError, ValueError for TLS without a certificate."""
        if transport == "tls" and self._server_tls is None:
            raise ValueError("to listen for TLS, give a certificate and its key")
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Connection(self, transport, None),
            host,
            port,
            ssl=self._server_tls if transport == "tls" else None,
            start_serving=False,
        )
        self._servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def listen(self) -> None:
        """Let connections come."""
        for server in self._servers:
            await server.start_serving()
        if self._servers:
            self._start_sweeping()

    def _start_sweeping(self) -> None:
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)

    def _sweep(self) -> None:
        self._sweeper = None
        now = self.now()
        for connection in list(self._by_number.values()):
            connection.sweep(now)
        self._start_sweeping()

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for server in self._servers:
            server.close()
        for opening in self._opening.values():
            opening.task.cancel()
        if self._by_number:
            self._empty = asyncio.Event()
            for connection in list(self._by_number.values()):
                connection.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), CLOSE_S)
            for connection in list(self._by_number.values()):
                connection.abort()

    # --- what connections tell ---

    def admit(self, connection: Connection, host: str, port: int) -> bool:
        """Whether a connection may stay."""
        if connection.target is None and (
            not self.owner.knows(host)
            or len(self._by_number) >= CONNECTIONS_MAX
            or self._sources.get(host, 0) >= CONNECTIONS_PER_SOURCE_MAX
        ):
            return False
        self._count += 1
        connection.flow = Flow(connection.name, host, port, self._count)
        self._by_number[self._count] = connection
        self._sources[host] = self._sources.get(host, 0) + 1
        if connection.target is not None:
            self._by_target[connection.target] = connection
        return True

    def lost(self, connection: Connection) -> None:
        """A connection is gone."""
        if self._by_number.pop(connection.flow.connection, None) is None:
            return
        if self._empty is not None and not self._by_number:
            self._empty.set()
        host = connection.flow.host
        self._sources[host] -= 1
        if not self._sources[host]:
            del self._sources[host]
        self.owner.broken(connection.flow)
        if connection.target is not None and self._by_target.get(connection.target) is connection:
            del self._by_target[connection.target]
            self.owner.broken(connection.target)

    # --- sending ---

    def send(self, data: bytes, flow: Flow) -> None:
        """Send by that connection, or by one to that address, which is opened where there is none."""
        connection = self._by_number.get(flow.connection) if flow.connection else None
        if connection is None:
            connection = self._by_target.get(flow) or self._any_to(flow)
        if connection is not None:
            connection.write(data)
        elif flow.connection:
            # It came from there and is gone; its port is nobody's to connect to.
            self.owner.broken(flow)
        else:
            self._open(data, flow)

    def slow(self, flow: Flow) -> None:
        """That connection brings more than is good."""
        connection = self._by_number.get(flow.connection)
        if connection is not None:
            connection.slow()

    def _any_to(self, flow: Flow) -> Connection | None:
        return next(
            (
                connection
                for connection in self._by_target.values()
                if connection.flow.host == flow.host and connection.name == flow.transport
            ),
            None,
        )

    def _open(self, data: bytes, flow: Flow) -> None:
        opening = self._opening.get(flow)
        if opening is None:
            task = asyncio.get_running_loop().create_task(self._connect(flow))
            opening = self._opening[flow] = _Opening(task, [])
            self._start_sweeping()
        if len(opening.waiting) < WAITING_MAX:
            opening.waiting.append(data)

    async def _connect(self, flow: Flow) -> None:
        loop = asyncio.get_running_loop()
        context = (
            (self._client_tls or ssl.create_default_context()) if flow.transport == "tls" else None
        )
        try:
            async with asyncio.timeout(CONNECT_S):
                _, connection = await loop.create_connection(
                    lambda: Connection(self, flow.transport, flow),
                    flow.host,
                    flow.port,
                    ssl=context,
                    server_hostname=self.names.get(flow.host, flow.host) if context else None,
                )
        except (
            OSError,
            TimeoutError,
            ValueError,
        ) as error:  # ValueError: no name at all, such as a..b
            log.warning("%s: no connection: %s", flow, error)
            del self._opening[flow]
            self.owner.broken(flow)
            return
        for data in self._opening.pop(flow).waiting:
            connection.write(data)
