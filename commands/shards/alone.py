"""One process at a time on a shard's file: who comes next waits until the kernel has let go of whoever was there before.

A front that is killed leaves its shards behind for a moment, and whoever starts it again starts new ones at once. Two on one
file would give the same numbers to their texts and turns, and take a message twice that the carrier brings again.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger("dialcart")


@contextmanager
def alone_on(path: Path) -> Generator[None]:
    """Be the only one within, waiting for others to leave or die. Raises OSError if the file cannot be made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            log.warning("%s waits for process %s to end", path.stem, held.read().strip())
            fcntl.flock(held, fcntl.LOCK_EX)
        held.seek(0)
        held.truncate()
        held.write(f"{os.getpid()}\n")
        held.flush()
        yield
