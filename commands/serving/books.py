"""The books as a service: what the store holds, counted now and then beside the work, and what turns made of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

from center.batch import TurnBatch
from center.measure import Measure, Spread, gauge
from center.ports import StoreError
from commands.serving.rounds import Rounds
from commands.serving.turns import turn_measures
from store.figures import Figures, read_figures
from store.measured import MeasuredStore
from store.sqlite import SqliteStore

COUNT_EVERY_S = 15.0
"""A count takes a second with millions of sessions, on another connection and in a thread."""


class Books:
    """See commands.serving.service.Service."""

    name = "store"

    def __init__(self, store: SqliteStore, measured: MeasuredStore, turns: TurnBatch) -> None:
        self._store = store
        self._measured = measured
        self._turns = turns
        self._figures: Figures | None = None
        self._wrong: str | None = None
        self._rounds = Rounds("the books are not counted", COUNT_EVERY_S, self._count)

    async def open(self) -> None:
        """Count from now on."""
        await self._count()
        self._rounds.begin()

    async def drain(self) -> None:
        """Nothing waits here."""

    async def close(self) -> None:
        """Stop counting."""
        await self._rounds.end()

    def unready(self) -> str | None:
        """Whether the store could not be read when it was last counted."""
        return self._wrong

    def measures(self) -> Iterable[Measure | Spread]:
        """What the last count said, and what turns and batches did since the start."""
        yield from turn_measures(self._turns)
        yield from self._measured.measures()
        figures = self._figures
        if figures is None:
            return
        oldest = figures.oldest_text_at
        age_s = max(0.0, time.time() - oldest) if oldest is not None else 0.0
        yield gauge(
            "dialcart_outbox_texts", "Texts that no carrier has taken.", figures.texts_waiting
        )
        yield gauge("dialcart_outbox_age_seconds", "Age of the oldest of them.", age_s)
        yield gauge("dialcart_sessions", "Sessions kept, live or over.", figures.sessions)
        yield gauge("dialcart_orders", "Orders kept.", figures.orders)
        yield gauge("dialcart_sellers", "Sellers that were published.", figures.sellers)
        yield gauge("dialcart_shop_messages", "Messages that sellers may read.", figures.messages)
        yield gauge("dialcart_hand_overs", "Requests for a person.", figures.hand_overs)
        yield gauge("dialcart_store_bytes", "Size of the database on disk.", figures.bytes)

    async def _count(self) -> None:
        try:
            self._figures = await asyncio.to_thread(read_figures, Path(self._store.path))
            self._wrong = None
        except StoreError as error:
            self._wrong = str(error)
