"""Waiting for what another program, or a server in another thread, makes so, and tells nobody."""

import time
from collections.abc import Callable

STATE_S_MAX = 120.0
"""Nothing takes a hundredth of it, but on a machine that is busy with other tests."""
LOOK_S = 0.05


def until(so: Callable[[], object], told: Callable[[], object] = lambda: "") -> None:
    """Until it is so; `told` is what is said of it if it never is."""
    end = time.monotonic() + STATE_S_MAX
    while not so():
        assert time.monotonic() < end, told()
        time.sleep(LOOK_S)
