"""What a channel needs of the store beside its batches: texts that wait to go out, and its own notes."""

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
        """The carrier has these. It is written with the next batch, or by `write_drops`."""
        ...

    def write_drops(self) -> bool:
        """Write what no batch has written yet; False: not now, call again. Raises StoreError."""
        ...

    def notes(self, prefix: str) -> dict[str, bytes]:
        """Notes that were committed, whose names begin so."""
        ...
