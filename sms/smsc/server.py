"""The simulator on the network: SMPP over TCP or TLS for ESMEs, a control port for phones."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sms.smsc.control_port import ControlPort
from sms.smsc.exchange import Account
from sms.smsc.faults import Faults
from sms.smsc.link import BIND_S_MAX, Link
from sms.smsc.network import Network
from sms.ussd.profile import STANDARD, Profile

PORT: Final = 2775
LINKS_MAX: Final = 128
"""Connections, bound or not yet."""
TICK_S: Final = 1.0
GOODBYE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How a simulator runs. Port 0 takes a free one."""

    accounts: tuple[Account, ...] = (Account("dialcart", "dialcart"),)
    host: str = "127.0.0.1"
    port: int = PORT
    tls: ssl.SSLContext | None = None
    control_port: int | None = None
    """None for no control port."""
    faults: Faults = field(default_factory=Faults)
    ussd: Profile = STANDARD
    """How its USSD gateway speaks."""
    price_per_part: int = 0
    """Minor units of money, for phones to show."""


class Smsc:
    """A simulator in this process."""

    def __init__(
        self,
        settings: Settings,
        *,
        local_time: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._settings = settings
        self._local_time = local_time
        self._links: dict[int, Link] = {}
        self._link_count = 0
        self._server: asyncio.Server | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._woken = False
        self._empty = asyncio.Event()
        self._empty.set()
        self._loop = asyncio.get_running_loop()
        self.network = Network(
            settings.accounts,
            faults=settings.faults,
            price_per_part=settings.price_per_part,
            ussd=settings.ussd,
            clock=self._loop.time,
        )
        self.network.wake = self._wake
        self._control = ControlPort(self.network)
        self.port = 0
        self.control_port: int | None = None

    async def __aenter__(self) -> "Smsc":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen. Raises OSError if a port is taken."""
        settings = self._settings
        self._server = await self._loop.create_server(
            self._connect,
            settings.host,
            settings.port,
            ssl=settings.tls,
            ssl_handshake_timeout=BIND_S_MAX if settings.tls else None,
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        if settings.control_port is not None:
            self.control_port = await self._control.open(settings.control_port)
        self._ticking = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """Unbind every ESME, wait a little for them to go, then drop them."""
        if self._ticking:
            self._ticking.cancel()
        if self._server:
            self._server.close()
        for link in tuple(self._links.values()):
            link.say_goodbye()
        await self._control.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._empty.wait()
        for link in tuple(self._links.values()):
            link.abort()

    def _connect(self) -> Link:
        self._link_count += 1
        return Link(
            self._link_count,
            self.network,
            came=self._remember,
            gone=self._forget,
            local_time=self._local_time,
        )

    def _remember(self, link: Link) -> bool:
        if len(self._links) >= LINKS_MAX:
            return False
        self._links[link.number] = link
        self._empty.clear()
        return True

    def _forget(self, link: Link) -> None:
        self._links.pop(link.number, None)
        if not self._links:
            self._empty.set()

    def _wake(self) -> None:
        """Deliver soon: once for however many reasons this turn of the loop has."""
        if not self._woken:
            self._woken = True
            self._loop.call_soon(self._deliver)

    def _deliver(self) -> None:
        """Send what can go, one write a link."""
        self._woken = False
        writes: dict[int, list[bytes]] = {}
        for sent in self.network.exchange.next():
            writes.setdefault(sent.link, []).append(self._links[sent.link].deliver(sent))
        for number, octets in writes.items():
            self._links[number].send(b"".join(octets))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            now = self._loop.time()
            for link in tuple(self._links.values()):
                link.tick(now)


async def serve(settings: Settings, *, ready: Callable[[Smsc], None] | None = None) -> None:
    """Run a simulator until cancelled; `ready` is called with it once its ports are open."""
    async with Smsc(settings) as smsc:
        if ready:
            ready(smsc)
        await asyncio.Event().wait()
