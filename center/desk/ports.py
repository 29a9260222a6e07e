"""What the switchboard needs of the outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from center.calling_out import CallOut, Reached
from center.contact import Contact, ContactKey
from center.desk.card import Recording
from center.orders.order import PlacedOrder
from flows.inputs import Buyer

ListenMode = Literal["monitor", "whisper", "barge-in"]


class Records(Protocol):
    """What is known of a buyer whom an agent serves."""

    def contact(self, key: ContactKey) -> Contact | None:
        """The session as it is kept."""
        ...

    def buyer(self, seller: str, number: str) -> Buyer | None:
        """The buyer."""
        ...

    def orders_of(self, seller: str, buyer: str, limit: int) -> Sequence[PlacedOrder]:
        """Orders of one buyer, newest first."""
        ...

    def stock(self, seller: str) -> dict[str, int]:
        """What is left of each product."""
        ...

    def lines(self, key: ContactKey, serial: int) -> Sequence[str]:
        """The conversation of one session so far, as lines of a transcript."""
        ...


class Voice(Protocol):
    """Calls that agents take: the switchboard says who is to hear whom, and the voice channel does it. Nothing waits."""

    def connect(self, contact: str, agent: str) -> None:
        """Buyer and agent hear one another."""
        ...

    def hold(self, contact: str) -> None:
        """The buyer hears music, the agent nothing."""
        ...

    def resume(self, contact: str) -> None:
        """As before."""
        ...

    def release(self, contact: str) -> None:
        """The agent is off the call; the buyer's leg goes on with its flow."""
        ...

    def keys(self, contact: str, keys: str) -> None:
        """Keys into the call."""
        ...

    def transfer(self, contact: str, number: str, failed: Callable[[str], object]) -> None:
        """The buyer's leg to a number outside, which ends the call once it is answered there; else `failed` is told why.

        Raises RefusedError if the operator's list does not hold it.
        """
        ...

    def invite(self, contact: str, agent: str) -> None:
        """One more agent into the call."""
        ...

    def dismiss(self, contact: str, agent: str) -> None:
        """One of them is off it again."""
        ...

    def say(self, contact: str, prompt: str, wait_s: float) -> None:
        """A prompt for one who waits, by its name, with how long it is thought to take."""
        ...

    def tell(self, contact: str, texts: Sequence[str]) -> None:
        """Texts of the seller's flow for one who waits, in the language of the call."""
        ...

    def ask(self, contact: str, prompt: str, wait_s: float) -> None:
        """As `say`; from here on keys of one who waits come to the turn batch."""
        ...

    def farewell(self, contact: str, prompt: str) -> None:
        """Say a prompt and hang up. The session is not told that the call is over."""
        ...

    def is_up(self, contact: str) -> bool:
        """Whether the buyer is on the line."""
        ...

    def can_phone(self, number: str, allowed: Sequence[str]) -> bool:
        """Whether this number can be phoned, of those that the shop allows."""
        ...

    def phone(self, contact: str, errand: CallOut, then: Callable[[Reached], object]) -> None:
        """Phone a buyer who is not on the line; see CallsOut. `release` gives up.

        Raises RefusedError if no call can be made.
        """
        ...

    def call_with(self, agent: str) -> str:
        """The contact on whose call an agent is. Raises RefusedError if there is none."""
        ...

    def listen(self, ear: str, contact: str, mode: ListenMode) -> None:
        """A supervisor's softphone on a call, or on it in another way."""
        ...

    def listens(self, ear: str) -> bool:
        """Whether it is on a call; one that ends lets go of it."""
        ...

    def stop_listening(self, ear: str) -> None:
        """No more."""
        ...

    async def line(self, agent: str, offer: str) -> str:
        """Bring up a softphone, a desk's or a supervisor's: the browser's description in, ours out (SDP). Raises RefusedError."""
        ...

    def has_line(self, agent: str) -> bool:
        """Whether a desk's softphone is up, and heard."""
        ...

    def watch(self, lost: Callable[[str], object], found: Callable[[str], object]) -> None:
        """Tell when a softphone's sound is lost, as on a network that fails, and when there is some; not of `hang_up`."""
        ...

    def hang_up(self, agent: str) -> None:
        """A softphone is gone."""
        ...

    def recorded(self, seller: str, texts: Sequence[str]) -> tuple[Recording, ...]:
        """What callers of a seller left in their own voice and these texts name, such as an address."""
        ...

    def recording(self, contact: str, recording: str) -> bytes:
        """A recording as a WAV file. Raises RefusedError."""
        ...
