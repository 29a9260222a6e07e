"""A page's WebSocket as two bounded flows: messages in, at a rate; messages out, until the page stops reading."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

WAITING_MAX = 500
"""Messages for a page that does not read; then it is hung up on, and its reconnect is told everything anew."""
BURST_MAX = 60
"""Messages that a page may send at once ..."""
RATE_PER_S = 20.0
"""... and in the long run. Nobody types so fast."""
SLOWLY = "Slowly, please: too many messages at once."
CLOSE_S = 3.0
"""A page has so long to take what it is told before we hang up, and to hang up itself."""
HERE = '{"kind":"here"}'
"""A page asks whether we are there, and is answered in the same words."""

_encode = msgspec.json.Encoder().encode


class Allowance:
    """A bucket of messages that fills with time (seconds of a clock that only goes forward)."""

    def __init__(self, now: float, burst: int = BURST_MAX, rate: float = RATE_PER_S) -> None:
        self._burst, self._rate = burst, rate
        self._left = float(burst)
        self._at = now

    def take(self, now: float) -> bool:
        """Whether one more may pass now."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class PageSocket:
    """One page's connection."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._out: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_MAX)
        """None: hang up, once all before it is said."""
        self._full = asyncio.Event()
        self._closing = asyncio.Event()

    def tell(self, kind: str, **fields: Any) -> None:
        """Say something to the page. Does not wait."""
        try:
            self._out.put_nowait(_encode({"kind": kind, **fields}))
        except asyncio.QueueFull:
            self._full.set()

    def close(self) -> None:
        """Hang up once all is said, or soon if the page does not read; what it says from now on is not heard."""
        self._closing.set()
        try:
            self._out.put_nowait(None)
        except asyncio.QueueFull:
            self._full.set()

    async def run(self, heard: Callable[[str], Awaitable[None]]) -> None:
        """Serve the page until it goes away or does not read; `heard` takes each message."""
        hearing = [asyncio.create_task(x) for x in (self._listen(heard), self._closing.wait())]
        telling = [asyncio.create_task(x) for x in (self._speak(), self._full.wait())]
        try:
            await asyncio.wait(hearing + telling, return_when=asyncio.FIRST_COMPLETED)
            if self._closing.is_set():
                await _end(hearing)
                await asyncio.wait(telling, timeout=CLOSE_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(hearing + telling)
            with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await self._socket.close()

    async def _speak(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while (message := await self._out.get()) is not None:
                await self._socket.send_text(message.decode())

    async def _listen(self, heard: Callable[[str], Awaitable[None]]) -> None:
        clock = asyncio.get_running_loop().time
        allowance = Allowance(clock())
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                data = await self._socket.receive_text()
                if self._closing.is_set():
                    return
                if not allowance.take(clock()):
                    self.tell("refused", why=SLOWLY)
                elif data == HERE:
                    self.tell("here")
                else:
                    await heard(data)


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
