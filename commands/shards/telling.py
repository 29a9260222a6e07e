"""A shard's service that tells the front how the shard does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from center.measure import Measure, Spread
from commands.serving.patrol import Patrol
from commands.serving.service import Service

TELL_EVERY_S = 1.0


class Telling(Patrol):
    """Of all services of the shard, itself among them."""

    name = "telling"

    def __init__(
        self,
        shard: int,
        services: Sequence[Service],
        tell: Callable[[list[Measure | Spread], str], None],
    ) -> None:
        super().__init__("the front is not told how a shard does", TELL_EVERY_S, self.tell)
        self._shard = shard
        self._services = services
        self._tell = tell

    def measures(self) -> Iterable[Measure | Spread]:
        """What the process takes of the machine."""
        name = (str(self._shard),)
        yield Measure(
            "dialcart_shard_cpu_seconds",
            "counter",
            "CPU time of each shard.",
            ("shard",),
            [(name, time.process_time())],
        )
        yield Measure(
            "dialcart_shard_memory_bytes",
            "gauge",
            "Memory of each shard, resident.",
            ("shard",),
            [(name, float(_resident_octets()))],
        )

    def tell(self) -> None:
        """Tell now."""
        told = [one for service in (self, *self._services) for one in service.measures()]
        why = [why for service in self._services if (why := service.unready()) is not None]
        self._tell(told, "; ".join(why))


def _resident_octets() -> int:
    """As Linux tells it; 0 elsewhere."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
