"""Which answers carriers may lack, kept by the front beside its messages instead of before each.

Stamps are reserved for a while ahead (sms.redelivery). As long as a message's stamp is below what is reserved on disk, the
next run knows that it may come again, however late the front's own commit is. What it learns from an older note is doubted
too much, not too little: of two or three batches instead of one or two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from center.taken import Fate, Taken
from sms.doubts import reserved_in


class Doubted:
    """See center.ports.Channel. One note is on its way to the disk at a time; the newest of those that come meanwhile is next."""

    def __init__(self, hold: Callable[[bytes], None]) -> None:
        """`hold` brings a note to the front's turn batch, which tells us what became of it, with the note as its ticket."""
        self._hold = hold
        self._reserved = 0
        """All stamps below may be given: the disk says so."""
        self._under_way = False
        self._next: bytes | None = None
        self._is_old = False
        """Whether a newer note than the one under way was held by somebody else."""

    def is_kept_beside(self, note: bytes, stamp: int) -> bool:
        """Whether a message with this stamp need not wait for the note that it brings; then that is kept soon, unless something newer comes."""
        if stamp >= self._reserved:
            return False
        if self._under_way:
            self._next = note
        else:
            self.keep(note)
        return True

    def keep(self, note: bytes) -> None:
        """Keep this, soon, unless something newer comes."""
        if self._under_way:
            self._next = note
            return
        self._hold(note)
        self._under_way, self._is_old = True, False

    def kept(self, note: bytes) -> None:
        """This is on disk."""
        self._reserved = max(self._reserved, reserved_in(note))

    def superseded(self) -> None:
        """A newer note than all that wait is held by somebody else."""
        self._next, self._is_old = None, True

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel."""
        for one in taken:
            note = cast("bytes", one.ticket)
            self._under_way = False
            if one.fate is Fate.KEPT:
                self.kept(note)
            again = note if one.fate is Fate.REFUSED and not self._is_old else None
            newest, self._next = self._next or again, None
            if newest is not None:
                self.keep(newest)
