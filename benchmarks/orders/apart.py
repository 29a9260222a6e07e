"""The same load over shops of one process each, side by side: what these cores give when nothing has to cross to a shard.

Each has its part of the sellers, phones and binds, a database and a load of its own, and all are measured at once. What
they do together is the most that spreading sellers over as many shards could do here, and what shards are judged by.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run did, and what an order cost in it."""

    orders_s: float
    order_us: float
    """CPU of the system."""
    load_us: float
    """CPU of the load, which is taken of the same cores."""

    def limit_s(self) -> float:
        """Orders a second if all cores did nothing else all the time."""
        return (os.cpu_count() or 1) / ((self.order_us + self.load_us) / 1e6)


def figures(told: Sequence[dict[str, Any]]) -> Figures:
    """Of runs side by side, each as it was told: orders, seconds, and CPU seconds of the system and of the load."""
    orders = max(1, sum(one["orders"] for one in told))
    return Figures(
        sum(one["orders"] / one["seconds"] for one in told),
        sum(one["system_s"] for one in told) / orders * 1e6,
        sum(one["load_s"] for one in told) / orders * 1e6,
    )


def run(count: int, options: dict[str, str | int | float], folder: Path | None) -> Figures:
    """So many shops at once, each with its part of what `options` share out. Raises CalledProcessError if one fails."""
    command = [sys.executable, "-m", "benchmarks.orders", "--json"]
    for name, value in options.items():
        part = max(1, int(value) // count) if name in {"sellers", "phones", "binds"} else value
        command += [f"--{name}", str(part)]
    if folder is not None:
        command += ["--folder", str(folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    printed = [one.communicate()[0] for one in running]
    for one in running:
        if one.returncode:
            raise subprocess.CalledProcessError(one.returncode, command)
    return figures([json.loads(text.splitlines()[-1]) for text in printed])


def report(ours: Figures, apart: Figures, count: int) -> str:
    """Both beside what these cores would do at the most at the same cost."""
    return (
        f"{count} shops of one process each, side by side: {apart.orders_s:,.0f} orders/s, {apart.order_us:,.0f} us an order "
        f"and {apart.load_us:.0f} of the load; so {os.cpu_count()} cores that do nothing else end at {apart.limit_s():,.0f} orders/s\n"
        f"ours {ours.orders_s:,.0f}, {ours.orders_s / apart.orders_s:.0%} of theirs, at {ours.order_us / apart.order_us:.2f} times "
        f"their CPU; at ours the cores end at {ours.limit_s():,.0f}"
    )
