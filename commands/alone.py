"""One process at a time on a database: a lock beside it, which the kernel frees when its holder ends, however it ends.

Two shops on one database would each bind, and each know nothing of what the other has taken: a message that the carrier
brings again would be taken twice. Whoever only reads, or writes a word between two batches as `dialcart orders ship` does,
needs no lock. The file stays when its holder is gone: to remove it would let a third in beside one who waits at it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from center.ports import StoreError

DIES_S_MAX = 3.0
"""The kernel has buried a killed process within this, also one with much memory and a commit on its way."""
LEAVES_S_MAX = 30.0
"""A shard whose front is gone has brought to disk what it had, and ended, within this."""
LOOK_S = 0.05
HOLDER_BYTES_MAX = 200

log = logging.getLogger("dialcart")


def lock_of(database: Path) -> Path:
    """Whoever holds this has the database to itself: `shop.lock` beside `shop.db`, and beside a link's target."""
    return database.resolve().with_suffix(".lock")


@contextmanager
def alone_on(
    database: Path, *, wait_s: float, pause: Callable[[float], object] = time.sleep
) -> Generator[None]:
    """Be the only one within, waiting so long for another to leave or die. Raises StoreError if none does, or none can be alone."""
    lock = lock_of(database)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(
            f"{lock} cannot be opened: {error.strerror}; whoever serves must be let write in its folder"
        ) from None
    try:
        _take(held, database, wait_s, pause)
        _sign(held)
        yield
    finally:
        os.close(held)


def _take(held: int, database: Path, wait_s: float, pause: Callable[[float], object]) -> None:
    """Wait for the lock. Raises StoreError that names who has it."""
    for look in range(int(wait_s / LOOK_S) + 1):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if look == 0:
                log.warning("%s waits for %s to end", database, _holder(held))
            pause(LOOK_S)
        except OSError as error:
            # A folder over the network that knows no locks; SQLite's log works on none, with locks or without.
            raise StoreError(
                f"{lock_of(database)} cannot be locked: {error.strerror};"
                f" put {database} on a disk of this machine"
            ) from None
        else:
            return
    raise StoreError(
        f"{database} is served by {_holder(held)} already, which holds {lock_of(database).name}; stop that one, or name another database"
    )


def _sign(held: int) -> None:
    """Write who we are over who was here before."""
    with suppress(OSError):  # On a full disk we hold it all the same.
        signed = f"process {os.getpid()} on {socket.gethostname()}\n".encode()[:HOLDER_BYTES_MAX]
        os.pwrite(held, signed, 0)
        os.truncate(held, len(signed))


def _holder(held: int) -> str:
    """Who has it, as they wrote. The host tells containers apart, which each have a process 1."""
    said = os.pread(held, HOLDER_BYTES_MAX, 0).decode("utf-8", "replace").strip()
    return said or "another process"
