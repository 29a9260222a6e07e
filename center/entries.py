"""What channels bring to a turn batch, and what one transaction kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import msgspec

from center.awaited import Awaited
from center.changes import HandOverRequest, OutgoingText, Talk
from center.contact import Arrival
from center.desk.heard import Heard
from center.reply import Reply
from center.taken import Fate


class Entry(msgspec.Struct, eq=False, gc=False):
    """What a channel brought."""

    channel: str
    ticket: object
    arrival: Arrival | None
    notes: Mapping[str, bytes | None]
    texts: Sequence[OutgoingText]
    talks: Sequence[Talk] = ()

    def is_among(self, stamps: Set[int]) -> bool:
        """Whether it is an arrival that can be repeated, and has one of these."""
        arrival = self.arrival
        return arrival is not None and bool(arrival.key) and arrival.stamp in stamps


@dataclass(slots=True)
class Kept:
    """What one transaction kept."""

    replies: list[Reply | None]
    texts: list[tuple[int, OutgoingText]]
    awaited: list[Awaited]
    heard: list[Heard]
    turned_away: list[HandOverRequest]
    found: Set[int] = frozenset()
    """Stamps of arrivals that were there before."""

    def fate_of(self, entry: Entry) -> Fate:
        """What became of one of its entries."""
        return Fate.FOUND if entry.is_among(self.found) else Fate.KEPT


NOTHING = Kept([None], [], [], [], [])
