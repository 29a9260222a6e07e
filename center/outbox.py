"""What a channel needs of the store beside its batches: texts that wait to go out or for receipts, and its own notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from center.changes import OutgoingText
from center.text_news import TextNews

PASSING = "passing/"
"""Begins the names of notes that go when they have not been written for long (store.retention)."""


def phones_of(
    waiting: Sequence[tuple[int, OutgoingText]], after: int, before: int | None
) -> tuple[Sequence[str], int]:
    """What Outbox.waiting_phones returns, of texts that were read with `after`."""
    if before is not None:
        waiting = [one for one in waiting if one[0] < before]
    return [text.destination for _, text in waiting], waiting[-1][0] if waiting else after


class Outbox(Protocol):
    """Texts that were committed and that no carrier has taken yet.

    Delivers at least once: a text whose carrier took it just before a crash is sent once more.
    """

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """Texts with ids above `after`, oldest first."""
        ...

    def waiting_phones(
        self, after: int, limit: int, before: int | None
    ) -> tuple[Sequence[str], int]:
        """Phones to which these are, with ids above `after` and below `before`, and the id to which it was looked.

        At least `limit` of them, unless there are no more, and no more than a few rows above it. A phone is there as often as it has texts.
        """
        ...

    def note_texts(self, news: Sequence[TextNews]) -> None:
        """What became of texts; what is not WAITING any more is off our hands.

        It is written with the next batch, or by `write_noted`. News of a text that is forgotten, or whose last word was
        said, is dropped.
        """
        ...

    def note_sent(self, carrier: str, texts: Sequence[int], names: Sequence[str]) -> None:
        """The same of texts of one segment that this carrier has, and calls so in the receipts that are to come: no more than that."""
        ...

    def note_delivered(self, texts: Sequence[int]) -> None:
        """The same of texts that phones have, which becomes of nearly all: no more than which they are."""
        ...

    def write_noted(self) -> bool:
        """Write what no batch has written yet; False: not now, call again. Raises StoreError."""
        ...

    def texts_without_receipts(self, limit: int) -> list[TextNews]:
        """Texts that carriers have and whose receipts are still to come: at most so many, those named last, oldest first."""
        ...

    def notes(self, prefix: str) -> dict[str, bytes]:
        """Notes that were committed, whose names begin so."""
        ...
