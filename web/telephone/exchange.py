"""What the web telephone needs of the outside: shops to call, and somebody who puts calls and messages through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ShopWindow:
    """A shop as a buyer sees it."""

    seller: str
    name: str
    number: str
    """What is dialled; empty if the shop takes no calls."""
    code: str
    """What is texted; empty if the shop takes no messages."""
    names: tuple[tuple[str, str], ...] = ()
    """Its name by language; in others it is `name`."""


class CallRefusedError(Exception):
    """The call cannot be put through; the message is for the person at the telephone."""


class Telephone(Protocol):
    """One browser's telephone, as the exchange calls back. Nothing here waits, and a browser that is gone ignores it."""

    def said(self, text: str) -> None:
        """What is being said on the call, to read along."""
        ...

    def texted(self, text: str, text_id: int) -> None:
        """A message from the shop. It is kept until it is `shown`, and may be told again until then."""
        ...

    def ended(self, reason: str) -> None:
        """The call is over."""
        ...


class Call(Protocol):
    """A call that was put through."""

    @property
    def answer(self) -> str:
        """The description of our end, for the browser (SDP)."""
        ...

    async def hang_up(self) -> None:
        """End it. A call that is over stays so."""
        ...


class Exchange(Protocol):
    """Puts calls and messages through to flows."""

    @property
    def messages_waiting(self) -> int:
        """Messages that no telephone has shown yet."""
        ...

    def shops(self) -> Sequence[ShopWindow]:
        """Every shop that is open, in the order to show them."""
        ...

    async def call(self, seller: str, caller: str, offer: str, telephone: Telephone) -> Call:
        """Put a call through; `offer` is the browser's description. Raises CallRefusedError."""
        ...

    def text(self, seller: str, sender: str, text: str, telephone: Telephone) -> None:
        """Take a message; replies come to the telephone that was used last with this number. Raises CallRefusedError."""
        ...

    def opened(self, seller: str, number: str, telephone: Telephone) -> None:
        """A page is open: messages that were kept for it come."""
        ...

    def closed(self, seller: str, number: str, telephone: Telephone) -> None:
        """That page has gone; what comes from now on is kept."""
        ...

    def shown(self, seller: str, number: str, text_id: int) -> None:
        """A page has shown a message."""
        ...
