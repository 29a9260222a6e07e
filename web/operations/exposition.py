"""Measures in the words of Prometheus, collected when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from center.measure import Measure, Spread, merged

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Measures = Callable[[], Iterable[Measure | Spread]]
"""Reads the figures as they are now."""


class _Collector(Collector):
    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        """Measures of one name from several services are one family: a second head of a name is an error to Prometheus."""
        for measure in merged([self._measures()]):
            if isinstance(measure, Spread):
                yield _histogram(measure)
                continue
            kind = CounterMetricFamily if measure.kind == "counter" else GaugeMetricFamily
            family = kind(measure.name, measure.help, labels=measure.labels)
            for labels, value in measure.samples:
                family.add_metric(labels, value)
            yield family


def _histogram(spread: Spread) -> Metric:
    """Prometheus counts up to each bound, not between two."""
    bounds = [*(f"{bound:g}" for bound in spread.bounds), "+Inf"]
    return HistogramMetricFamily(
        spread.name,
        spread.help,
        buckets=list(zip(bounds, accumulate(spread.counts), strict=True)),
        sum_value=spread.sum,
    )


class Exposition:
    """A registry of its own, with the process's figures beside ours."""

    def __init__(self, measures: Measures) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Collector(measures))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def text(self) -> bytes:
        """What a scrape gets."""
        return generate_latest(self._registry)
