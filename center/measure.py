"""Measures: figures that operators look at, kept as plain numbers and read only when somebody asks.

Nothing here costs where the work is done, beyond the counting itself: counters are attributes that the work adds to,
and a Histogram is observed once a batch, not once a message.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

AGE = "_age_seconds"
"""Ends the name of a figure that is an age."""


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


def merged(tellings: Iterable[Iterable[Measure | Spread]]) -> list[Measure | Spread]:
    """Figures of several processes as those of one: sums, but of ages the greatest."""
    measures: dict[str, Measure] = {}
    spreads: dict[str, Spread] = {}
    for told in (one for telling in tellings for one in telling):
        if isinstance(told, Spread):
            before = spreads.get(told.name)
            spreads[told.name] = told if before is None else _spread_over(before, told)
        else:
            known = measures.get(told.name)
            measures[told.name] = told if known is None else _over(known, told)
    return [*measures.values(), *spreads.values()]


def _over(one: Measure, other: Measure) -> Measure:
    total = dict(one.samples)
    for labels, value in other.samples:
        known = total.get(labels, 0.0)
        total[labels] = max(known, value) if one.name.endswith(AGE) else known + value
    return replace(one, samples=list(total.items()))


def _spread_over(one: Spread, other: Spread) -> Spread:
    counts = tuple(map(sum, zip(one.counts, other.counts, strict=True)))
    return replace(one, counts=counts, sum=one.sum + other.sum)


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
