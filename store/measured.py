"""A store that counts what its batches are and how long they take; all else is the store's own."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager

from center.changes import Changes
from center.contact import Arrival
from center.measure import Histogram, Measure, Spread, counter
from center.ports import Batch, Store, StoreError
from center.world import World

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
REFUSED_S = 60.0
"""A batch that failed longer ago says nothing of now; carriers bring again what was refused within seconds."""
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class MeasuredStore:
    """See center.ports.Store."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.perf_counter) -> None:
        self._store = store
        self._clock = clock
        self._sizes = Histogram(SIZES)
        self._turn_s = Histogram(SECONDS)
        self._commit_s = Histogram(SECONDS)
        self._failed = 0
        self._refused: tuple[float, str] | None = None
        """When the last batch was refused and why, if it was."""
        self._orders = 0

    @contextmanager
    def batch(self, arrivals: Sequence[Arrival]) -> Generator[Batch]:
        """See center.ports.Store."""
        began = self._clock()
        try:
            with self._store.batch(arrivals) as batch:
                yield _MeasuredBatch(batch, self._clock, self._committed)
        except StoreError as error:
            self._failed += 1
            self._refused = self._clock(), str(error)
            raise
        self._refused = None
        self._sizes.observe(len(arrivals))
        self._turn_s.observe(self._clock() - began)

    def wrong(self) -> str | None:
        """Why the last batch could not be kept, if it was lately."""
        if self._refused is None:
            return None
        at, why = self._refused
        return why if self._clock() - at <= REFUSED_S else None

    @property
    def is_behind(self) -> bool:
        """See center.ports.Store."""
        return self._store.is_behind

    def _committed(self, took_s: float, orders: int) -> None:
        self._commit_s.observe(took_s)
        self._orders += orders

    def measures(self) -> Iterable[Measure | Spread]:
        """What was counted since the start."""
        return [
            self._sizes.spread("dialcart_batch_arrivals", "Arrivals in one batch."),
            self._turn_s.spread(
                "dialcart_batch_seconds", "From the opening of a batch to its end on disk."
            ),
            self._commit_s.spread("dialcart_commit_seconds", "Writing a batch and its fsync."),
            counter(
                "dialcart_batches_refused", "Batches that the store could not keep.", self._failed
            ),
            counter("dialcart_orders_placed", "Orders since the start.", self._orders),
        ]


class _MeasuredBatch:
    """See center.ports.Batch."""

    __slots__ = ("_batch", "_began", "_clock", "_committed", "_orders")

    def __init__(
        self, batch: Batch, clock: Callable[[], float], committed: Callable[[float, int], None]
    ) -> None:
        self._batch = batch
        self._clock = clock
        self._committed = committed
        self._began = 0.0
        self._orders = 0

    @property
    def world(self) -> World:
        return self._batch.world

    @property
    def text_ids(self) -> Sequence[int]:
        return self._batch.text_ids

    def commit(self, changes: Changes) -> None:
        self.write(changes)
        self.finish()
        self.finished()

    def write(self, changes: Changes) -> None:
        self._began = self._clock()
        self._batch.write(changes)
        self._orders = len(changes.orders)

    def finish(self) -> None:
        self._batch.finish()

    def finished(self) -> None:
        self._committed(self._clock() - self._began, self._orders)
        self._batch.finished()
