"""What this process holds of the machine's memory."""

import ctypes
import gc
import resource
from pathlib import Path


def memory_kib() -> int:
    """Resident now, without what only waits for the collector, or for the C library to give it back."""
    gc.collect()
    # Of glibc alone; elsewhere what is free and not given back counts.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() // 1_024
