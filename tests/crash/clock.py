"""A clock of day that is set forward and back by hours while a shop runs, and while it is down.

All processes of a shop are set at once: what it shows is told by the true time alone.
"""

import os
import random
import time
from collections.abc import Callable
from functools import lru_cache

HOLDS_S = 1.3
"""So long it goes right: shorter than most shops live here, so that it is set both while they run and between them."""
OFF_S = (-20_000.0, -4_000.0, -60.0, 0.0, 60.0, 4_000.0, 20_000.0)
"""Longer than a message's key is kept, either way, and by less; shorter than a session."""


def set_at_random() -> None:
    """From now on this process's clock is, if the environment says so."""
    if seed := os.environ.get("DIALCART_CLOCK_SEED"):
        time.time = _clock(seed, time.time)


def _clock(seed: str, true: Callable[[], float]) -> Callable[[], float]:
    @lru_cache(maxsize=1)
    def off_s(period: int) -> float:
        return random.Random(f"{seed} {period}").choice(OFF_S)

    def shown() -> float:
        now = true()
        return now + off_s(int(now / HOLDS_S))

    return shown
