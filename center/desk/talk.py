"""A buyer who was handed over: which session waits, in which queue, at whose desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from center.acd.agent import Channel
from center.awaited import Awaited
from center.desk.desk import GuestStage, Stage


@dataclass(slots=True)
class Talk:
    """A buyer who was handed over."""

    name: str
    """In the router; another after each transfer."""
    awaited: Awaited
    queue: str
    since: float
    legs: int = 1
    agent: str = ""
    answered_at: float = 0.0
    """Unix seconds, once an agent has answered."""
    answer_by: float = 0.0
    """Unix seconds, while it rings."""
    ways: str = ""
    """Keys by which a caller may take a call-back, once asked."""
    reach: Literal["", "calling", "missed", "up"] = ""
    """How it goes to phone a buyer who is not on the line; `up`: one who writes has answered."""
    guests: dict[str, GuestStage] = field(default_factory=dict[str, GuestStage])
    """Colleagues who are on the call, or asked in."""
    is_held: bool = False
    hears_music: bool = False
    """While the desk or the headset of its agent is away; `is_held` is what the agent asked for."""
    is_let_go: bool = False
    """Its agent handed it on, and has nothing more to do with it."""
    written_up_by: float = 0.0
    """Unix seconds, while its agent writes up."""
    is_settled: bool = False
    """Its session goes on without the agent."""

    @property
    def stage(self) -> Stage:
        """At the desk of who has the buyer."""
        if self.reach in ("calling", "missed"):
            return self.reach
        if self.is_held:
            return "held"
        return "on call" if self.reach == "up" else "talking"

    @property
    def is_on_call(self) -> bool:
        """Whether there is, or should be, somebody on the line."""
        return self.channel == "voice" or self.reach == "up"

    @property
    def channel(self) -> Channel:
        """The router's: a text is a conversation, whatever it came by."""
        return "voice" if self.awaited.contact.channel == "voice" else "sms"
