"""A person who works on the floor: what they may do, and how they sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from center.acd.agent import Agent

PersonRole = Literal["agent", "supervisor"]
HOUSE = "house"
"""The pool of the platform's own people, who may serve every seller."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person."""

    agent: Agent
    role: PersonRole = "agent"
    password: str = field(default="", repr=False)
    """As the pages keep it, never itself; empty for one who cannot sign in yet."""
