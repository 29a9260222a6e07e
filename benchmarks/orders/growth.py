"""What an order costs beside how many sellers there are and how many orders are past: the same batches, in turn.

    python -m benchmarks.orders.growth                                  # 1, 1,000 and 40,000 sellers
    python -m benchmarks.orders.growth --own                            # with name, prices and wording of their own
    python -m benchmarks.orders.growth --cold                           # another program has the processor between batches
    python -m benchmarks.orders.growth --sellers 1000 --past-orders 0 10000000

One process an arm has the system without sockets (benchmarks.orders.steady.py) on a database of its own; they take turns by
slices, so that what else the machine does costs all of them the same. Only CPU is counted. Every order goes to another seller
than the last, of all in no order, so with 40,000 sellers each batch meets sellers that the one before did not. In the first half
every seller has their first order in the process, if it is long enough; in the second the run is steady.

Beside it stand the pages that a batch changes, and what changing such pages costs in a bare transaction: the floor under what
more sellers cost, since what belongs to different sellers cannot lie together. benchmarks.orders.instructions counts what this times.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

from benchmarks.orders import pages, past, process, sellers
from benchmarks.orders.stand_ins import NOON
from benchmarks.orders.steady import Steady
from commands.serving.running import settle_memory
from store.figures import read_figures

SLICES = 10
MET_LEAST = 0.95
"""Of an arm's sellers, whom the first half has to meet; the orders of the last batches are not at their end in it."""
CACHE_OCTETS = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Arm:
    """What differs between the runs that are compared."""

    sellers: int
    past_orders: int
    beginning: int
    """Orders that begin with a batch; so many end with it, and four times as many messages come."""
    own: bool
    """Whether sellers have more than a code that is theirs."""
    cold: bool
    """Whether the processor's caches hold nothing of ours when a batch begins, as between batches that are 25 ms apart."""

    def __str__(self) -> str:
        return f"{self.sellers:,} sellers, {self.past_orders:,} past orders"


@dataclass(slots=True)
class Spent:
    """What slices came to."""

    system_ns: int = 0
    orders: int = 0
    pages: int = 0
    batches: int = 0

    def add(self, other: Spent) -> None:
        """Count another slice."""
        self.system_ns += other.system_ns
        self.orders += other.orders
        self.pages += other.pages
        self.batches += other.batches

    @property
    def order_us(self) -> float:
        """CPU an order."""
        return self.system_ns / 1_000 / max(1, self.orders)

    @property
    def batch_pages(self) -> float:
        """Pages a batch changed."""
        return self.pages / max(1, self.batches)


class _Others:
    """Other programs: as much memory as any cache holds, written between batches."""

    def __init__(self) -> None:
        self._from, self._to = bytes(CACHE_OCTETS), memoryview(bytearray(CACHE_OCTETS))

    def run(self) -> None:
        """They have the processor."""
        self._to[:] = self._from


def _live(arm: Arm, folder: Path, connection: Connection) -> None:
    """An arm, in a process of its own."""
    asyncio.run(_trade(arm, folder, connection))


async def _trade(arm: Arm, folder: Path, connection: Connection) -> None:
    database, flows = folder / "orders.db", folder / "sellers"
    codes = sellers.write(flows, arm.sellers, database, NOON, own=arm.own)
    if arm.past_orders:
        past.write(database, arm.sellers, arm.past_orders, 0, NOON)
    trade = Steady(database, flows, codes)
    settle_memory()
    connection.send(trade.start_ns / 1e9)
    log, others = pages.Log(database), _Others()
    while (batches := connection.recv()) is not None:
        before = Spent(trade.system_ns, trade.orders, log.pages)
        for _ in range(batches):
            if arm.cold:
                others.run()
            trade.batch(arm.beginning)
            log.look()
            await asyncio.sleep(0)
        connection.send(
            Spent(
                trade.system_ns - before.system_ns,
                trade.orders - before.orders,
                log.pages - before.pages,
                batches,
            )
        )
    trade.end()
    kept = read_figures(database).orders
    assert kept == trade.orders + arm.past_orders, f"{kept} orders are kept"
    gc.collect()
    connection.send(process.resident_bytes(multiprocessing.current_process().pid or 0))


def measure(arms: Sequence[Arm], folder: Path, batches: int) -> None:
    """All arms, in turn, and what they cost."""
    context = multiprocessing.get_context("spawn")
    running: list[tuple[Arm, Connection]] = []
    for number, arm in enumerate(arms):
        own = folder / f"arm{number}"
        own.mkdir()
        connection, other = context.Pipe()
        context.Process(target=_live, args=(arm, own, other), daemon=True).start()
        print(f"{arm}: from opening to serving {connection.recv():.1f} s of CPU", flush=True)
        running.append((arm, cast("Connection", connection)))
    first = _slices(running, batches)
    again = _slices(running, batches)
    print(f"\nan order, where {arms[0].beginning} begin with a batch, against the first arm:")
    for (arm, connection), at_first, later in zip(running, first, again, strict=True):
        connection.send(None)
        resident = connection.recv()
        print(
            f"{arm!s:<36} {at_first.order_us:6.0f} us at first, {later.order_us:6.0f} us later"
            f" ({at_first.order_us / first[0].order_us:.2f}, {later.order_us / again[0].order_us:.2f} times),"
            f" {later.batch_pages:5.1f} pages a batch, {resident / 2**20:,.0f} MiB"
        )
        if at_first.orders < arm.sellers * MET_LEAST:
            print(f"  not steady: only {at_first.orders:,} sellers had an order in the first half")
        elif arm.sellers > at_first.orders / 2:
            # With fewer sellers what else changes from half to half is more than their first use.
            more_us = at_first.order_us - first[0].order_us - later.order_us + again[0].order_us
            print(
                f"  first use: {more_us * at_first.orders / arm.sellers:.0f} us more for a seller's"
                f" first order in the process; steady: {later.order_us / again[0].order_us:.2f} times"
            )


def _slices(running: Sequence[tuple[Arm, Connection]], batches: int) -> list[Spent]:
    spent = [Spent() for _ in running]
    for _ in range(SLICES):
        for (_, connection), own in zip(running, spent, strict=True):
            connection.send(batches // SLICES)
            own.add(connection.recv())
    return spent


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sellers", type=int, nargs="+", default=[1, 1_000, 40_000])
    parser.add_argument("--past-orders", type=int, nargs="+", default=[0])
    parser.add_argument(
        "--own", action="store_true", help="sellers have names, prices and wording of their own"
    )
    parser.add_argument(
        "--cold", action="store_true", help="caches hold nothing of ours when a batch begins"
    )
    parser.add_argument("--beginning", type=int, default=3, help="orders that begin with a batch")
    parser.add_argument("--batches", type=int, default=2_000, help="of each arm, twice")
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm"))
    options = parser.parse_args()
    arms = [
        Arm(count, past_orders, options.beginning, options.own, options.cold)
        for count in options.sellers
        for past_orders in options.past_orders
    ]
    with tempfile.TemporaryDirectory(prefix="dialcart-growth-", dir=options.folder) as name:
        print(f"a page more in a bare transaction: {pages.floor_us(Path(name), 40):.1f} us")
        measure(arms, Path(name), options.batches)


if __name__ == "__main__":
    main()
