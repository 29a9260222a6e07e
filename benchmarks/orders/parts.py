"""The system under test with a stopwatch on its parts: what codec, engine, SQL and fsync each cost.

    python -m benchmarks.orders.parts FILE serve ...

Runs `dialcart` with the arguments after FILE, and on SIGUSR1 writes to FILE what each part has cost so far. A stopwatch a
call slows the whole by a few per cent, so the main figures come from a run without.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_wall, _cpu = time.perf_counter_ns, time.thread_time_ns


class Stopwatch:
    """Nanoseconds and calls of one part."""

    __slots__ = ("calls", "cpu_ns", "wall_ns")

    def __init__(self) -> None:
        self.calls = self.cpu_ns = self.wall_ns = 0

    def round(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed by the wall; what it does itself takes far longer than reading the clock."""

        def timed(*arguments: Any, **named: Any) -> Any:
            began = _wall()
            try:
                return function(*arguments, **named)
            finally:
                self.wall_ns += _wall() - began
                self.calls += 1

        return timed


PARTS = {
    name: Stopwatch()
    for name in ("decode", "encode", "engine", "turns", "reads", "writes", "commit")
}


class _Connection(sqlite3.Connection):
    """SQLite with a stopwatch: reads, writes, and commits apart."""

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if sql == "commit":
            watch = PARTS["commit"]
            wall, cpu = _wall(), _cpu()
            try:
                return super().execute(sql, *arguments)
            finally:
                watch.wall_ns += _wall() - wall
                watch.cpu_ns += _cpu() - cpu
                watch.calls += 1
        if sql.startswith("select"):
            # Counted where its rows are fetched.
            return super().execute(sql, *arguments)
        return PARTS["writes"].round(super().execute)(sql, *arguments)

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        return PARTS["writes"].round(super().executemany)(sql, rows)


def watch() -> None:
    """Put the stopwatches in place."""
    import center.batch
    import center.visit.taking
    import sms.smpp.bind
    import sms.smpp.pdu as p
    import store.batch

    modules: Any = (
        p,
        center.visit.taking,
        center.batch,
        sms.smpp.bind.BindMachine,
        store.batch.SqliteBatch,
    )
    pdu, taking, batch, machine, kept = modules
    machine.receive = PARTS["decode"].round(machine.receive)
    machine.submit = PARTS["encode"].round(machine.submit)
    pdu.submit_addresses = PARTS["encode"].round(pdu.submit_addresses)
    pdu.submit_rest = PARTS["encode"].round(pdu.submit_rest)
    pdu.encode_deliver_sm_resps = PARTS["encode"].round(pdu.encode_deliver_sm_resps)
    taking.begin = PARTS["engine"].round(taking.begin)
    taking.step = PARTS["engine"].round(taking.step)
    batch.take_turns = PARTS["turns"].round(batch.take_turns)
    reads = "_load"
    setattr(kept, reads, PARTS["reads"].round(getattr(kept, reads)))
    connect = sqlite3.connect

    def connecting(*arguments: Any, **named: Any) -> sqlite3.Connection:
        return connect(*arguments, **{**named, "factory": _Connection})

    patched: Any = sqlite3
    patched.connect = connecting


def main() -> None:
    """Watch, then be `dialcart`."""
    file = Path(sys.argv[1])
    watch()

    def tell(*_: object) -> None:
        told = {n: [w.wall_ns, w.cpu_ns, w.calls] for n, w in PARTS.items()}
        file.with_suffix(".new").write_text(json.dumps(told))
        file.with_suffix(".new").replace(file)

    signal.signal(signal.SIGUSR1, tell)
    sys.argv = ["dialcart", *sys.argv[2:]]
    import cli

    cli.main()


if __name__ == "__main__":
    main()
