"""The HTTP/1.1 client of one service, on the connections that it keeps: a request in, an answer out, whatever happens.

1. It connects to the partner's own address and nowhere else: no redirect, no proxy of the environment.
2. With https the certificate is checked, and the host's name in it.
3. An answer has a bound (gateway.connection).
4. A kept connection that was closed meanwhile, before any answer, is replaced: the key makes that harmless.
5. It waits as long as it is let: who asked cancels it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

import h11

from gateway.connection import ClosedError, Connection, TooLongError
from gateway.lookup import Lookup
from gateway.message import BODY_BYTES_MAX, Answer, Certainty
from gateway.partner import Partner

CONNECT_S_MAX = 5.0
"""For one address, with TLS; then the next is tried."""
IDLE_S_MAX = 15.0
"""A connection that was not used for longer is not used again: many servers close them after 15 s or more."""
PORTS = {"http": 80, "https": 443}


class Client:
    """See the rules above."""

    def __init__(self, partner: Partner) -> None:
        """Raises OSError if the certificates cannot be read."""
        address = partner.address
        self._partner = partner
        self._host = address.hostname or ""
        self._port = address.port or PORTS[address.scheme]
        self._lookup = Lookup(self._host, self._port)
        self._tls = _context(partner) if address.scheme == "https" else None
        self._idle: list[Connection] = []
        """The one used last is used next."""
        self._asking: set[asyncio.Task[None]] = set()
        self._headers = [
            ("Host", address.netloc),
            ("User-Agent", "dialcart"),
            ("Accept", "application/json"),
            # Nothing is unpacked: a few octets could be thousands.
            ("Accept-Encoding", "identity"),
            ("Content-Type", "application/json"),
        ]
        if partner.token:
            self._headers.append(("Authorization", f"Bearer {partner.token}"))

    def ask(
        self, operation: str, key: str, body: bytes, done: Callable[[Answer], object]
    ) -> asyncio.Task[None]:
        """Ask once and tell what came of it; cancelled, it tells nothing."""

        async def asking() -> None:
            done(await self._ask(operation, key, body))

        task = asyncio.get_running_loop().create_task(asking())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return task

    async def finish(self) -> None:
        """Until what is asked now is answered, or cancelled."""
        if self._asking:
            await asyncio.wait(list(self._asking))

    async def close(self) -> None:
        """Let go of all connections, and of what is under way."""
        asking = list(self._asking)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        while self._idle:
            self._idle.pop().close()

    async def _ask(self, operation: str, key: str, body: bytes) -> Answer:
        request = h11.Request(
            method="POST",
            target=self._partner.path(operation),
            headers=[
                *self._headers,
                ("Content-Length", str(len(body))),
                ("Idempotency-Key", key),
            ],
        )
        certainty = Certainty.NOT_DONE
        try:
            while True:
                connection = self._kept() or await self._connect()
                was_used = connection.is_used
                # From here on it may have it.
                certainty = Certainty.PERHAPS
                try:
                    answer = await connection.exchange(request, body)
                except ClosedError:
                    if was_used:
                        continue
                    return Answer(trouble="it closed the connection without an answer")
                if connection.is_open:
                    connection.idle_since = asyncio.get_running_loop().time()
                    self._idle.append(connection)
                return answer
        except TooLongError:
            return Answer(200, trouble=f"its answer is longer than {BODY_BYTES_MAX} octets")
        except h11.RemoteProtocolError:
            return Answer(trouble="its answer breaks off, or is not HTTP/1.1")
        except OSError as error:
            return Answer(trouble=_told(error, certainty), certainty=certainty)

    def _kept(self) -> Connection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and now - connection.idle_since <= IDLE_S_MAX:
                return connection
            connection.close()
        return None

    async def _connect(self) -> Connection:
        """To the first of its addresses that answers. Raises OSError."""
        loop = asyncio.get_running_loop()
        failed = OSError("it has no address")
        for address in await self._lookup.addresses():
            try:
                async with asyncio.timeout(CONNECT_S_MAX):
                    _, connection = await loop.create_connection(
                        Connection,
                        address,
                        self._port,
                        ssl=self._tls,
                        server_hostname=self._host if self._tls is not None else None,
                    )
                return connection
            except OSError as error:
                failed = error
        raise failed


def _context(partner: Partner) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if partner.ca_file is not None:
        context.load_verify_locations(partner.ca_file)
    return context


def _told(error: OSError, certainty: Certainty) -> str:
    """Why there is no answer."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not right: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason}"
    where = "it cannot be reached" if certainty is Certainty.NOT_DONE else "the line broke"
    if isinstance(error, TimeoutError) and not error.strerror:
        return f"{where}: no connection in {CONNECT_S_MAX:g} s"
    return f"{where}: {error.strerror or type(error).__name__}"
