"""What a buyer said or did while an agent has them: kept and logged by the turn batch, then told to the desk."""

from __future__ import annotations

import msgspec

from center.contact import ContactKey
from flows.inputs import Input


class Heard(msgspec.Struct, frozen=True):
    """One arrival that no flow answered."""

    contact: ContactKey
    serial: int
    turn: int
    """With `serial` and `contact` the key of what is awaited, see center.awaited."""
    input: Input
    at: int
    """Unix seconds."""

    @property
    def key(self) -> str:
        """As Awaited.key."""
        return f"{'/'.join(self.contact.parts)}/{self.serial}/{self.turn}"
