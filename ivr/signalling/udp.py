"""SIP over UDP: one socket, read by hand.

asyncio's DatagramProtocol reads into a fresh 256 KiB each time (cpython#85451) and loses most of what comes in volume;
`add_reader` with `recvfrom` costs a sixth of it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

from ivr.sip.flow import Flow
from ivr.sip.message import MESSAGE_BYTES_MAX

READ_MAX = 64
"""Datagrams read at one wake-up, so that timers and commands have their turn."""
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
"""What waits in the kernel while we are busy: a burst of some thousand messages."""

log = logging.getLogger(__name__)

Received = Callable[[list[tuple[bytes, Flow]]], None]


_SO_RCVBUFFORCE = 33
"""Linux: past the system's maximum, where we have the privilege."""


def _widen(made: socket.socket) -> None:
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
    except OSError:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)


class UdpSocket:
    """A bound socket that hands over what comes, many datagrams at a time."""

    def __init__(self, host: str, port: int, received: Received, number: int = 0) -> None:
        """`number` is told in the flow of what comes, so that its answers leave by this socket."""
        self.host = host
        self.number = number
        self.port = port
        self.unsent = 0
        """Datagrams that the kernel did not take; the transaction sends them again."""
        self._received = received
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self) -> None:
        """Take the address. Raises OSError."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setblocking(False)
        try:
            _widen(made)
            if family == socket.AF_INET6:
                # Else `::` hears IPv4 too, from addresses that no trunk's networks hold (::ffff:192.0.2.7).
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.bind((self.host, self.port))
        except OSError:
            made.close()
            raise
        self.port = made.getsockname()[1]
        self._socket = made

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read."""
        assert self._socket is not None
        self._loop = loop
        loop.add_reader(self._socket, self._readable)

    def close(self) -> None:
        """Stop reading."""
        if self._socket is not None:
            if self._loop is not None:
                self._loop.remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def send(self, data: bytes, flow: Flow) -> None:
        """Send one datagram; what cannot be sent is lost, as UDP may lose anything."""
        if self._socket is None:
            return
        try:
            self._socket.sendto(data, (flow.host, flow.port))
        except (BlockingIOError, OSError):
            self.unsent += 1

    def _readable(self) -> None:
        made = self._socket
        assert made is not None
        messages: list[tuple[bytes, Flow]] = []
        for _ in range(READ_MAX):
            try:
                data, address = made.recvfrom(MESSAGE_BYTES_MAX)
            except BlockingIOError:
                break
            except OSError as error:
                # An ICMP error of an earlier datagram; it names nobody, so its transaction times out.
                log.debug("udp: %s", error)
                continue
            if len(data) > 4:
                # Shorter ones are keepalives (RFC 5626, section 3.5.1).
                messages.append((data, Flow("udp", address[0], address[1], self.number)))
        if messages:
            self._received(messages)
