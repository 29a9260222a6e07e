"""An account: a person's name at the desk, what they may do, and how their password is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What a person may do."""

    AGENT = "agent"
    """Serves buyers at a desk."""
    SUPERVISOR = "supervisor"
    """Sees queues and agents, listens and whispers, as far as their pool goes; may sit at a desk too."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person."""

    name: str
    role: Role
    password: str = field(repr=False)
    """As web.accounts.password keeps it."""


class Accounts(Protocol):
    """Where accounts are kept."""

    def account(self, name: str) -> Account | None:
        """The account of this name."""
        ...
