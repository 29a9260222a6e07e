"""What a channel needs of the outbox: texts that wait, and leave to forget those that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from center.changes import OutgoingText


class Outbox(Protocol):
    """Texts that were committed and that no carrier has taken yet.

    Delivers at least once: a text whose carrier took it just before a crash is sent once more.
    """

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """Texts with ids above `after`, oldest first."""
        ...

    def drop_texts(self, ids: Sequence[int]) -> None:
        """The carrier has these."""
        ...
