"""What the plane has to tell, and the few changes of a call that come from more than one side."""

from ivr.media.memory import Columns
from ivr.media.messages import Event, PlayedOut


class Happenings:
    """Events that wait to be handed over, in order."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._events: list[Event] = []

    def tell(self, event: Event) -> None:
        """Add an event."""
        self._events.append(event)

    def take(self) -> list[Event]:
        """All events since the last time."""
        if not self._events:
            return []
        events, self._events = self._events, []
        return events

    def play_over(self, slot: int, now: float, *, whole: bool) -> None:
        """The prompt of a call ended. The column first: a plane that dies here tells it late or not, never twice."""
        columns = self._columns
        play = int(columns.play[slot])
        if play:
            columns.play[slot] = 0
            self.tell(PlayedOut(int(columns.call[slot]), play, whole, now))

    def barge_in(self, slot: int, now: float) -> None:
        """The buyer pressed a key or spoke: stop a prompt that lets itself be stopped."""
        if self._columns.play[slot] and self._columns.barges[slot]:
            self.play_over(slot, now, whole=False)
