"""The books as a service: what the store holds, counted now and then beside the work, and what turns made of it.

A census looks at every session, so nothing waits for it, not even the first bind; and it rests CENSUS_RESTS times as long as it took.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

from center.batch import TurnBatch
from center.measure import Measure, Spread, gauge
from center.ports import StoreError
from commands.serving.message_boxes import CARRIER
from commands.serving.rounds import Rounds
from commands.serving.turns import turn_measures
from store.figures import Census, Figures, read_figures, take_census
from store.measured import MeasuredStore
from store.sqlite import SqliteStore

LOOK_EVERY_S = 15.0
"""On another connection and in a thread."""
CENSUS_RESTS = 50
"""At most a fiftieth of the time is counted, however much there is: a second with millions of sessions."""


class Books:
    """See commands.serving.service.Service."""

    name = "store"

    def __init__(self, store: SqliteStore, measured: MeasuredStore, turns: TurnBatch) -> None:
        self._store = store
        self._measured = measured
        self._turns = turns
        self._figures: Figures | None = None
        self._oldest_s = 0.0
        """Of the oldest text its age when it was looked: it has gone since, most likely."""
        self._census: Census | None = None
        self._census_not_before = 0.0
        self._wrong: str | None = None
        self._rounds = Rounds("the books are not counted", LOOK_EVERY_S, self.look)

    async def open(self) -> None:
        """Count from now on."""
        self._rounds.begin_now()

    async def drain(self) -> None:
        """Nothing waits here."""

    async def close(self) -> None:
        """Stop counting."""
        await self._rounds.end()

    def unready(self) -> str | None:
        """Why the store could not be read when it was last counted, or could not keep the last batch."""
        return self._wrong or self._measured.wrong()

    def measures(self) -> Iterable[Measure | Spread]:
        """What the last count said, and what turns and batches did since the start."""
        yield from turn_measures(self._turns)
        yield from self._measured.measures()
        figures, census = self._figures, self._census
        if figures is None:
            return
        yield gauge("dialcart_outbox_texts", "Texts that nobody has taken.", figures.texts_waiting)
        yield gauge(
            "dialcart_outbox_age_seconds",
            "Age of the oldest, but for web telephones.",
            self._oldest_s,
        )
        yield gauge("dialcart_orders", "Orders kept.", figures.orders)
        yield gauge("dialcart_sellers", "Sellers that were published.", figures.sellers)
        yield gauge("dialcart_store_bytes", "Size of the database on disk.", figures.bytes)
        if census is None:
            return
        yield gauge("dialcart_sessions", "Sessions kept, live or over.", census.sessions)
        yield gauge("dialcart_shop_messages", "Messages that sellers may read.", census.messages)
        yield gauge("dialcart_hand_overs", "Requests for a person.", census.hand_overs)

    async def look(self) -> None:
        """Count what the store holds now."""
        path = Path(self._store.path)
        try:
            figures = await asyncio.to_thread(read_figures, path, CARRIER)
            oldest = figures.oldest_text_at
            self._oldest_s = max(0.0, time.time() - oldest) if oldest is not None else 0.0
            self._figures = figures
            began = time.monotonic()
            if began >= self._census_not_before:
                self._census = await asyncio.to_thread(take_census, path)
                ended = time.monotonic()
                self._census_not_before = ended + CENSUS_RESTS * (ended - began)
            self._wrong = None
        except StoreError as error:
            self._wrong = str(error)
