"""Arrivals that make a seller's program fail: brought again some times, then set aside for the seller to read."""

from __future__ import annotations

import logging
from collections import OrderedDict

from center.changes import Changes, ShopMessage
from center.contact import Repeats
from center.entries import Entry
from center.ports import Store, StoreError
from center.taken import Fate
from flows.inputs import Text

TRIES_MAX = 3
"""Times that an arrival which makes a program fail is tried before a person has it."""
FAILING_MAX = 10_000
"""Such arrivals whose tries are counted."""

log = logging.getLogger(__name__)


class Failing:
    """Counts their tries."""

    def __init__(self) -> None:
        self._tries: OrderedDict[bytes, int] = OrderedDict()

    def fate(self, entry: Entry, error: Exception, store: Store) -> Fate:
        """An arrival that makes a program fail: once more, or to the seller."""
        arrival = entry.arrival
        if arrival is None:
            # A note or a text that the store will not have, whoever asks: nobody can do better by sending it again.
            log.error("what %s held is dropped: %s", entry.channel, kind_of(error))
            return Fate.SET_ASIDE
        tries = self._tries.pop(arrival.key, 0) + 1
        log.error(
            "a message to %s fails, try %d: %s", arrival.contact.seller, tries, kind_of(error)
        )
        if tries < TRIES_MAX and arrival.key:
            self._tries[arrival.key] = tries
            if len(self._tries) > FAILING_MAX:
                self._tries.popitem(last=False)
            return Fate.REFUSED
        seller, buyer = arrival.contact.seller, arrival.contact.number
        said = arrival.input.text if isinstance(arrival.input, Text) else ""
        message = ShopMessage(seller, buyer, f"[not understood] {said}", arrival.at)
        try:
            # Without the arrival: what is kept of this buyer may be what fails, and is not read.
            with store.batch([]) as batch:
                changes = Changes(messages=[message], notes=dict(entry.notes))
                if arrival.key:
                    kept = changes.named if arrival.repeats is Repeats.NAMED else changes.seen
                    kept[arrival.key] = arrival.stamp
                batch.commit(changes)
        except StoreError as refused:
            log.error("a message for a seller was refused: %s", refused)
            return Fate.REFUSED
        return Fate.SET_ASIDE


def kind_of(error: BaseException | None) -> str:
    """An error for the log: its words may hold a buyer's, its kind does not."""
    return type(error).__name__
