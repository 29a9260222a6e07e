"""Phones that have texts waiting in an outbox, so that a text to anybody else may go past these.

A table of one size, however many wait. Texts are counted off in stretches, in the order of their ids; a phone marks two
octets of the table with the stretch of its last text. Phones share octets: of a few it is said that they wait though they
do not, and of none that it does not though it does.
"""

from __future__ import annotations

from mmap import mmap
from typing import Final
from zlib import crc32

PLACE_BITS: Final = 24
"""Of the table, which takes 16 MiB while anybody waits: of 2,880,000 phones in it one of twelve others is taken for them."""
STRETCH: Final = 16_384
"""Texts. When a stretch has been read its phones wait no more."""
STRETCHES_MAX: Final = 255
"""An octet tells one of them from none; past four million texts the last grows."""

_PLACES: Final = 1 << PLACE_BITS
_MASK: Final = _PLACES - 1
_SPREAD: Final = 0x9E3779B1
_OTHER_BITS: Final = 32 - PLACE_BITS


class WaitingPhones:
    """See above."""

    def __init__(self) -> None:
        self._table: mmap | None = None
        """Memory that the kernel has back at once: what malloc gives and takes as large as this it may keep for itself."""
        self._ends: list[int] = []
        """The last text of each stretch, of which none ends before the one before it."""
        self._count = 0
        """Texts in the last stretch."""

    def clear(self) -> None:
        """Nobody waits."""
        self._table = None
        self._ends = []
        self._count = 0

    def mark(self, phone: str, text_id: int) -> None:
        """This text to it waits."""
        ends, table = self._ends, self._table
        if table is None:
            table = self._table = mmap(-1, _PLACES)
            ends.append(text_id)
        else:
            # Also where an older text waits again: its phone may have a newer one that waits.
            end = max(text_id, ends[-1])
            if self._count >= STRETCH and len(ends) < STRETCHES_MAX:
                ends.append(end)
                self._count = 0
            ends[-1] = end
        self._count += 1
        one, other = _places(phone)
        table[one] = table[other] = len(ends)

    def waits(self, phone: str, read_to: int) -> bool:
        """Whether a text to it may wait that comes after the one that the outbox is read to."""
        table = self._table
        if table is None:
            return False
        one, other = _places(phone)
        stretch = min(table[one], table[other])
        return stretch > 0 and self._ends[stretch - 1] > read_to


def _places(phone: str) -> tuple[int, int]:
    """Two places that tell all of its hash."""
    hashed = crc32(phone.encode())
    return hashed & _MASK, (hashed * _SPREAD & 0xFFFFFFFF) >> _OTHER_BITS
