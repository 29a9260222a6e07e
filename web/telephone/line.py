"""One browser's line: what its page says, put through to the exchange, and what comes back. One line, one call at a time.

The page speaks JSON: `{"kind": "call", "offer": ...}`, `{"kind": "hang up"}`, `{"kind": "text", "text": ...}`, `{"kind": "shown",
"id": ...}`; it hears `answer`, `said`, `text`, `ended` and `refused`.
"""

from __future__ import annotations

import msgspec
from starlette.websockets import WebSocket

from web.socket import PageSocket
from web.telephone.exchange import Call, CallRefusedError, Exchange

NUMBER_DIGITS_MAX = 15
"""ITU-T E.164, section 6."""
NUMBER_DIGITS_MIN = 3
TEXT_CHARACTERS_MAX = 1_000


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


class Shown(_Message, frozen=True, tag="shown"):
    """A message from the shop that the page has shown."""

    id: int


_decoder = msgspec.json.Decoder(Dial | HangUp | Write | Shown)


class Line:
    """See web.telephone.exchange.Telephone."""

    def __init__(self, socket: WebSocket, exchange: Exchange, seller: str, number: str) -> None:
        self._page = PageSocket(socket)
        self._exchange = exchange
        self._seller = seller
        self._number = number
        self._call: Call | None = None

    # --- what the exchange says ---

    def said(self, text: str) -> None:
        """See Telephone."""
        self._page.tell("said", text=text)

    def texted(self, text: str, text_id: int) -> None:
        """See Telephone."""
        self._page.tell("text", text=text, id=text_id)

    def ended(self, reason: str) -> None:
        """See Telephone."""
        self._call = None
        self._page.tell("ended", reason=reason)

    # --- what the page says ---

    async def run(self) -> None:
        """Serve the page until it goes away."""
        self._exchange.opened(self._seller, self._number, self)
        try:
            await self._page.run(self._heard)
        finally:
            self._exchange.closed(self._seller, self._number, self)
            await self._hang_up()

    async def _heard(self, data: str) -> None:
        try:
            await self._do(_decoder.decode(data))
        except msgspec.MsgspecError as error:
            self._page.tell("refused", why=f"The page said what is not understood: {error}")
        except CallRefusedError as error:
            self._page.tell("refused", why=str(error))

    async def _do(self, message: Dial | HangUp | Write | Shown) -> None:
        match message:
            case Dial(offer):
                if self._call is not None:
                    raise CallRefusedError("There is a call already; hang up first.")
                self._call = call = await self._exchange.call(
                    self._seller, self._number, offer, self
                )
                self._page.tell("answer", answer=call.answer)
            case HangUp():
                await self._hang_up()
            case Write(text):
                if len(text) > TEXT_CHARACTERS_MAX:
                    raise CallRefusedError(
                        f"A message has at most {TEXT_CHARACTERS_MAX} characters."
                    )
                self._exchange.text(self._seller, self._number, text, self)
            case Shown(text_id):
                self._exchange.shown(self._seller, self._number, text_id)

    async def _hang_up(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            await call.hang_up()


def is_number(text: str) -> bool:
    """Whether a telephone can have this number."""
    is_digits = text.isascii() and text.isdecimal()
    return is_digits and NUMBER_DIGITS_MIN <= len(text) <= NUMBER_DIGITS_MAX
