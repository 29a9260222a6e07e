"""What sellers publish while the shop is open: new sessions run it, once all of it can be said.

`dialcart publish` and `rollback` are programs of their own; they write into the store, and this looks there. Sessions that are under
way go on as center.turns has it. Promised: a version is live within LOOK_EVERY_S and the time that its speech takes to load.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable

from center.measure import Measure, Spread, counter
from center.routing import Routes
from center.shops import Shops
from commands.serving.patrol import Patrol
from flows.program import Program
from store.sqlite import SqliteStore

LOOK_EVERY_S = 1.0
AT_ONCE_MAX = 100
"""Publications taken each time; more wait for the next."""

Prepare = Callable[[str, Program], Awaitable[object]]
"""Done before a seller's program is live."""

log = logging.getLogger("dialcart")


class Publications(Patrol):
    """What is published while it is open, put live."""

    name = "publications"

    def __init__(
        self, store: SqliteStore, shops: Shops, routes: Routes, prepare: Prepare | None = None
    ) -> None:
        super().__init__("what was published is not read", LOOK_EVERY_S, self.take)
        self.count = 0
        self._store = store
        self._shops = shops
        self._routes = routes
        self._prepare = prepare
        self._last = store.last_publication()

    def measures(self) -> Iterable[Measure | Spread]:
        """How many came."""
        return [counter("dialcart_publications", "Versions that went live while open.", self.count)]

    async def take(self) -> None:
        """Put what is new live. Raises StoreError."""
        for number, seller, name in self._store.publications_after(self._last, AT_ONCE_MAX):
            self._last = number
            program = self._store.program(name)
            if program is None or self._shops.published(seller) == name:
                continue
            if self._prepare is not None:
                await self._prepare(seller, program)
            self._routes.add(seller, program)
            self._shops.publish(seller, name)
            self.count += 1
            log.info("%s is live as %s", seller, name.hex())
