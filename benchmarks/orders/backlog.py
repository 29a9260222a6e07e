"""What an outage leaves: an hour of texts in the outbox, and a carrier that is back.

    python -m benchmarks.orders.backlog                    # 2,880,000 texts: an hour at 800 a second
    python -m benchmarks.orders.backlog --texts 100000

`dialcart serve` starts as a process of its own on a database whose outbox holds so many texts to as many phones, and binds to
a carrier that takes them as fast as they come. It is told how long it is until the bind, what it takes of memory then and at its
highest, how long the outbox takes to drain, and whether every text was taken. Meanwhile buyers begin to order, --live of them a
second, who had nothing to do with the outage: it is told how long they wait for each reply. It fails where the start takes longer
than START_S_MAX, memory grows past MEMORY_MIB_MAX, a text is missing, or a reply took longer than REPLY_S_MAX.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.orders import past, process, running, sellers
from store.figures import read_figures

TEXTS = 800 * 3_600
START_S_MAX = 5.0
MEMORY_MIB_MAX = 512.0
"""At its highest. Of what waits no more than sms.sending.WAITING_MAX segments are in memory at once."""
REPLY_S_MAX = 60.0
"""At its longest: one of 130 is taken for somebody with a text among those that wait, and is behind these."""
LIVE = 5.0
LIVE_LEFT_MAX = 200
"""Texts of buyers who order now may always be on their way: with fewer the backlog is through."""
TOLD_LIVE_S = 2.0
LOOK_S = 0.5
"""Between two looks at the outbox."""
TOLD_S = 15.0


def main() -> int:
    """Run from the command line; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=int, default=TEXTS)
    parser.add_argument("--binds", type=int, default=2)
    parser.add_argument("--live", type=float, default=LIVE, help="buyers who begin a second")
    parser.add_argument("--window", type=int, default=64)
    parser.add_argument("--folder", type=Path, help="where the database is made")
    options = parser.parse_args()
    # What else the system and the load are told: one process, and phones begin one after the other until all is stopped.
    fixed = {"shards": 1, "parts": False, "profile": None, "dialogue": "line", "phones": 0}
    fixed |= {"open": options.live, "warm": 0.0, "seconds": 86_400.0, "every": TOLD_LIVE_S}
    vars(options).update(fixed)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        return run(options, Path(folder))


def run(options: argparse.Namespace, folder: Path) -> int:
    """One run; the exit status."""
    database = folder / "orders.db"
    now = int(time.time())
    [code] = sellers.write(folder / "sellers", 1, database, now)
    before = past.bytes_of(database)
    began = time.perf_counter()
    past.write_outbox(database, options.texts, code, now)
    print(
        f"{options.texts:,} texts wait, {(past.bytes_of(database) - before) / 2**20:,.0f} MiB on disk, "
        f"written in {time.perf_counter() - began:.0f} s",
        flush=True,
    )
    past.forget_pages(database)
    with running.loading(options, [code]) as (load, port):
        began = time.perf_counter()
        with running.serving(options, folder, database, port) as system:
            running.expect_bound(load, system)
            start_s = time.perf_counter() - began
            busy_s = process.cost(system.pid).cpu_s
            print(
                f"from the start of the process to its bind {start_s:.1f} s, {busy_s:.1f} s of CPU, "
                f"{process.resident_bytes(system.pid) / 2**20:,.0f} MiB",
                flush=True,
            )
            peak = _drain(database, system.pid, began)
            drained_s = time.perf_counter() - began
            spent_s = process.cost(system.pid).cpu_s
            replies, slowest_s = _told_live(load, began + drained_s)
        taken = _taken(database)
    each_us = spent_s / max(1, taken) * 1e6
    print(
        f"drained in {drained_s:.0f} s, {taken / drained_s:,.0f} texts a second, {each_us:.0f} us of CPU each with its receipt; "
        f"at its highest {peak:,.0f} MiB; {taken:,} texts taken, {options.texts:,} of them of before; "
        f"{past.bytes_of(database) / 2**20:,.0f} MiB on disk"
    )
    print(f"meanwhile {replies}")
    are_all_taken = taken >= options.texts and not read_figures(database).texts_waiting
    is_quick = start_s <= START_S_MAX and slowest_s <= REPLY_S_MAX
    right = are_all_taken and is_quick and peak <= MEMORY_MIB_MAX
    print("right" if right else "WRONG")
    return 0 if right else 1


def _drain(database: Path, pid: int, began: float) -> float:
    """Wait until no text of before waits; MiB of memory at the highest."""
    peak, told_at = 0.0, time.perf_counter()
    while (waiting := read_figures(database).texts_waiting) > LIVE_LEFT_MAX:
        memory = process.resident_bytes(pid) / 2**20
        peak = max(peak, memory)
        if time.perf_counter() - told_at >= TOLD_S:
            told_at = time.perf_counter()
            print(f"{told_at - began:6.0f} s: {waiting:9,} wait, {memory:,.0f} MiB", flush=True)
        time.sleep(LOOK_S)
    return peak


def _told_live(load: subprocess.Popen[str], drained_at: float) -> tuple[str, float]:
    """What buyers who ordered until then have waited for their replies, and the longest of it in seconds."""
    told = before = running.expect(load, "replies")
    while told["at"] < drained_at:
        before, told = told, running.expect(load, "replies")
    times, oldest_ms = before["to_reply"], before["oldest"]
    slowest_ms = max(times.get("max", 0.0), oldest_ms)
    figures = ", ".join(f"{name} {ms:,.0f}" for name, ms in times.items())
    return f"{before['replies']:,} replies, ms: {figures}; who waits longest {oldest_ms:,.0f}", (
        slowest_ms / 1000
    )


def _taken(database: Path) -> int:
    """Texts that carriers have, as is kept."""
    db = sqlite3.connect(database)
    [(count,)] = db.execute(
        "select coalesce(sum(t.count), 0) from texts as t where not exists (select 1 from outbox as o where o.id = t.id)"
    )
    db.close()
    return count


if __name__ == "__main__":
    sys.exit(main())
