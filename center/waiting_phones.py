"""Phones that have texts waiting in an outbox, so that a text to anybody else may go past these.

A table of one size for a short outage, and a larger one beside it for the rest of a long one. Texts are counted off in
stretches, in the order of their ids; a phone marks two octets of a table with the stretch of its last text. Phones share
octets: of a few it is said that they wait though they do not, and of none that it does not though it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from mmap import mmap
from typing import Final
from zlib import crc32

STRETCH: Final = 16_384
"""Texts. When a stretch has been read its phones wait no more."""
SHORT_BITS: Final = 24
SHORT_STRETCHES: Final = 16
"""The first table has 2 ** SHORT_BITS places, 16 MiB, and serves so many stretches, a quarter of a million texts."""
LONG_BITS: Final = 26
"""The second has so many, 64 MiB. While an hour at 800 texts a second waits one of 84 to 146 others, as
numbers are spread, is taken for such a phone; in the first table alone it would be one of twelve."""
STRETCHES_MAX: Final = 255
"""An octet tells one of them from none; past four million texts the last grows."""

_HASH_BITS: Final = 32


class WaitingPhones:
    """See above."""

    def __init__(self) -> None:
        self._tables: list[_Table] = []

    def clear(self) -> None:
        """Nobody waits."""
        self._tables = []

    def mark(self, phones: Sequence[str], last: int) -> None:
        """Texts to these wait, of which none comes after the one with the id `last`."""
        tables = self._tables
        if not tables:
            tables.append(_Table(SHORT_BITS, SHORT_STRETCHES))
        elif tables[-1].is_through and len(tables) == 1:
            tables.append(_Table(LONG_BITS, STRETCHES_MAX))
        tables[-1].mark(phones, last)

    def waits(self, phone: str, read_to: int) -> bool:
        """Whether a text to it may wait that comes after the one that the outbox is read to."""
        if not self._tables:
            return False
        hashed = crc32(phone.encode())
        return any(table.waits(hashed, read_to) for table in self._tables)


class _Table:
    """Of a power of two of places. A phone's two are at both ends of its hash, and tell all of it."""

    def __init__(self, bits: int, stretches: int) -> None:
        self._octets = mmap(-1, 1 << bits)
        """Memory that the kernel has back at once: what malloc gives and takes as large as this it may keep for itself."""
        self._mask = (1 << bits) - 1
        self._shift = _HASH_BITS - bits
        self._stretches = stretches
        self._ends: list[int] = []
        """The last text of each stretch, of which none ends before the one before it."""
        self._count = 0
        """Texts in the last stretch."""

    @property
    def is_through(self) -> bool:
        """Whether all its stretches are full."""
        return len(self._ends) >= self._stretches and self._count >= STRETCH

    def mark(self, phones: Sequence[str], last: int) -> None:
        """See WaitingPhones."""
        ends = self._ends
        # Also where an older text waits again: its phone may have a newer one that waits.
        end = max(last, ends[-1]) if ends else last
        if not ends or (self._count >= STRETCH and len(ends) < self._stretches):
            ends.append(end)
            self._count = 0
        ends[-1] = end
        self._count += len(phones)
        octets, mask, shift, stretch = self._octets, self._mask, self._shift, len(ends)
        for hashed in map(crc32, map(str.encode, phones)):
            octets[hashed & mask] = octets[hashed >> shift] = stretch

    def waits(self, hashed: int, read_to: int) -> bool:
        """See WaitingPhones."""
        stretch = min(self._octets[hashed & self._mask], self._octets[hashed >> self._shift])
        return stretch > 0 and self._ends[stretch - 1] > read_to
