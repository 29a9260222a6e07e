"""The ESME: keeps a carrier's binds up, hands in what phones send, and sends what is submitted.

link.py is one connection, outgoing.py what waits to be sent. Here is what goes on while connections come and go.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Sequence

from sms import trouble
from sms.carrier import Carrier
from sms.link import Handler, Link
from sms.outgoing import Outgoing
from sms.returns import Returns
from sms.smpp import pdu as p
from sms.submission import Settlement, Submission

RECONNECT_MIN_S = 0.5
RECONNECT_MAX_S = 60.0
LASTED_S = 10.0
"""A bind that lasted so long, or as long as the next pause would be, was one, whatever went through it: who comes after it is not kept
waiting for those before."""
CONNECT_S_MAX = 15.0
"""For a connection and its TLS; the kernel alone would wait two minutes. Four tries of TCP to reach a host."""
NEXT_ADDRESS_S = 0.25
"""After so long without an answer another address of the host is tried beside: RFC 8305, section 5."""
TICK_S = 0.25
"""How often timers are looked at."""

log = logging.getLogger(__name__)


class Esme:
    """All binds to one carrier."""

    def __init__(
        self,
        carrier: Carrier,
        handler: Handler,
        *,
        chance: random.Random,
        now: Callable[[], float] | None = None,
        soon: Callable[[Callable[[], object]], object] | None = None,
        later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        """`now`, `soon` and `later` stand for the loop's clock, its next turn and its timers, where there are none."""
        self.carrier = carrier
        self.handler = handler
        self.links: list[Link] = []
        self.reconnects = 0
        """Connections lost or not had."""
        self.trouble = ""
        """Why the last of them was; empty once a bind is accepted."""
        self._chance = chance
        self._now = now
        self._soon = soon
        self._call_later = later
        self.returns = Returns()
        self.outgoing = Outgoing(carrier, self.links, self.settle, self.now, self._later)
        self._delay = RECONNECT_MIN_S
        self._context: ssl.SSLContext | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    def now(self) -> float:
        """Seconds of a clock that only goes forward."""
        return self._now() if self._now is not None else asyncio.get_running_loop().time()

    def soon(self, callback: Callable[[], object]) -> None:
        """Call in the loop's next turn."""
        soon = self._soon or asyncio.get_running_loop().call_soon
        soon(callback)

    def _later(self, delay_s: float, callback: Callable[[], None]) -> None:
        later = self._call_later or asyncio.get_running_loop().call_later
        later(delay_s, callback)

    @property
    def room(self) -> int:
        """See sms.outgoing.Outgoing."""
        return self.outgoing.room

    def submit(self, submissions: Sequence[Submission]) -> None:
        """See sms.outgoing.Outgoing."""
        self.outgoing.submit(submissions)

    def settle(self, settlements: list[Settlement]) -> None:
        """Tell the owner."""
        self.handler.settled(self.carrier, settlements)

    # --- life ---

    def start(self) -> None:
        """Begin to connect; goes on until `close`. Raises OSError if the certificates that sign cannot be read."""
        self._context = self._tls()
        modes = (
            [p.BIND_TRANSCEIVER]
            if self.carrier.mode == "transceiver"
            else [p.BIND_TRANSMITTER, p.BIND_RECEIVER]
        )
        for index in range(self.carrier.binds):
            for mode in modes:
                self._tasks.append(asyncio.create_task(self._keep_connected(mode, index)))
        self._tasks.append(asyncio.create_task(self._tick()))

    async def close(self, within_s: float = 5.0) -> None:
        """Unbind everywhere and stop; what was not taken by the carrier stays the owner's. Cancelled, it cuts what is not unbound."""
        self._closing = True
        lost = [link.lost for link in self.links if link.transport is not None]
        for link in list(self.links):
            link.close()
        try:
            if lost:
                await asyncio.wait(lost, timeout=within_s)
        finally:
            for task in self._tasks:
                task.cancel()
            for link in self.links:
                if link.transport is not None:
                    link.transport.abort()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep_connected(self, mode: int, index: int) -> None:
        loop = asyncio.get_running_loop()
        context = self._context
        while not self._closing:
            link = Link(self, mode, index)
            # Said until it is known better; what was wrong before says more.
            self.trouble = self.trouble or trouble.CONNECTING
            try:
                async with asyncio.timeout(CONNECT_S_MAX):
                    await loop.create_connection(
                        lambda link=link: link,
                        self.carrier.host,
                        self.carrier.port,
                        ssl=context,
                        server_hostname=self.carrier.host if context else None,
                        happy_eyeballs_delay=NEXT_ADDRESS_S,
                    )
            except (OSError, ValueError) as error:
                # A name that DNS cannot hold is an error of encoding (UnicodeError), not of the network.
                self.trouble = trouble.told(error)
                log.warning("%s: no connection: %s", self.carrier.name, self.trouble)
            else:
                self.links.append(link)
                await link.lost
                self.links.remove(link)
                self._lost(link)
            if self._closing:
                return
            self.reconnects += 1
            await asyncio.sleep(self.next_delay_s())

    def _lost(self, link: Link) -> None:
        """A connection is gone."""
        if self._closing:
            return
        why = trouble.BEFORE_THE_BIND
        if link.bound_at:
            was_one = self.was_one(link.lasted_s, was_of_use=link.was_of_use)
            why = trouble.BROKEN if was_one else trouble.AFTER_THE_BIND
        self.trouble = link.why or why
        log.warning("%s: link %d is gone: %s", self.carrier.name, link.index, self.trouble)

    def was_one(self, lasted_s: float, *, was_of_use: bool) -> bool:
        """Whether a bind that is over lasted, or took something across before it broke; then the next pause is short again."""
        was_one = was_of_use or lasted_s >= min(self._delay, LASTED_S)
        if was_one:
            self._delay = RECONNECT_MIN_S
        return was_one

    def next_delay_s(self) -> float:
        """How long to wait before the next connection: each time longer, until a bind was of use.

        So a wrong password knocks at most once in RECONNECT_MAX_S / 2, and so does who is bound and dropped at once. Jittered, so
        that a thousand clients of a carrier that fell do not come back at once.
        """
        delay_s = self._chance.uniform(self._delay / 2, self._delay)
        self._delay = min(self._delay * 2, RECONNECT_MAX_S)
        return delay_s

    def _tls(self) -> ssl.SSLContext | None:
        if not self.carrier.tls:
            return None
        context = ssl.create_default_context()
        # Who signs the carrier's certificate need not be signed by anybody; Python itself has it so from 3.13 on.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if self.carrier.ca_file:
            context.load_verify_locations(self.carrier.ca_file)
        return context

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for link in list(self.links):
                link.tick()
            self.outgoing.pump()

    def connected(self) -> None:
        """A bind was accepted."""
        self.trouble = ""

    # --- for operators ---

    @property
    def bound(self) -> int:
        """Binds that are up."""
        return sum(link.bound for link in self.links)

    @property
    def wanted(self) -> int:
        """Binds that should be up."""
        return self.carrier.binds * (1 if self.carrier.mode == "transceiver" else 2)

    @property
    def waiting(self) -> int:
        """Segments that the carrier has not taken."""
        return self.outgoing.waiting
