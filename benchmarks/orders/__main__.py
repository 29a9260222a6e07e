"""Durable orders a second through the running system.

    python -m benchmarks.orders                         # closed loop, as fast as it goes
    python -m benchmarks.orders --open 800              # so many orders begin a second
    python -m benchmarks.orders --parts --peers         # what codec, engine, SQL and fsync cost; others' codec and session
    python -m benchmarks.orders --shards 2 --sellers 20 --apart   # and what these cores do when nothing crosses
    python -m benchmarks.orders --away 250000           # beside a carrier that is away, for which so many texts wait
    python -m benchmarks.orders --sellers 1000 --past-orders 10000000 --waiting 1000000 --cold

`dialcart serve` runs as a process of its own on a fresh database and binds to the load (benchmarks/orders/phones.py), a
process of its own too. The load answers every text, returns receipts and times every message to its answer and to its
reply. Both share the machine's cores, so figures are given a CPU second too. At the end the orders that phones were told
of are counted in the database.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from benchmarks.orders import apart, past, process, running, sellers
from benchmarks.orders.away import away
from benchmarks.orders.dialogue import DIALOGUES
from commands.shards.homes import shard_database, shard_databases

PEERS = ("benchmarks.codec", "benchmarks.session")


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--open",
        type=float,
        default=0.0,
        metavar="RATE",
        help="orders that begin a second; 0: closed loop",
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="measured, after the warm-up")
    parser.add_argument("--warm", type=float, default=3.0)
    parser.add_argument(
        "--every", type=float, default=0.0, help="print orders/s and memory so often"
    )
    parser.add_argument("--phones", type=int, default=1_000, help="phones at once, closed loop")
    parser.add_argument("--dialogue", choices=sorted(DIALOGUES), default="line")
    parser.add_argument("--sellers", type=int, default=1)
    parser.add_argument("--past-orders", type=int, default=0)
    parser.add_argument("--waiting", type=int, default=0, help="more sessions that wait on disk")
    parser.add_argument(
        "--cold", action="store_true", help="start with no page of the database in memory"
    )
    parser.add_argument("--binds", type=int, default=1)
    parser.add_argument(
        "--window", type=int, default=64, help="texts that the carrier lets wait on a bind"
    )
    parser.add_argument("--shards", type=int, default=1, help="processes to spread sellers over")
    parser.add_argument(
        "--apart",
        action="store_true",
        help="then the same load over as many shops of one process each, side by side",
    )
    parser.add_argument(
        "--away", type=int, default=0, help="texts that wait for a carrier that is away"
    )
    parser.add_argument("--json", action="store_true", help="the last line is figures as JSON")
    parser.add_argument("--parts", action="store_true", help="put a stopwatch on the parts")
    parser.add_argument(
        "--peers", action="store_true", help="codec and session layer beside smpplib and npm smpp"
    )
    parser.add_argument("--profile", type=Path, help="write what cProfile saw of the system")
    parser.add_argument(
        "--folder",
        type=Path,
        help="where the database is made; by default beside the system's temporary files",
    )
    options = parser.parse_args()
    if options.shards > 1 and (options.past_orders or options.waiting):
        parser.error("past orders and waiting sessions are written for one process")
    if options.apart and options.shards == 1:
        parser.error("--apart says how far --shards are from shops apart: give --shards 2")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        told = run(options, Path(name))
    if options.apart:
        alike = ("sellers", "phones", "binds", "window", "dialogue", "seconds", "warm")
        beside = apart.run(
            options.shards, {name: getattr(options, name) for name in alike}, options.folder
        )
        print(f"\n{apart.report(apart.figures([told]), beside, options.shards)}")
    if options.json:
        print(json.dumps(told))
    for peer in PEERS if options.peers else ():
        print(f"\n{peer}:", flush=True)
        subprocess.run([sys.executable, "-m", peer], cwd=running.ROOT, check=True)


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One run, from the sellers' folders to the count at the end; its figures, for benchmarks.orders.apart."""
    database = folder / "orders.db"
    now = int(time.time())
    codes = sellers.write(folder / "sellers", options.sellers, database, now)
    if options.shards > 1:
        # Shards publish for themselves.
        database.unlink()
    if options.past_orders or options.waiting:
        before = past.bytes_of(database)
        past.write(database, options.sellers, options.past_orders, options.waiting, now)
        grown = past.bytes_of(database) - before
        print(f"past orders and waiting sessions take {grown / 2**20:,.0f} MiB on disk")
    if options.cold:
        past.forget_pages(database)
    print(f"{_what(options)}, fsync of this disk {_fsync_ms(folder):.2f} ms")
    # How it was built counts for as much as a compiler would (docs/decisions/0100-no-compiled-modules.md).
    print(f"on Python {platform.python_version()} of {sys.base_prefix}")
    kept = [
        shard_database(database, shard, options.shards) if options.shards > 1 else database
        for shard in range(options.shards)
    ]
    beside = away(kept, options.away, codes[0], now) if options.away else nullcontext("")
    with beside as more, running.loading(options, codes) as (load, port):
        began = time.perf_counter()
        with running.serving(options, folder, database, port, more) as system:
            running.expect_bound(load, system)
            took_s = time.perf_counter() - began
            busy_s = process.costs(process.family(system.pid)).cpu_s
            print(
                f"from the start of the process to its bind {took_s:.1f} s, {busy_s:.1f} s of CPU"
            )
            running.expect(load, "measuring")
            told = _measure(options, folder, load, system)
            ended = running.expect(load, "announced")
    print(_count(database, ended, options.past_orders))
    _report(told)
    return {
        "orders": told["orders"],
        "seconds": told["seconds"],
        "system_s": told["system"].cpu_s,
        "load_s": told["load"].cpu_s,
    }


def _what(options: argparse.Namespace) -> str:
    turns = DIALOGUES[options.dialogue]
    messages, texts = len(turns), sum(turn.texts for turn in turns)
    loop = (
        f"open loop, {options.open:.0f} a second"
        if options.open
        else f"closed loop, {options.phones} phones"
    )
    loop += f", {options.binds} binds with windows of {options.window}"
    return (
        f"{loop}; an order is {messages} messages, {texts} texts and their receipts, {2 * (messages + 2 * texts)} PDUs; "
        f"{options.sellers} sellers, {options.past_orders:,} past orders, {options.waiting:,} more sessions waiting, "
        f"{options.away:,} texts for a carrier that is away"
    )


def _fsync_ms(folder: Path) -> float:
    """What this disk takes to make 16 KiB durable: the floor under every commit."""
    path = folder / "probe"
    with path.open("wb", buffering=0) as file:
        times: list[float] = []
        for _ in range(50):
            file.write(bytes(16_384))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    path.unlink()
    return sorted(times)[25] * 1000


def _measure(
    options: argparse.Namespace,
    folder: Path,
    load: subprocess.Popen[str],
    system: subprocess.Popen[bytes],
) -> dict[str, Any]:
    """Costs at the beginning and at the end of measuring."""
    before_parts = _parts(folder, system) if options.parts else {}
    pids = process.family(system.pid)
    each = {pid: process.cost(pid) for pid in pids}
    before = process.costs(pids), process.cost(load.pid), process.machine_busy_s()
    assert load.stdout
    for line in load.stdout:
        told: dict[str, Any] = json.loads(line)
        if "orders_s" in told:
            resident = sum(map(process.resident_bytes, process.family(system.pid)))
            print(f"  {told['orders_s']:>7,.0f} orders/s, {resident / 2**20:,.0f} MiB", flush=True)
        if "seconds" in told:
            told["system"] = process.costs(pids).since(before[0])
            told["each"] = [process.cost(pid).since(cost).cpu_s for pid, cost in each.items()]
            told["load"] = process.cost(load.pid).since(before[1])
            told["busy_s"] = process.machine_busy_s() - before[2]
            told["resident"] = sum(map(process.resident_bytes, pids))
            if options.parts:
                after = _parts(folder, system)
                told["parts"] = {
                    n: [b - a for a, b in zip(before_parts[n], after[n], strict=True)]
                    for n in after
                }
            return told
    raise SystemExit("the load has ended too soon")


def _parts(folder: Path, system: subprocess.Popen[bytes]) -> dict[str, list[int]]:
    file = folder / "parts.json"
    file.unlink(missing_ok=True)
    system.send_signal(signal.SIGUSR1)
    while not file.exists():
        time.sleep(0.005)
    return json.loads(file.read_text())


def _count(database: Path, ended: dict[str, Any], past_orders: int) -> str:
    """Whether what phones were told is what is kept: every phone ordered once."""
    kept = buyers = 0
    # A phone orders of one seller, who lives in one shard.
    for path in shard_databases(database) or [database]:
        db = sqlite3.connect(path)
        found = db.execute(
            "select count(*), count(distinct buyer) from orders where id > ?", (past_orders,)
        ).fetchone()
        kept, buyers = kept + found[0], buyers + found[1]
        db.close()
    right = kept == buyers == ended["announced"] and not ended["wrong"]
    return (
        f"{ended['announced']:,} orders announced, {kept:,} in the database by {buyers:,} phones, {ended['wrong']} wrong texts, "
        f"{ended['refused']} messages refused for a while: {'right' if right else 'WRONG'}"
    )


def _report(told: dict[str, Any]) -> None:
    seconds, orders = told["seconds"], told["orders"]
    system, load = told["system"], told["load"]
    others = told["busy_s"] - system.cpu_s - load.cpu_s
    print(
        f"\n{orders / seconds:,.0f} orders/s, {told['pdus'] / seconds:,.0f} PDU/s, over {seconds:.1f} s\n"
        f"system {system.cpu_s / seconds:.0%} of a core (user {system.user_s / seconds:.0%}), "
        f"load {load.cpu_s / seconds:.0%}, others on this machine {others / seconds:.0%} of {os.cpu_count()} cores\n"
        f"{orders / system.cpu_s:,.0f} orders a CPU second of the system, {system.cpu_s / max(1, orders) * 1e6:,.0f} us an order; "
        f"memory {told['resident'] / 2**20:.0f} MiB"
    )
    shards = [cpu_s for cpu_s in told["each"][1:] if cpu_s]
    if shards:
        each = ", ".join(f"{cpu_s / max(1, orders) * 1e6:.0f}" for cpu_s in shards)
        print(
            f"of it the front {told['each'][0] / max(1, orders) * 1e6:.0f} us, each shard {each} us"
        )
    print(f"the load takes {load.cpu_s / max(1, orders) * 1e6:.0f} us an order, of the same cores")
    for name, what in (
        ("to_answer", "deliver_sm to its resp"),
        ("to_reply", "deliver_sm to its reply"),
        ("whole", "whole order"),
    ):
        shown = ", ".join(f"{key} {value:.1f}" for key, value in told[name].items())
        print(f"{what:<26}{shown} ms")
    if "parts" in told:
        _report_parts(told["parts"], orders, system.cpu_s)


def _report_parts(parts: dict[str, list[int]], orders: int, cpu_s: float) -> None:
    codec = sum(parts[name][0] for name in ("decode", "encode"))
    commit_wall, commit_cpu, commits = parts["commit"]
    rows = [
        ("codec", codec, "all that was read, to events; submit_sm and answers, to octets"),
        ("engine", parts["engine"][0], "begin, step"),
        ("turns", parts["turns"][0] - parts["engine"][0], "what turns do round the engine"),
        ("SQL reads", parts["reads"][0], ""),
        ("SQL writes", parts["writes"][0], ""),
        (
            "commit, CPU",
            commit_cpu,
            f"{commits:,} commits, {orders / max(1, commits):.1f} orders each",
        ),
        ("commit, waiting", commit_wall - commit_cpu, "fsync: wall time that no CPU is used in"),
    ]
    print("\nwith a stopwatch on the parts, us an order:")
    for name, spent_ns, what in rows:
        print(f"  {name:<18}{spent_ns / orders / 1000:>8.1f}   {what}")
    rest = cpu_s * 1e9 - sum(row[1] for row in rows[:-1])
    print(
        f"  {'the rest':<18}{rest / orders / 1000:>8.1f}   asyncio, sockets, channel, and the stopwatches"
    )


if __name__ == "__main__":
    main()
