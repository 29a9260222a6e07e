"""What a fuzzer's process holds, and by how much that may grow: a run that grows by more fails.

The tables that make us quick have limits. They are filled before it is measured; what grows afterwards would grow for ever.
"""

import gc
import sys
import time
from collections.abc import Callable, Mapping

from benchmarks.memory import memory_kib

GREW_KIB_MAX = 4_096
"""By how much memory may grow after the warm-up, however much comes: what the allocator leaves between objects."""


class Watch:
    """A run, from when its tables are full."""

    def __init__(self) -> None:
        self._before = memory_kib()
        self._blocks = sys.getallocatedblocks()
        self._began = time.process_time()

    def verdict(
        self, name: str, totals: Mapping[str, int], fill: Callable[[], None] = lambda: None
    ) -> int:
        """Say how the run went; the exit status, 1 if memory grew by more than GREW_KIB_MAX. `fill` makes tables as full as at first."""
        took = time.process_time() - self._began
        grown = memory_kib() - self._before
        fill()
        gc.collect()
        more = sys.getallocatedblocks() - self._blocks
        sys.stdout.write(
            f"fuzz {name}: {dict(totals)}, {took:.1f} s of CPU, no crash; memory grew by {grown} KiB of {self._before}, "
            f"at most {GREW_KIB_MAX} allowed, in {more:+,} live blocks of {self._blocks:,}\n"
        )
        return 0 if grown <= GREW_KIB_MAX else 1
