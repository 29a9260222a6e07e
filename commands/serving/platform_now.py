"""The platform as a running shop has it, in a small file beside the database that `dialcart platform` reads.

What operators change is kept in a journal; what calls make of it is known to the shop alone: which boards carry how many,
and whether a draining one is empty. The file is not needed for anything else, and goes with the shop.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from center.uap.boards import State
from center.uap.capacity import Capacity
from center.uap.resources import named

FILE_BYTES_MAX = 10_000_000


class Carrying(msgspec.Struct, frozen=True):
    """A board in its slot."""

    chassis: str
    slot: int
    state: State
    carries: int
    """Calls, seats and conferences that have a unit of it."""


class Now(msgspec.Struct, frozen=True):
    """All of it."""

    process: int
    changes: int
    """Of the operators, that it has taken in."""
    cut_off: int
    """By the last of them: calls, seats and conferences."""
    boards: tuple[Carrying, ...]
    units: dict[str, float]
    taken: dict[str, float]
    refused: dict[str, int]
    """By why, since the start."""


def now_file(database: Path) -> Path:
    """Where the shop of a database tells it."""
    return database.with_suffix(".platform-now")


def now_of(capacity: Capacity, refused: dict[str, int], changes: int, cut_off: int) -> Now:
    """How a platform stands in this process."""
    usage = capacity.usage()
    boards = tuple(
        Carrying(chassis.name, slot, board.state, len(board.holders))
        for chassis in capacity.chassis.values()
        for slot, board in sorted(chassis.boards.items())
    )
    units, taken = named(usage.units), named(usage.taken)
    return Now(os.getpid(), changes, cut_off, boards, units, taken, refused)


def write(path: Path, now: Now) -> None:
    """Tell it, whole or not at all. Raises OSError."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(msgspec.json.encode(now))
    new.replace(path)


def read(path: Path) -> Now | None:
    """What a shop that runs now tells; None if none does."""
    with suppress(OSError, msgspec.MsgspecError):
        if path.stat().st_size <= FILE_BYTES_MAX:
            now = msgspec.json.decode(path.read_bytes(), type=Now)
            # A process of somebody else's is there, too.
            with suppress(PermissionError):
                os.kill(now.process, 0)
            return now
    return None
