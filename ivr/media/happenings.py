"""What the plane has to tell, and the few changes of a call that come from more than one side."""

from ivr.media.memory import Columns
from ivr.media.messages import Event, PlayedOut
from ivr.rtp.codec import PCMA

NEVER = 2**62
"""The end of a silence."""


class Happenings:
    """Events that wait to be handed over, in order, and which groups of calls changed."""

    def __init__(self, columns: Columns, groups: int) -> None:
        self._columns = columns
        self._events: list[Event] = []
        self._size = len(columns.call) // groups
        self.changed = set(range(groups))
        """Groups in which calls came, went, moved, or found other listeners."""
        self.keying: set[int] = set()
        """Rows that have keys to send."""

    def tell(self, event: Event) -> None:
        """Add an event."""
        self._events.append(event)

    def take(self) -> list[Event]:
        """All events since the last time."""
        if not self._events:
            return []
        events, self._events = self._events, []
        return events

    def change(self, slot: int) -> None:
        """Something of this call that is not looked at in each tick is another now."""
        self.changed.add(slot // self._size)

    def play_over(self, slot: int, now: float, *, whole: bool) -> None:
        """The prompt of a call ended. The columns first: a plane that dies here tells it late or not, never twice."""
        columns = self._columns
        play = int(columns.play[slot])
        self.hush(slot)
        if play:
            columns.play[slot] = 0
            self.tell(PlayedOut(int(columns.call[slot]), play, whole, now))

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
