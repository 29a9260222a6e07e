"""Memory in pages of 2 MiB, where Linux leaves it to programs to ask for them (madvise(2), transparent_hugepage).

An order goes to some thousand places in 200 MiB, and a processor remembers where few pages lie: with pages of 4 KiB a tenth of an
order is looking that up. CPython takes its memory a mebibyte at a time, so what has filled up is asked for again and again, ever
more seldom while nothing is new.
"""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Iterable, Iterator
from pathlib import Path

PAGE_BYTES = 2 << 20
IN_USE_MIN = 0.75
"""Of a region, for all of it to be made resident: a thread's stack is of eight mebibytes, and uses a few pages of them."""
PAUSE_MIN_S = 1.0
PAUSE_MAX_S = 64.0

_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25
"""To be given such pages from now on; to have what is there put together now, since Linux 6.1."""
_REGIONS = Path("/proc/self/smaps")


async def keep_asking() -> None:
    """Ask until it is cancelled. Linux copies on a thread of its own, while the loop goes on."""
    pause_s = PAUSE_MIN_S
    while True:
        await asyncio.sleep(pause_s)
        asked = await asyncio.to_thread(ask)
        pause_s = PAUSE_MIN_S if asked else min(pause_s * 2, PAUSE_MAX_S)


def ask() -> int:
    """Ask for what this process uses and has in small pages; how many bytes there were."""
    if not _REGIONS.exists():
        # Not Linux.
        return 0
    libc = ctypes.CDLL(None)
    asked = 0
    with _REGIONS.open(encoding="utf-8", errors="replace") as lines:
        found = list(in_small_pages(lines))
    for begin, end in found:
        address, size = ctypes.c_void_p(begin), ctypes.c_size_t(end - begin)
        # Whether it is heeded is Linux's to say, and changes nothing else.
        libc.madvise(address, size, _MADV_HUGEPAGE)
        if libc.madvise(address, size, _MADV_COLLAPSE) == 0:
            asked += end - begin
    return asked


def in_small_pages(lines: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Of /proc/pid/smaps (proc(5)): where memory of our own, mostly in use, could lie in huge pages and does not."""
    begin = end = used = 0
    for line in lines:
        key, *values = line.split()
        if not key.endswith(":"):
            begin, end = _whole_pages(key, *values)
        elif key == "Rss:":
            used = int(values[0]) << 10
        elif key == "AnonHugePages:":
            is_new = int(values[0]) << 10 < end - begin
            if is_new and used >= IN_USE_MIN * (end - begin):
                yield begin, end


def _whole_pages(
    addresses: str, rights: str, _offset: str, _device: str, file: str, *name: str
) -> tuple[int, int]:
    """The part of a region that huge pages fit into; nothing of what is a file's, shared, or no memory to write to."""
    if rights != "rw-p" or file != "0" or name not in ((), ("[heap]",)):
        return 0, 0
    begin, end = (int(address, 16) for address in addresses.split("-"))
    return -(-begin // PAGE_BYTES) * PAGE_BYTES, end // PAGE_BYTES * PAGE_BYTES
