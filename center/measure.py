"""Measures: figures that operators look at, kept as plain numbers and read only when somebody asks.

Nothing here costs where the work is done, beyond the counting itself: counters are attributes that the work adds to,
and a Histogram is observed once a batch, not once a message.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Measure:
    """Figures of one name, as they are now."""

    name: str
    """As Prometheus has it, with the unit last and no `_total`: `dialcart_outbox_age_seconds`."""
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...]
    samples: Sequence[tuple[tuple[str, ...], float]]
    """A value for each set of labels."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How often each size was seen."""

    name: str
    help: str
    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    """Observations up to each bound and above the one before; one more than there are bounds."""
    sum: float


def counter(name: str, help: str, value: float) -> Measure:  # noqa: A002
    """A count that only grows."""
    return Measure(name, "counter", help, (), [((), value)])


def gauge(name: str, help: str, value: float) -> Measure:  # noqa: A002
    """A figure that goes up and down."""
    return Measure(name, "gauge", help, (), [((), value)])


class Histogram:
    """Counts sizes by bounds that never change."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, size: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._bounds, size)] += 1
        self._sum += size

    def spread(self, name: str, help: str) -> Spread:  # noqa: A002
        """What was counted so far."""
        return Spread(name, help, self._bounds, tuple(self._counts), self._sum)
