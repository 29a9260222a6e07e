"""What the desk needs of the outside: the floor that its person works on, and what the floor tells the desk.

The floor is the router with its journal, the turn batch and the media plane behind one face; commands/ ties them. The desk
itself decides nothing: it shows what it is told and passes on what its person does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from web.agent.card import BasketLine, Card

Presence = Literal["signed out", "not ready", "ready"]
Stage = Literal["offered", "talking", "held", "wrap-up"]
ListenMode = Literal["monitor", "whisper", "barge-in"]
TransferKind = Literal["agent", "queue", "step", "outside"]


class RefusedError(Exception):
    """The floor does not do that now; the message is for the person at the desk."""


class QueueView(msgspec.Struct, frozen=True):
    """One queue as it is now."""

    queue: str
    waiting: int
    longest_s: float
    ready: int
    """Agents who could take one now."""
    talking: int
    service_level: float | None
    """Answered within the target of all who came, today; None before the first."""
    abandoned: int
    mean_wait_s: float | None


class AgentView(msgspec.Struct, frozen=True):
    """One agent as they are now."""

    agent: str
    presence: Presence
    reason: str
    contacts: tuple[str, ...]
    occupancy: float
    since: float


class FloorView(msgspec.Struct, frozen=True):
    """All of it, for who leads."""

    at: float
    queues: tuple[QueueView, ...]
    agents: tuple[AgentView, ...]


class Desk(Protocol):
    """One agent's desk, as the floor calls back. Nothing here waits."""

    def presence(self, presence: Presence, reason: str) -> None:
        """What the router holds of this agent."""
        ...

    def offered(self, card: Card, answer_by: float) -> None:
        """Ring, until it is answered or withdrawn."""
        ...

    def withdrawn(self, contact: str, why: str) -> None:
        """Stop ringing."""
        ...

    def stage(self, contact: str, stage: Stage) -> None:
        """A contact of this desk is at another stage."""
        ...

    def card(self, card: Card) -> None:
        """What is known of a contact has changed."""
        ...

    def said(self, contact: str, who: Literal["buyer", "agent", "shop"], text: str) -> None:
        """A line of the conversation."""
        ...

    def ended(self, contact: str, why: str) -> None:
        """The contact is off this desk."""
        ...


class Floor(Protocol):
    """What a desk may ask for. Each call raises RefusedError when it cannot be, and says what could be."""

    def sign_in(self, agent: str, desk: Desk) -> None:
        """Sit down. A desk that sits down elsewhere takes the place of the one before, with its contacts."""
        ...

    def sign_out(self, agent: str, desk: Desk) -> None:
        """Leave; talks go on at the next desk that signs in within a bound, else go back to their queue."""
        ...

    def ready(self, agent: str) -> None:
        """Take contacts."""
        ...

    def not_ready(self, agent: str, reason: str) -> None:
        """Take no new ones."""
        ...

    def accept(self, agent: str, contact: str) -> None:
        """Answer an offer. A call is heard on the desk's line, see `line`."""
        ...

    def decline(self, agent: str, contact: str) -> None:
        """Refuse an offer."""
        ...

    async def line(self, agent: str, offer: str) -> str:
        """Bring up the desk's softphone: the browser's description in, ours out (SDP). Calls are put on it."""
        ...

    def write(self, agent: str, contact: str, text: str) -> None:
        """Send the buyer a message."""
        ...

    def basket(self, agent: str, contact: str, lines: Sequence[BasketLine]) -> None:
        """Change what the buyer would order."""
        ...

    def order(self, agent: str, contact: str, address: str) -> None:
        """Place the order for the buyer; its number is told by `said` and the new card."""
        ...

    def hold(self, agent: str, contact: str) -> None:
        """The buyer hears music, and the agent nothing."""
        ...

    def resume(self, agent: str, contact: str) -> None:
        """Talk again."""
        ...

    def keys(self, agent: str, contact: str, keys: str) -> None:
        """Press keys into the call."""
        ...

    def transfer(self, agent: str, contact: str, kind: TransferKind, to: str) -> None:
        """Hand on: to an agent or queue, back to a step of the flow, or outside to an allowed number."""
        ...

    def invite(self, agent: str, contact: str, other: str) -> None:
        """Bring another agent into the call."""
        ...

    def finish(self, agent: str, contact: str) -> None:
        """End the talk; wrap-up begins."""
        ...

    def wrap_up(self, agent: str, contact: str, code: str, note: str) -> None:
        """Say what it was about; the slot is free again."""
        ...

    def view(self) -> FloorView:
        """The floor as it is now, for a supervisor."""
        ...

    def listen(self, supervisor: str, agent: str, mode: ListenMode) -> None:
        """Hear an agent's call; be heard by the agent alone, or by both."""
        ...

    def stop_listening(self, supervisor: str) -> None:
        """No more."""
        ...

    def recording(self, agent: str, contact: str, recording: str) -> bytes:
        """A recording of a contact on this desk, as a WAV file."""
        ...
