"""A partner's server on a real socket, which does whatever a test has it do, and remembers what it was asked."""

import asyncio
import contextlib
import json
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: Any

    @property
    def key(self) -> str:
        """As shown."""
        return self.headers["idempotency-key"]


@dataclass(frozen=True)
class Says:
    """What it answers."""

    status: int = 200
    body: bytes = b"{}"
    after_s: float = 0.0
    headers: str = ""
    raw: bytes | None = None
    """In place of all that."""
    hangs_up: bool = False
    """Instead of an answer; with `raw`, after it."""
    hangs: bool = False
    """Nothing ever comes."""


def says(**values: Any) -> Says:
    """An answer of 200 with these."""
    return Says(body=json.dumps(values).encode())


@dataclass
class PartnerServer:
    """What it is asked, and by how many connections."""

    answer: Callable[[Asked], Says]
    before: Callable[[], Awaitable[object]] | None = None
    """Waited for before each answer."""
    port: int = 0
    asked: list[Asked] = field(default_factory=list[Asked])
    done: Counter[str] = field(default_factory=Counter[str])
    """What it did, by key: once each, as the key asks for."""
    connections: int = 0
    asking_most: int = 0
    """Requests that it had at the same time."""
    _asking: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def url(self) -> str:
        """Of a service here, on this machine."""
        return f"http://127.0.0.1:{self.port}/api"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while await self._once(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers["content-length"]))
        asked = Asked(head[0].split(" ")[1], headers, json.loads(body))
        self.asked.append(asked)
        self._asking += 1
        self.asking_most = max(self.asking_most, self._asking)
        try:
            if self.before is not None:
                await self.before()
            said = self.answer(asked)
            if said.hangs:
                await asyncio.Event().wait()
            if said.after_s:
                await asyncio.sleep(said.after_s)
            if said.raw is None and said.hangs_up:
                return False
            writer.write(said.raw if said.raw is not None else _http(said))
            await writer.drain()
            if said.status < 300:
                self.done[asked.key] += 1
            return not said.hangs_up
        finally:
            self._asking -= 1

    async def hang_up(self) -> None:
        """Break all connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _http(said: Says) -> bytes:
    head = f"HTTP/1.1 {said.status} so\r\nContent-Length: {len(said.body)}\r\n{said.headers}\r\n"
    return head.encode() + said.body


@contextlib.asynccontextmanager
async def partner_server(
    answer: Callable[[Asked], Says],
    *,
    tls: ssl.SSLContext | None = None,
    before: Callable[[], Awaitable[object]] | None = None,
) -> AsyncIterator[PartnerServer]:
    """Serve on a port of its own until the end."""
    partner = PartnerServer(answer, before)
    server = await asyncio.start_server(partner.serve, "127.0.0.1", 0, ssl=tls)
    partner.port = server.sockets[0].getsockname()[1]
    try:
        yield partner
    finally:
        server.close()
        await partner.hang_up()
