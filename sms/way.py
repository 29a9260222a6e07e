"""A connection to a carrier, as far as what goes out by it looks at it. sms.link is one."""

from __future__ import annotations

from typing import Protocol

from sms.smpp.bind import BindMachine


class Way(Protocol):
    """One connection."""

    machine: BindMachine
    mode: int
    """What it binds as: the command of its bind."""
    bound: bool
    bound_at: float
    unacknowledged: int
    """Messages that came and are not answered."""
    acknowledged: int
    """Messages that came and were."""

    @property
    def alive(self) -> bool:
        """Whether it is still there."""
        ...

    def flush(self) -> None:
        """Give the connection what the machine has to say, in one write."""
        ...
