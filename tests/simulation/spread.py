"""One life of a front and its shard: two processes and the socket between them, either of which may be killed.

The shard's store outlives all; a shard that dies alone is started again by its front, as `commands.shards.service` does. When
the front dies its shard finds out, finishes what it has and ends, or is killed with it.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from center.batch import TurnBatch
from center.nobody import NOBODY
from center.ports import Aside
from center.superseded import leave_superseded
from commands.serving.forgetting import Forgetting
from commands.shards.front import FrontBatch
from commands.shards.front_store import FrontStore
from commands.shards.shard import FrontLink
from tests.simulation.disk import DiedError, Disk, Moods, SlowDisk
from tests.simulation.life import Life, later, shops
from tests.simulation.network import Network
from tests.simulation.partner import Asking
from tests.simulation.trouble import Trouble

SOCKET = "shard-0.sock"
AGAIN_S = (0.3, 1.0)
"""So long after it died another shard is up."""
FINDS_OUT_S = 0.3
"""Within this a shard knows that its front is gone, and ends in order."""
ENDS_S = 1.0
"""For the shard to write what became of the last texts."""
LOOK_S = 0.05


class Shard:
    """A shard's process."""

    def __init__(
        self,
        store: Any,
        trouble: Trouble,
        chance: random.Random,
        moods: Moods,
        within: Network,
        asking: Callable[[Callable[[], bool]], Asking],
        clock: Callable[[], float],
    ) -> None:
        """`store` is what it finds on disk; `within` is the machine; `asking` makes who asks the order system, if it is asked."""
        self.store = store
        self.died: Callable[[], None] = lambda: None
        self.disk = Disk(store, moods, lambda: self.died())
        aside = SlowDisk(chance, self.disk, moods, trouble.slow_s)
        self._asking = asking(lambda: self.disk.dead)
        self.turns = TurnBatch(
            self.disk,
            shops(),
            later=later,
            performer=self._asking if trouble.shards_ask else NOBODY,
            aside=aside,
        )
        self._asking.turns = self.turns
        leave_superseded(store)
        self._asking.resume(store.awaited())
        business: Any = SimpleNamespace(turns=self.turns, store=self.disk)
        self._link = FrontLink(business)
        self._listener = within.listen(lambda: self._link, SOCKET)
        if trouble.sweeps:
            loop = asyncio.get_running_loop()
            self._sweep = loop.create_task(Forgetting(self.disk, clock, loop.time).open())

    def die(self) -> None:
        """At once."""
        self.disk.dead = True
        self._asking.die()
        self._listener.close()
        transport: Any = self._link.transport
        if transport is not None:
            transport.die()

    def end(self) -> None:
        """In order, since the front is gone: as commands.shards.shard does, which closes its store next."""
        if not self.disk.dead:
            try:
                self.turns.flush()
                self._link.close()
            finally:
                self.die()


class Spread(Life):
    """See Life; the front, and its shard with it."""

    turns: FrontBatch

    def __init__(
        self,
        open_store: Callable[[], Any],
        trouble: Trouble,
        chance: random.Random,
        *,
        front_store: FrontStore,
        moods: Moods,
        within: Network,
        **given: Any,
    ) -> None:
        """`open_store` and `front_store` give what is on the disks of shard and front, `within` is the machine; see Life."""
        depot, clock = given["depot"], given["clock"]
        self._new_shard = lambda: Shard(
            open_store(), trouble, chance, moods, within, partial(Asking, depot, clock), clock
        )
        self._front_store = front_store
        self._chance = chance
        self._opening: asyncio.Task[None] | None = None
        super().__init__(front_store, trouble, chance, moods=moods, **given)
        self.turns.expect_receipts = self.channel.deliveries.expect
        self._start_shard()

    def _batch(self, aside: Aside) -> FrontBatch:
        front = FrontBatch(self._front_store, [Path(SOCKET)], later=later, aside=aside)
        front.store = self.disk
        return front

    def start(self) -> None:
        """Bind as soon as the shard is there."""
        self._opening = asyncio.get_running_loop().create_task(self._open())

    async def _open(self) -> None:
        [link] = self.turns.links
        self.turns.start()
        while not link.is_up:  # noqa: ASYNC110 - as commands.shards.service does
            await asyncio.sleep(LOOK_S)
        super().start()

    def resume(self) -> None:
        """Its shard has asked."""

    def leave_superseded(self) -> None:
        """Its shard has."""

    def kill(self) -> None:
        """One of the two."""
        victim = self._chance.choice((self.disk, self.shard.disk))
        with suppress(DiedError):
            victim.die()

    def _start_shard(self) -> None:
        if not self.disk.dead:
            self.shard = self._new_shard()
            self.store = self.shard.store
            self.shard.died = self._shard_died

    def _shard_died(self) -> None:
        self.shard.die()
        later(self._chance.uniform(*AGAIN_S), self._start_shard)

    def die(self) -> float:
        """See Life; the shard hears of it, or dies too."""
        heard_at = super().die()
        [link] = self.turns.links
        for task in (self._opening, link._task):  # noqa: SLF001
            if task is not None:
                task.cancel()
        transport: Any = link.transport
        if transport is not None:
            transport.die()
        if self._chance.random() < 0.5:
            self.shard.die()
        else:
            later(self._chance.uniform(0.0, FINDS_OUT_S), self.shard.end)
        return heard_at

    async def stop(self) -> None:
        """In order, the shard last."""
        await super().stop()
        # What became of the last texts is on its way.
        await asyncio.sleep(ENDS_S)
        self.turns.stop()
        self.shard.end()
