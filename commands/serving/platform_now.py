"""The platform as a running shop has it, in a small file beside the database that `dialcart platform` reads.

What operators change is kept in a journal; what calls make of it is known to the shop alone: which boards carry how many,
and whether a draining one is empty. The file is not needed for anything else, and goes with the shop.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from center.uap.boards import State
from center.uap.capacity import Capacity
from center.uap.resources import named

FILE_BYTES_MAX = 10_000_000
OUTCOMES_MAX = 100
"""Changes of which it is told what came of them; who made one looks for it within seconds."""


class Carrying(msgspec.Struct, frozen=True):
    """A board in its slot."""

    chassis: str
    slot: int
    state: State
    carries: int
    """Calls, seats and conferences that have a unit of it."""


class Outcome(msgspec.Struct, frozen=True):
    """What a running shop made of a change."""

    cut_off: int = 0
    """Calls, seats and conferences."""
    error: str = ""
    """Why it was left out."""


class Now(msgspec.Struct, frozen=True):
    """All of it."""

    process: int
    changes: int
    """Of the operators, that it has taken in."""
    outcomes: tuple[Outcome, ...]
    """Of the last of them, but not of those that were there when the shop began."""
    boards: tuple[Carrying, ...]
    units: dict[str, float]
    taken: dict[str, float]
    refused: dict[str, int]
    """By why, since the start."""

    def outcome(self, number: int) -> Outcome | None:
        """Of a change, counted from 1; None if it is not told any more, or never was."""
        place = number - 1 - (self.changes - len(self.outcomes))
        return self.outcomes[place] if 0 <= place < len(self.outcomes) else None


def now_file(database: Path) -> Path:
    """Where the shop of a database tells it."""
    return database.with_suffix(".platform-now")


def now_of(
    capacity: Capacity, refused: dict[str, int], changes: int, outcomes: Iterable[Outcome]
) -> Now:
    """How a platform stands in this process."""
    usage = capacity.usage()
    boards = tuple(
        Carrying(chassis.name, slot, board.state, len(board.holders))
        for chassis in capacity.chassis.values()
        for slot, board in sorted(chassis.boards.items())
    )
    units, taken = named(usage.units), named(usage.taken)
    return Now(os.getpid(), changes, tuple(outcomes), boards, units, taken, refused)


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
