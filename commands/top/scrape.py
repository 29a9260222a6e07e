"""One reading of a /metrics page: figures by name and labels, and what came of them since the reading before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

PAGE_OCTETS_MAX = 4_000_000
_LINE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page said."""

    at: float
    """Seconds of a clock that only goes forward."""
    figures: Mapping[tuple[str, Labels], float]
    why: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of services that are not ready, what /ready said."""

    def value(self, name: str, **labels: str) -> float:
        """A figure; of several with other labels beside these, the sum."""
        wanted = set(labels.items())
        return sum(
            value
            for (found, has), value in self.figures.items()
            if found == name and wanted <= set(has)
        )

    def has(self, name: str) -> bool:
        """Whether there is a figure of this name."""
        return any(found == name for found, _ in self.figures)

    def labels(self, name: str, label: str, **beside: str) -> Iterator[str]:
        """The values of a label, where it has these beside it, in order of the page."""
        wanted = set(beside.items())
        seen: set[str] = set()
        for found, has in self.figures:
            value = dict(has).get(label)
            if found == name and value is not None and value not in seen and wanted <= set(has):
                seen.add(value)
                yield value

    def not_ready(self) -> list[str]:
        """Services that cannot serve buyers."""
        name = "dialcart_ready"
        return [one for one in self.labels(name, "service") if not self.value(name, service=one)]

    def quantile(self, name: str, share: float, since: Reading | None = None) -> float | None:
        """Below which bound so large a share of a histogram's observations was; None without observations."""
        bounds: list[tuple[float, float]] = []
        for (found, has), value in self.figures.items():
            if found == f"{name}_bucket":
                before = since.figures.get((found, has), 0.0) if since is not None else 0.0
                bounds.append((float(dict(has)["le"].replace("+Inf", "inf")), value - before))
        bounds.sort()
        if not bounds or bounds[-1][1] <= 0:
            return None
        wanted = share * bounds[-1][1]
        return next(bound for bound, count in bounds if count >= wanted)

    def rate(self, name: str, since: Reading | None, **labels: str) -> float | None:
        """Of a counter, how much came a second; None for a first reading, or after a restart.

        None too for one that was not on the page before, such as a shard's that has just started: it counts from before.
        """
        if since is None or self.at <= since.at or (self.has(name) and not since.has(name)):
            return None
        grown = self.value(name, **labels) - since.value(name, **labels)
        return grown / (self.at - since.at) if grown >= 0 else None


def read_page(page: str, at: float) -> Reading:
    """Read a page; what is no sample is passed over."""
    figures: dict[tuple[str, Labels], float] = {}
    for line in page.splitlines():
        found = _LINE.match(line)
        if found is None or line.startswith("#"):
            continue
        try:
            value = float(found[3])
        except ValueError:
            continue
        figures[found[1], tuple(_LABEL.findall(found[2] or ""))] = value
    return Reading(at, figures)
