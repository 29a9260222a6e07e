"""What a fuzzer's process holds, and by how much that may grow: a run that grows by more fails.

A run is fed in LOOKS_MAX stretches, and looked at after each with the tables full that make us quick, so that one look is like
another. Two things are asked, since neither tells the other:

- Bytes that live objects hold, as pymalloc and malloc count them. They do not depend on where the objects lie, so they may hardly
  grow in the second half of a run, when every hash table has its size: a byte kept for every ten PDUs is four times
  LIVE_BYTES_MAX in the second half of ten million.
- Memory that is resident, which also tells of what neither counts. In it lies the room between objects: tables that are emptied
  when they are full leave it, scattered over arenas of 1 MiB, and what comes next finds its place there. So it grows at first, by
  as much as such tables hold, and must then stop: the second half of a run may need an arena more than the first, and no second.
"""

import ctypes
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from benchmarks.memory import memory_kib

LIVE_BYTES_MAX: Final = 128 * 1_024
"""By how much what objects hold may grow in the second half of a run, however much comes."""
RESIDENT_KIB_MAX: Final = 1_024
"""By how much more may be resident in the second half of a run than ever in the first: an arena of pymalloc."""
ROOM_KIB_MAX: Final = 8_192
"""By how much more may be resident at last than at first: the tables that are emptied hold 6 MiB, their arenas are not all full."""
LOOKS_MAX: Final = 20
"""A run of ten million is looked at each 500,000."""
NAMES_MAX: Final = 30_000
"""Names that are there beside some 11,000 of ours, before a run, and then no more."""
_TAKEN: Final = re.compile(r"# bytes in allocated blocks\s*=\s*([\d,]+)")
_ARENAS: Final = re.compile(r"# arenas allocated current\s*=\s*([\d,]+)")


class _Mallinfo(ctypes.Structure):
    """See mallinfo(3)."""

    _fields_: ClassVar = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd",
            "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What the process holds at one time."""

    resident_kib: int
    live_bytes: int
    """What objects hold."""
    blocks: int
    """In so many pieces."""
    arenas: int
    """Of pymalloc, each of 1 MiB."""


def look() -> Look:
    """Now, without what only waits for the collector."""
    resident_kib = memory_kib()
    told = _pymalloc()
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = _Mallinfo
    heap = libc.mallinfo2()
    return Look(
        resident_kib,
        _number(_TAKEN, told) + heap.uordblks + heap.hblkhd,
        sys.getallocatedblocks(),
        _number(_ARENAS, told),
    )


def _pymalloc() -> str:
    """What pymalloc tells of itself, which it does to the standard error of C alone."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as told:
        kept = os.dup(2)
        try:
            os.dup2(told.fileno(), 2)
            sys._debugmallocstats()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # no other call tells bytes
            ctypes.CDLL(None).fflush(None)
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        told.seek(0)
        return told.read().decode()


def _number(which: re.Pattern[str], told: str) -> int:
    """Where pymalloc is switched off malloc counts everything."""
    found = which.search(told)
    return int(found[1].replace(",", "")) if found else 0


def watch(
    name: str,
    count: int,
    seed: int,
    feed: Callable[[int, int], Mapping[str, int]],
    fill: Callable[[], None] = lambda: None,
) -> int:
    """Feed so much, with a seed for each stretch, and say how it went; the exit status, 1 if memory grew by more than it may.

    `fill` makes the tables full that have limits, with the same each time.
    """
    totals: Counter[str] = Counter()
    took = 0.0
    _widen_names()
    fill()
    looks = [look()]
    done = 0
    for number in range(1, LOOKS_MAX + 1):
        part = count * number // LOOKS_MAX - done
        began = time.process_time()
        totals.update(feed(part, seed + number))
        took += time.process_time() - began
        done += part
        fill()
        looks.append(look())
        sys.stdout.write(f"{done:>11,}: {_told(looks[-1])}\n")
        sys.stdout.flush()
    failed = failure(looks)
    sys.stdout.write(
        f"fuzz {name}: {dict(totals)}, {took:.1f} s of CPU, no crash; at first {_told(looks[0])}; "
        f"live bytes grew by {looks[-1].live_bytes - looks[0].live_bytes:+,}, in the second half by "
        f"{_kept_late(looks):+,}, {LIVE_BYTES_MAX:,} allowed; resident by "
        f"{looks[-1].resident_kib - looks[0].resident_kib:+,} KiB, and in the second half by {_grew_late(looks):+,}, "
        f"{RESIDENT_KIB_MAX:,} allowed: {failed or 'flat'}\n"
    )
    return 1 if failed else 0


def _widen_names() -> None:
    """Have the interpreter's table of names large from the first: it grows by 200 KiB with one name too many, whoever's that is."""
    kept = [sys.intern(f"a name of no use {number}") for number in range(NAMES_MAX)]
    del kept


def failure(looks: list[Look]) -> str | None:
    """What grew that should not, if anything did. The first look is before the run, the others are evenly apart."""
    first, last = looks[0], looks[-1]
    if _kept_late(looks) > LIVE_BYTES_MAX:
        return "live objects grow"
    if _grew_late(looks) > RESIDENT_KIB_MAX:
        return "resident memory grows without end"
    if last.resident_kib - first.resident_kib > ROOM_KIB_MAX:
        return "the room between objects is too large"
    return None


def _kept_late(looks: list[Look]) -> int:
    """By how many bytes what objects hold grew in the second half."""
    return looks[-1].live_bytes - looks[len(looks) // 2].live_bytes


def _grew_late(looks: list[Look]) -> int:
    """By how many KiB more was resident in the second half than ever in the first."""
    half = len(looks) // 2 + 1
    return max(at.resident_kib for at in looks[half:]) - max(at.resident_kib for at in looks[:half])


def _told(at: Look) -> str:
    return (
        f"{at.live_bytes:,} live bytes in {at.blocks:,} blocks, {at.resident_kib:,} KiB resident, "
        f"{at.arenas} arenas"
    )
