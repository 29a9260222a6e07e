"""Garbage collection for a process that answers calls: seldom, and never over what was there at the start.

A full collection walks everything that lives: 1.2 s were measured at 1,000 calls/s, in which SIPp sent 840 requests
again. What a call makes is freed by counting when it ends, so there is little to find.
"""

import gc

YOUNG = 50_000
MIDDLE = 50
OLD = 100
"""Objects made since the last, then collections of the generation before it."""


def relax() -> None:
    """Call it once, when all is loaded and before the first call."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
