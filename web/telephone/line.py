"""One browser's line: what its page says, put through to the exchange, and what comes back. One line, one call at a time.

The page speaks JSON: `{"kind": "call", "offer": ...}`, `{"kind": "hang up"}`, `{"kind": "text", "text": ...}`; it hears
`answer`, `said`, `text`, `ended` and `refused`.
"""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from web.telephone.exchange import Call, CallRefusedError, Exchange

NUMBER_DIGITS_MAX = 15
"""ITU-T E.164, section 6."""
TEXT_CHARACTERS_MAX = 1_000
WAITING_MAX = 200
"""Messages for a page that does not read; then it is hung up on."""
BURST_MAX = 20
"""Messages that a page may send at once ..."""
RATE_PER_S = 5.0
"""... and in the long run."""


class _Message(msgspec.Struct, frozen=True, tag_field="kind"):
    """From the page."""


class Dial(_Message, frozen=True, tag="call"):
    """A call."""

    offer: str


class HangUp(_Message, frozen=True, tag="hang up"):
    """The end of it."""


class Write(_Message, frozen=True, tag="text"):
    """A message."""

    text: str


_decoder = msgspec.json.Decoder(Dial | HangUp | Write)


class Allowance:
    """A bucket of messages that fills with time (seconds of a clock that only goes forward)."""

    def __init__(self, now: float) -> None:
        self._left = float(BURST_MAX)
        self._at = now

    def take(self, now: float) -> bool:
        """Whether one more may pass now."""
        self._left = min(BURST_MAX, self._left + (now - self._at) * RATE_PER_S)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Line:
    """See web.telephone.exchange.Telephone."""

    def __init__(self, socket: WebSocket, exchange: Exchange, seller: str, number: str) -> None:
        self._socket = socket
        self._exchange = exchange
        self._seller = seller
        self._number = number
        self._call: Call | None = None
        self._out: asyncio.Queue[dict[str, str]] = asyncio.Queue(WAITING_MAX)
        self._full = asyncio.Event()

    # --- what the exchange says ---

    def said(self, text: str) -> None:
        """See Telephone."""
        self._tell("said", text=text)

    def texted(self, text: str) -> None:
        """See Telephone."""
        self._tell("text", text=text)

    def ended(self, reason: str) -> None:
        """See Telephone."""
        self._call = None
        self._tell("ended", reason=reason)

    def _tell(self, kind: str, **fields: str) -> None:
        try:
            self._out.put_nowait({"kind": kind, **fields})
        except asyncio.QueueFull:
            self._full.set()

    # --- what the page says ---

    async def run(self) -> None:
        """Serve the page until it goes away or cannot be served."""
        parts = [
            asyncio.create_task(part) for part in (self._listen(), self._speak(), self._full.wait())
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await self._hang_up()

    async def _speak(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._socket.send_json(await self._out.get())

    async def _listen(self) -> None:
        clock = asyncio.get_running_loop().time
        allowance = Allowance(clock())
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                data = await self._socket.receive_text()
                if not allowance.take(clock()):
                    self._tell("refused", why="Slowly, please: too many messages at once.")
                    continue
                try:
                    message = _decoder.decode(data)
                except msgspec.MsgspecError as error:
                    self._tell("refused", why=f"The page said what is not understood: {error}")
                    continue
                try:
                    await self._do(message)
                except CallRefusedError as error:
                    self._tell("refused", why=str(error))

    async def _do(self, message: Dial | HangUp | Write) -> None:
        match message:
            case Dial(offer):
                if self._call is not None:
                    raise CallRefusedError("There is a call already; hang up first.")
                self._call = call = await self._exchange.call(
                    self._seller, self._number, offer, self
                )
                self._tell("answer", answer=call.answer)
            case HangUp():
                await self._hang_up()
            case Write(text):
                if len(text) > TEXT_CHARACTERS_MAX:
                    raise CallRefusedError(
                        f"A message has at most {TEXT_CHARACTERS_MAX} characters."
                    )
                self._exchange.text(self._seller, self._number, text, self)

    async def _hang_up(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            await call.hang_up()


def is_number(text: str) -> bool:
    """Whether a telephone can have this number."""
    return text.isascii() and text.isdecimal() and 3 <= len(text) <= NUMBER_DIGITS_MAX
