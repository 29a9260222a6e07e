"""A desk as the floor calls it, and what a supervisor is shown."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from center.acd.agent import Presence
from center.desk.card import Card

GuestStage = Literal["invited", "guest"]
Stage = (
    Literal["offered", "calling", "missed", "talking", "on call", "held", "wrap-up"] | GuestStage
)
"""`calling`: the buyer is being phoned; `missed`: did not answer, and waits for nothing else; `on call`: one who writes is on the
line besides; `invited`: a colleague asks for this agent's help on a call; `guest`: who came, and has no more to do than talk."""
Speaker = Literal["buyer", "agent", "shop"]


class RefusedError(Exception):
    """The floor does not do that now. `why` is for the person at the desk; the page has it in other languages."""

    def __init__(self, why: str, /, **values: str) -> None:
        super().__init__(why.format(**values))
        self.why = why
        self.values = values


class Desk(Protocol):
    """One agent's desk. Nothing here waits, and a desk that is gone ignores it."""

    def presence(self, presence: Presence, reason: str) -> None:
        """What the router holds of this agent."""
        ...

    def offered(self, card: Card, answer_by: float) -> None:
        """Ring, until it is answered or withdrawn; `answer_by` in Unix seconds."""
        ...

    def withdrawn(self, contact: str, why: str) -> None:
        """Stop ringing."""
        ...

    def stage(self, contact: str, stage: Stage, ends_at: float = 0.0) -> None:
        """A contact of this desk is at another stage, which ends by itself at these Unix seconds; 0 if it does not."""
        ...

    def card(self, card: Card) -> None:
        """What is known of a contact has changed, or the desk came back and has this contact."""
        ...

    def said(self, contact: str, who: Speaker, text: str) -> None:
        """A line of the conversation."""
        ...

    def refused(self, contact: str, why: RefusedError) -> None:
        """Something that the desk asked for, and that was begun, could not be done."""
        ...

    def ended(self, contact: str, why: str) -> None:
        """The contact is off this desk."""
        ...

    def close(self, why: str) -> None:
        """Somebody sits down elsewhere under this name; this desk is told nothing more."""
        ...


class QueueView(msgspec.Struct, frozen=True):
    """One queue as it is now."""

    queue: str
    waiting: int
    longest_s: float
    ready_calls: int
    """Agents who could take a call now."""
    ready_texts: int
    talking: int
    service_level: float | None
    """As center.acd.measures has it; None before the first contact."""
    abandoned: int | None
    abandonment: float | None
    """As center.acd.measures has it; None before the first contact."""
    mean_wait_s: float | None
    turned_away: int | None
    """As center.acd.measures has it."""
    not_answered: int
    """Offers that rang at an agent in vain, were declined, or were left behind."""
    is_share: bool = False
    """Of the supervisor's own people alone, and nothing of who gave up or was turned away: other pools serve it, too."""


class AgentView(msgspec.Struct, frozen=True):
    """One agent as they are now."""

    agent: str
    presence: Presence
    reason: str
    contacts: int
    """How many, and not which: their names hold buyers' numbers."""
    writing_up: int
    """Of these, in wrap-up."""
    on_call: bool
    """Whether there is something to listen to."""
    occupancy: float
    since: float
    """Unix seconds: of the last change of presence, or of the contacts they have."""
    answered: int
    not_answered: int
    """Offers that rang in vain, were declined, or were left behind."""


class FloorView(msgspec.Struct, frozen=True):
    """All of it, for who leads."""

    at: float
    queues: tuple[QueueView, ...]
    agents: tuple[AgentView, ...]
    queues_in_use: int
    """Those above, and others for which there was no room."""
    agents_here: int
    """Those above, and others for which there was no room or who were not asked for."""
    since: float
    """Unix seconds: from when on figures are counted; 0: from the beginning."""
