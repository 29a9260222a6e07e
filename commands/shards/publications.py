"""What sellers publish in any shard, as the front must know it: by which codes and words they are reached from now on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from center.measure import Measure, Spread
from center.routing import Routes
from center.shops import Shops
from commands.serving.publications import Publications
from commands.shards.homes import stores_of
from store.sqlite import SqliteStore


class ShardPublications:
    """See commands.serving.service.Service. Opens after the shards, which have made their files by then."""

    name = "publications"

    def __init__(self, database: Path, shops: Shops, routes: Routes) -> None:
        self._database = database
        self._shops = shops
        self._routes = routes
        self._stores: list[SqliteStore] = []
        self._each: list[Publications] = []

    async def open(self) -> None:
        """Look into every shard from now on."""
        self._stores = stores_of(self._database)
        self._each = [Publications(store, self._shops, self._routes) for store in self._stores]
        for one in self._each:
            await one.open()

    async def drain(self) -> None:
        """Nothing new begins, so nothing has to be finished."""

    async def close(self) -> None:
        """Look no more."""
        for one in self._each:
            await one.close()
        for store in self._stores:
            store.close()

    def unready(self) -> str | None:
        """It serves nobody by itself."""
        return None

    def measures(self) -> Iterable[Measure | Spread]:
        """How many came, over all."""
        for one in self._each:
            yield from one.measures()
