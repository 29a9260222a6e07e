"""What the system keeps in memory an order, once its tables are full: nothing, or it would grow for ever.

    python -m benchmarks.orders.memory --orders 200000

Channel, turn batch and SQLite run in this process, without sockets, on a clock that goes on a second with each batch of orders:
what is kept for a minute is let go of as in earnest, and an hour of trade takes a minute or two of CPU. Every order is a new
buyer's; the carrier answers and returns receipts. It fails if memory grows by more than GREW_KIB_MAX in the second half.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.memory import memory_kib
from benchmarks.orders import sellers
from benchmarks.orders.stand_ins import NOON, Clock
from benchmarks.orders.trade import OneProcess, Trade

GREW_KIB_MAX = 8_192
"""What the allocator and SQLite leave between what comes and goes; a leak of 100 octets an order is 10 MB in 100,000."""
A_SECOND = 100
"""Orders that begin at once; then the clock goes on."""
TOLD = 20
"""So often it is told how much there is."""


async def run(folder: Path, orders: int) -> int:
    """Trade, and tell; the exit status."""
    clock = Clock()
    codes = sellers.write(folder / "sellers", 1, folder / "orders.db", NOON)
    system = OneProcess(folder / "orders.db", folder / "sellers", clock)
    trade = Trade(system, codes, clock, A_SECOND)
    seconds = max(2 * TOLD, orders // A_SECOND)
    half_kib = 0
    began = time.process_time()
    for second in range(1, seconds + 1):
        await trade.a_second()
        # What the channel left for the loop's next turn.
        await asyncio.sleep(0)
        if second % (seconds // TOLD) == 0:
            sys.stdout.write(f"{second * A_SECOND:9,} orders, {memory_kib() // 1_024:4} MiB\n")
            sys.stdout.flush()
        if second == seconds // 2:
            half_kib = memory_kib()
    grown = memory_kib() - half_kib
    placed, each = seconds * A_SECOND, (time.process_time() - began) / seconds / A_SECOND
    kept = sum(1 for _ in system.store.orders(limit=placed + 1))
    system.store.close()
    assert kept == placed, f"{kept} of {placed} orders are kept"
    sys.stdout.write(
        f"{placed:,} orders and {trade.texts:,} texts in {seconds:,} s of the clock, {each * 1e6:.0f} us of CPU each, the carrier's "
        f"part in it: memory grew by {grown} KiB in the second half, at most {GREW_KIB_MAX} allowed\n"
    )
    return 0 if grown <= GREW_KIB_MAX else 1


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=200_000)
    options = parser.parse_args()
    # The disk's pace is nothing to do with it.
    shared = Path("/dev/shm")
    where = shared if shared.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="dialcart-memory-", dir=where) as folder:
        return asyncio.run(run(Path(folder), options.orders))


if __name__ == "__main__":
    sys.exit(main())
