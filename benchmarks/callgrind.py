"""Instructions and cache misses of a part of a Python program, counted by Valgrind's Callgrind: the same on a loaded machine.

Callgrind is a program of its own that runs ours on a simulated processor, some fifty times slower; without counting some ten
times. `count` starts a command under it. That command says with `begin`, `counting` and `end` which part of it is meant.

The caches that are simulated are this machine's second and third level, in place of Callgrind's first and last: what the second
holds costs next to nothing. What the kernel does is not counted.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import random
import shutil
import subprocess
import sys
import time
from array import array
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LEVELS_UNKNOWN = {2: (2**20, 16), 3: (2**25, 16)}
"""Octets and ways of caches that Linux does not tell of."""
STEPS, ROUNDS = 200_000, 4
"""Of a loop that shows what a miss takes; the first round fills the caches."""
_LINE_OCTETS = 64
_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_REQUEST = bytes.fromhex("4889f8 31d2 48c1c703 48c1c70d 48c1c73d 48c1c733 4887db 4889d0 c3")
"""A function that makes a client request of Valgrind's: what its argument points to goes to rax, then the rotations of rdi that
mean nothing to a processor, as valgrind.h has them for x86-64. Without Valgrind it does nothing.
"""
_BASE = ord("C") << 24 | ord("T") << 16
_ZERO, _TOGGLE, _START, _STOP = _BASE + 1, _BASE + 2, _BASE + 4, _BASE + 5
"""Of callgrind.h."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a part of a program came to."""

    instructions: int
    second_misses: int
    """Lines that the second level did not hold."""
    third_misses: int
    """Of these, lines that the third did not hold either."""


def count(command: Sequence[str], folder: Path) -> tuple[Counts, str]:
    """Run a command of Python's under Callgrind: what it counted, and what the command wrote."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise SystemExit("Valgrind is not here: install Debian's package valgrind")
    if platform.machine() != "x86_64":
        raise SystemExit("Valgrind is asked to count by instructions of x86-64; this is another")
    written = folder / "callgrind.out"
    second, third = map(_cache, (2, 3))
    run = subprocess.run(
        [
            valgrind,
            "--tool=callgrind",
            "--instr-atstart=no",
            "--collect-atstart=no",
            "--cache-sim=yes",
            f"--I1={second}",
            f"--D1={second}",
            f"--LL={third}",
            f"--callgrind-out-file={written}",
            # It tells of caches that it would have taken by itself.
            f"--log-file={folder / 'valgrind.log'}",
            sys.executable,
            *command,
        ],
        # The order of a set's members is the same in every run.
        env={**os.environ, "PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    with written.open() as lines:
        found = {name: rest.split() for name, _, rest in (line.partition(": ") for line in lines)}
    of = dict(zip(found["events"], map(int, found["totals"]), strict=True))
    return (
        Counts(
            of["Ir"],
            of["I1mr"] + of["D1mr"] + of["D1mw"],
            of["ILmr"] + of["DLmr"] + of["DLmw"],
        ),
        run.stdout,
    )


def begin() -> None:
    """From here on instructions are looked at, which is slow; those within `counting` are counted."""
    _ask(_START)


def forget() -> None:
    """What was counted so far has only filled the caches."""
    _ask(_ZERO)


def end() -> None:
    """No more is counted."""
    _ask(_STOP)


@contextmanager
def counting() -> Generator[None]:
    """What is within is counted. Not to be nested."""
    _ask(_TOGGLE)
    try:
        yield
    finally:
        _ask(_TOGGLE)


def miss_ns(octets: int) -> float:
    """What a line of memory takes to come to a loop that goes through so many octets in no order.

    The loop itself, as it goes through what the first level holds, is taken off.
    """
    return _step_ns(octets) - _step_ns(2**13)


def _step_ns(octets: int) -> float:
    words = _LINE_OCTETS // 8
    lines = list(range(octets // _LINE_OCTETS))
    random.Random(1).shuffle(lines)
    following = array("Q", bytes(octets))
    for here, there in zip(lines, lines[1:] + lines[:1], strict=True):
        following[here * words] = there * words
    at, steps = 0, max(STEPS, len(lines))
    rounds: list[int] = []
    for _ in range(ROUNDS):
        began = time.process_time_ns()
        for _ in range(steps):
            at = following[at]
        rounds.append(time.process_time_ns() - began)
    # Of a machine that others share, the round in which they did least.
    return min(rounds) / steps


def octets_of(level: int) -> int:
    """What a cache of this machine holds."""
    return _level(level)[0]


def _cache(level: int) -> str:
    """A cache as Callgrind wants it told: a power of two."""
    octets, ways = _level(level)
    return f"{1 << octets.bit_length() - 1},{1 << ways.bit_length() - 1},{_LINE_OCTETS}"


def _level(level: int) -> tuple[int, int]:
    for index in _CACHES.glob("index*"):
        if (index / "level").read_text().strip() == str(level):
            octets = int((index / "size").read_text().strip().removesuffix("K")) * 2**10
            return octets, int((index / "ways_of_associativity").read_text())
    return LEVELS_UNKNOWN[level]


@cache
def _function() -> tuple[mmap.mmap, ctypes._CFunctionType]:  # pyright: ignore[reportPrivateUsage]
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(_REQUEST)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return page, ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)(address)


def _ask(request: int) -> None:
    _function()[1](ctypes.byref((ctypes.c_ulong * 6)(request)))
