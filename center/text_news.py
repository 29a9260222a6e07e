"""What became of a text on its way to a phone, as far as carriers have told."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from itertools import repeat

import msgspec

from center.changes import OutgoingText


class Stage(IntEnum):
    """How far a text has come. It goes up only."""

    WAITING = 0
    """It is in the outbox."""
    SENT = 1
    """A carrier has it."""
    DELIVERED = 2
    """The phone has all of it."""
    FAILED = 3
    """It never reached the phone, or not all of it."""

    @property
    def word(self) -> str:
        """For people."""
        return self.name.lower()


class TextNews(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something new of a text."""

    text: int
    """The outbox's name for it."""
    stage: Stage
    reason: str = ""
    """Why it failed, in the carrier's words."""
    carrier: str = ""
    names: tuple[str, ...] = ()
    """What that carrier calls those of its segments whose receipts are still to come."""


def sent_alone(carrier: str, texts: Sequence[int], names: Sequence[str]) -> list[TextNews]:
    """Of texts of one segment each: this carrier has them, and calls them so in the receipts that are to come."""
    of_all = repeat(Stage.SENT), repeat(""), repeat(carrier)
    return list(map(TextNews, texts, *of_all, zip(names, strict=True)))


class SentText(msgspec.Struct, frozen=True):
    """A text that was said to a phone, and what became of it."""

    text: OutgoingText
    stage: Stage
    reason: str
