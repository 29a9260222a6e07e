"""A shard that ends in order does what the real one does (commands.shards.shard), and touches its store no more."""

import asyncio
import random
from pathlib import Path
from typing import Any

from store.sqlite import SqliteStore
from tests.simulation.aimed import kind
from tests.simulation.disk import Moods
from tests.simulation.life import NOON, program
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import Network, Weather
from tests.simulation.partner import Asking, Depot
from tests.simulation.spread import SOCKET, Shard
from tests.simulation.world import WITHIN_S


def test_a_shard_that_ends_when_its_front_has_just_come_leaves_its_store_alone(
    tmp_path: Path,
) -> None:
    """Seed 640502: a commit that stalled until the end told what a front that had come was to hear, and the store was closed by then."""
    chance = random.Random(1)
    within = Network(chance, Weather(latency_s=WITHIN_S))
    loop = SimulatedLoop(within, within)
    failed: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: failed.append(context))

    async def run() -> None:
        store = SqliteStore(tmp_path / "shop.db")
        store.publish("shop", program(), int(NOON))
        depot = Depot(chance, slow_s=0.0, dead=0.0, breaks=0.0)
        shard = Shard(
            store,
            kind(1),
            chance,
            Moods(chance, dies=0.0, refuses=0.0),
            within,
            lambda is_dead: Asking(depot, loop.time, is_dead),
            loop.time,
        )
        await loop.create_unix_connection(asyncio.Protocol, SOCKET)
        shard.end()
        store.close()
        await asyncio.sleep(1.0)

    loop.run_until_complete(run())
    loop.close()
    assert not failed
