"""How the shards do, as if they were one process."""

from __future__ import annotations

from collections.abc import Iterable

from center.measure import Measure, Spread, merged


class ShardMeasures:
    """What each shard told last. A shard that starts again counts from nothing; here its counters go on."""

    def __init__(self, count: int) -> None:
        self._told: list[list[Measure | Spread]] = [[] for _ in range(count)]
        self._earlier: list[list[Measure | Spread]] = [[] for _ in range(count)]
        """What earlier runs of each had counted when they ended."""
        self.unready = [""] * count
        """Why each cannot serve, though it answers."""

    def begin(self, shard: int) -> None:
        """A shard has just started, or its front has."""
        counted = [
            one for one in self._told[shard] if isinstance(one, Spread) or one.kind == "counter"
        ]
        self._earlier[shard] = merged([self._earlier[shard], counted])
        self._told[shard] = []
        self.unready[shard] = ""

    def tell(self, shard: int, measures: Iterable[Measure | Spread], unready: str = "") -> None:
        """What a shard's figures are now, and why it cannot serve, if it cannot."""
        self._told[shard] = list(measures)
        self.unready[shard] = unready

    def over_all(self) -> list[Measure | Spread]:
        """The figures of all shards."""
        return merged([*self._earlier, *self._told])
