"""A page's WebSocket as two bounded flows: messages in, at a rate; messages out, until the page stops reading."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
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

    def tell(self, kind: str, **fields: Any) -> None:
        """Say something to the page. Does not wait."""
        try:
            self._out.put_nowait(_encode({"kind": kind, **fields}))
        except asyncio.QueueFull:
            self._full.set()

    def close(self) -> None:
        """Hang up once all is said."""
        try:
            self._out.put_nowait(None)
        except asyncio.QueueFull:
            self._full.set()

    async def run(self, heard: Callable[[str], Awaitable[None]]) -> None:
        """Serve the page until it goes away or does not read; `heard` takes each message."""
        parts = [
            asyncio.create_task(part)
            for part in (self._listen(heard), self._speak(), self._full.wait())
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
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
                if not allowance.take(clock()):
                    self.tell("refused", why=SLOWLY)
                elif data == HERE:
                    self.tell("here")
                else:
                    await heard(data)
