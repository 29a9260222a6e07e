"""What an order costs beside how many sellers there are and how many orders are past: instructions and cache misses, counted.

    python -m benchmarks.orders.instructions                            # 1, 1,000 and 40,000 sellers: ten minutes
    python -m benchmarks.orders.instructions --sellers 1000 --past-orders 0 1000000

benchmarks.orders.growth times the same; this says of what the time is. Instructions are the work, the same on a loaded machine.
Misses are memory that no cache holds, which more sellers have more of whatever is done with it: so what a miss takes in a bare
loop of this machine stands beside, and what the misses come to. Where one waits for another no more they cost less than that.

Each arm has every seller met before it is counted, and begins at the same batch as the others.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import callgrind
from benchmarks.orders import past, sellers
from benchmarks.orders.pages import Log
from benchmarks.orders.stand_ins import NOON
from benchmarks.orders.steady import Steady
from benchmarks.orders.trade import Watch
from commands.serving.running import settle_memory

SETTLING = 4
"""Batches that fill the simulated caches."""
BESIDE_CACHES = 4
"""A loop that is to miss a cache goes through so many times what it holds."""


class _Counted(Watch):
    """Has what the system does counted, and not what its carrier does."""

    @contextmanager
    def on(self, _: str, /) -> Generator[None]:
        """See Watch."""
        with callgrind.counting():
            yield


@dataclass(frozen=True, slots=True)
class Cost:
    """Of an order."""

    instructions: float
    second_misses: float
    third_misses: float
    pages: float


async def _run(folder: Path, codes: Sequence[str], beginning: int, met: int, batches: int) -> None:
    """An arm, under Callgrind; what it did beside, to the standard output."""
    database = folder / "orders.db"
    trade = Steady(database, folder / "sellers", codes, _Counted())
    settle_memory()
    for _ in range(met):
        trade.batch(beginning)
        await asyncio.sleep(0)
    callgrind.begin()
    for _ in range(SETTLING):
        trade.batch(beginning)
    callgrind.forget()
    log, before = Log(database), trade.orders
    for _ in range(batches):
        trade.batch(beginning)
        log.look()
    callgrind.end()
    print(json.dumps({"orders": trade.orders - before, "pages": log.pages}))


def measure(
    folder: Path, arm: Sequence[int], beginning: int, met: int, batches: int, own: bool
) -> Cost:
    """An arm: how many sellers, and past orders."""
    count, past_orders = arm
    folder.mkdir()
    database = folder / "orders.db"
    sellers.write(folder / "sellers", count, database, NOON, own=own)
    if past_orders:
        past.write(database, count, past_orders, 0, NOON)
    numbers = map(str, (count, beginning, met, batches))
    command = ["-m", "benchmarks.orders.instructions", "--run", str(folder), *numbers]
    counts, written = callgrind.count(command, folder)
    did = json.loads(written)
    orders = did["orders"]
    return Cost(
        counts.instructions / orders,
        counts.second_misses / orders,
        counts.third_misses / orders,
        did["pages"] / orders,
    )


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sellers", type=int, nargs="+", default=[1, 1_000, 40_000])
    parser.add_argument("--past-orders", type=int, nargs="+", default=[0])
    parser.add_argument("--own", action="store_true", help="as of benchmarks.orders.growth")
    parser.add_argument("--beginning", type=int, default=100, help="orders that begin with a batch")
    parser.add_argument("--batches", type=int, default=16, help="that are counted")
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm"))
    parser.add_argument("--run", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        folder, *numbers = options.run
        count, beginning, met, batches = map(int, numbers)
        codes = [sellers.code_of(index) for index in range(count)]
        asyncio.run(_run(Path(folder), codes, beginning, met, batches))
        return
    second, third = map(callgrind.octets_of, (2, 3))
    third_ns = callgrind.miss_ns(min(BESIDE_CACHES * second, third // 2))
    memory_ns = callgrind.miss_ns(BESIDE_CACHES * third)
    print(
        f"caches of {second / 2**20:.0f} and {third / 2**20:.0f} MiB; a line that the first of them has not takes"
        f" a bare loop {third_ns:.0f} ns, one that neither has {memory_ns:.0f} ns"
    )
    arms = [(count, orders) for count in options.sellers for orders in options.past_orders]
    # A seller is met by the first message; the last orders of the others end a few batches later.
    met = -(-max(options.sellers) // options.beginning) + 8
    first: Cost | None = None
    with tempfile.TemporaryDirectory(prefix="dialcart-growth-", dir=options.folder) as name:
        for number, arm in enumerate(arms):
            cost = measure(
                Path(name) / f"arm{number}",
                arm,
                options.beginning,
                met,
                options.batches,
                options.own,
            )
            first = first or cost
            misses_us = (
                (cost.second_misses - cost.third_misses) * third_ns + cost.third_misses * memory_ns
            ) / 1_000
            print(
                f"{arm[0]:,} sellers, {arm[1]:,} past orders: {cost.instructions:,.0f} instructions an order"
                f" ({cost.instructions / first.instructions:.3f} times), lines that no cache of the two has"
                f" {cost.third_misses:,.0f}, only the second {cost.second_misses - cost.third_misses:,.0f}: {misses_us:.0f} us at most;"
                f" {cost.pages:.2f} pages",
                flush=True,
            )


if __name__ == "__main__":
    main()
