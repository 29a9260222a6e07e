"""What it costs an order to be taken in a shard: one process, then a front with one shard and with two, the same trade through each.

    python -m benchmarks.orders.crossing
    python -m benchmarks.orders.crossing --sellers 20 --orders 40000

All parts run in this process, one after the other, on pipes instead of sockets; each part's CPU is counted by itself, and the
carrier's not at all. Each batch of a shard has as many messages as the one process's: `--at-once` times the number of shards.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from benchmarks.orders import sellers
from benchmarks.orders.stand_ins import NOON, Clock, Pipe
from benchmarks.orders.trade import OneProcess, System, Trade, Watch
from center.batch import TurnBatch
from center.limits.guard import Guard
from center.limits.policy import Policies
from center.routing import Routes
from center.shops import Shops
from commands.serving import business
from commands.serving.running import settle_memory
from commands.settings.limits import LimitsSection
from commands.shards.front import FrontBatch
from commands.shards.front_store import FrontStore
from commands.shards.homes import shard_of
from commands.shards.shard import FrontLink
from sms.channel import SmsChannel
from store.sqlite import SqliteStore

WARM = 2
"""Seconds of the clock that are not counted: programs are made in them."""


class _Shard:
    """One shard, and both pipes between it and its front."""

    def __init__(
        self,
        folder: Path,
        name: str,
        sellers: Path,
        clock: Clock,
        policies: Policies | None,
        lives: Callable[[str], bool],
    ) -> None:
        self.name = name
        self.store = SqliteStore(folder / f"{name}.db")
        business.publish_all(self.store, [sellers], NOON, Routes([], None), lives)
        shops = Shops(self.store.published(), self.store.program)
        guard = Guard(policies, self.store.secret())
        self.turns = TurnBatch(self.store, shops, later=clock.later, guard=guard)
        self.link = FrontLink(cast("Any", SimpleNamespace(turns=self.turns, store=self.store)))
        self.to_shard, self.to_front = Pipe(), Pipe()
        self.link.connection_made(self.to_front)
        self.turns.flush()


class Spread:
    """See benchmarks.orders.trade.System: a front, and shards behind it."""

    name = "front"

    def __init__(
        self, folder: Path, sellers: Path, clock: Clock, policies: Policies | None, count: int
    ) -> None:
        self.watch = Watch()
        self.shards = [
            _Shard(
                folder,
                f"shard {index}",
                sellers,
                clock,
                policies,
                lambda seller, index=index: shard_of(seller, count) == index,
            )
            for index in range(count)
        ]
        store = FrontStore(folder / "front.db")
        routes = Routes([], None)
        for seller, program, _ in business.read_sellers(folder / "orders.db", [sellers]):
            routes.add(seller.seller, program)
        paths = [folder / f"{shard.name}.sock" for shard in self.shards]
        self.turns = FrontBatch(store, paths, later=clock.later, policies=policies)
        self.store = store
        self.channel = SmsChannel(
            self.turns, store, routes, clock=lambda: clock.now, ticks=lambda: clock.now
        )
        for link, shard in zip(self.turns.links, self.shards, strict=True):
            link.connection_made(shard.to_shard)

    async def settle(self) -> None:
        """See benchmarks.orders.trade.System."""
        moved = True
        while moved:
            with self.watch.on(self.name):
                self.turns.flush()
                # What was brought is written on the loop's next turn.
                await asyncio.sleep(0)
            moved = False
            for link, shard in zip(self.turns.links, self.shards, strict=True):
                brought = shard.to_shard.take()
                with self.watch.on(shard.name):
                    if brought:
                        shard.link.data_received(brought)
                    shard.turns.flush()
                    await asyncio.sleep(0)
                told = shard.to_front.take()
                if told:
                    moved = True
                    with self.watch.on(self.name):
                        link.data_received(told)

    def sweep(self, now: int) -> None:
        """See benchmarks.orders.trade.System."""
        for store in (self.store, *(shard.store for shard in self.shards)):
            store.write_noted()
            store.forget_old(now)


async def _run(
    system: System, codes: Sequence[str], clock: Clock, at_once: int, orders: int
) -> None:
    trade = Trade(system, list(codes), clock, at_once)
    await system.settle()
    for _ in range(WARM):
        await trade.a_second()
    settle_memory()
    system.watch.spent_ns.clear()
    before = trade.texts
    rounds = -(-orders // at_once)
    for _ in range(rounds):
        await trade.a_second()
    placed = rounds * at_once
    assert trade.texts - before == placed * 5, f"{trade.texts - before} texts for {placed} orders"
    spent = {name: ns / placed / 1000 for name, ns in system.watch.spent_ns.items()}
    parts = ", ".join(f"{name} {us:.0f}" for name, us in spent.items())
    print(f"{sum(spent.values()):6.0f} us of CPU an order: {parts}", flush=True)


async def run(options: argparse.Namespace) -> None:
    """One process, and then each number of shards."""
    policies = LimitsSection().policies() if options.limits else None
    for shards in (0, *options.shards):
        with tempfile.TemporaryDirectory(prefix="dialcart-crossing-", dir="/dev/shm") as name:
            folder, clock = Path(name), Clock()
            codes = sellers.write(folder / "sellers", options.sellers, folder / "orders.db", NOON)
            if shards:
                system: System = Spread(folder, folder / "sellers", clock, policies, shards)
            else:
                system = OneProcess(folder / "orders.db", folder / "sellers", clock, policies)
            at_once = options.at_once * max(1, shards if options.sellers > 1 else 1)
            await _run(system, codes, clock, at_once, options.orders)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--sellers", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=400, help="orders of a batch of each shard")
    parser.add_argument("--limits", action="store_true", help="with a platform's default limits")
    parser.add_argument("--shards", type=int, nargs="*", default=[1, 2])
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
