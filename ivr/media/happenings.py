"""What the plane has to tell, and the few changes of a call that come from more than one side.

An event is told before the columns say that it was, and told into memory that outlives us: a plane that dies between the two has
told it, and the next one may tell it once more. What is told twice does no harm (a prompt's end), or is known by its number (a key).
"""

from collections.abc import Callable

from ivr.media.memory import Columns
from ivr.media.messages import Digit, Event, PlayedOut
from ivr.rtp.codec import PCMA

NEVER = 2**62
"""The end of a silence."""


class Happenings:
    """Where events go, and which groups of calls changed."""

    def __init__(self, columns: Columns, groups: int, tell: Callable[[Event], object]) -> None:
        self._columns = columns
        self.tell = tell
        """Tells an event, at once."""
        self._size = len(columns.call) // groups
        self.changed = set(range(groups))
        """Groups in which calls came, went, moved, or found other listeners."""
        self.keying: set[int] = set()
        """Rows that have keys to send."""

    def change(self, slot: int) -> None:
        """Something of this call that is not looked at in each tick is another now."""
        self.changed.add(slot // self._size)

    def play_over(self, slot: int, now: float, *, whole: bool) -> None:
        """The prompt of a call ended."""
        columns = self._columns
        play = int(columns.play[slot])
        if play:
            self.tell(PlayedOut(int(columns.call[slot]), play, whole, now))
            columns.play[slot] = 0
        self.hush(slot)

    def hush(self, slot: int) -> None:
        """Put a call's cursor on silence: the frame of its law at the arena's beginning."""
        columns = self._columns
        columns.advance[slot] = 0
        columns.end[slot] = NEVER
        columns.cursor[slot] = int(columns.codec[slot] == PCMA)

    def barge_in(self, slot: int, now: float) -> None:
        """The buyer pressed a key or spoke: stop a prompt that lets itself be stopped."""
        if self._columns.play[slot] and self._columns.barges[slot]:
            self.play_over(slot, now, whole=False)

    def pressed(self, slot: int, key: str, how: str, now: float, stamp: int = 0) -> None:
        """The buyer pressed a key. Count it in `presses` once the columns know the press."""
        self.barge_in(slot, now)
        columns = self._columns
        press = int(columns.presses[slot]) + 1
        self.tell(Digit(int(columns.call[slot]), key, how, now, press, stamp))
