"""A buyer who was handed over: which session waits, in which queue, at whose desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from center.acd.agent import Channel
from center.awaited import Awaited
from center.desk.desk import Stage


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
    reach: Literal["", "calling", "missed"] = ""
    """How it goes to phone a buyer who is not on the line."""
    is_held: bool = False
    is_settled: bool = False
    """Its session goes on without the agent."""

    @property
    def stage(self) -> Stage:
        """At the desk of who has the buyer."""
        return self.reach or ("held" if self.is_held else "talking")

    @property
    def channel(self) -> Channel:
        """The router's: a text is a conversation, whatever it came by."""
        return "voice" if self.awaited.contact.channel == "voice" else "sms"
