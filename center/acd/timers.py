"""Timers: whatever is due, in order of time, in lines of some seconds each.

Nearly everything that is timed is over before it is due: who waits is served, who is rung answers. One line for all would be half
void again and again, and everybody would wait while hundreds of thousands of entries are swept; a line of some seconds has few,
is emptied entry by entry as its time comes, and let go when nothing is left in it.
"""

from __future__ import annotations

from heapq import heappop, heappush

from center.acd.lines import Entry, Line
from center.acd.state import Ticket

SPAN_S = 10
"""Of one line."""


class Timers:
    """A line for each span in which something is due."""

    __slots__ = ("_spans", "lines")

    def __init__(self) -> None:
        self.lines: dict[int, Line[Ticket]] = {}
        self._spans: list[int] = []
        """A heap of the spans that have a line."""

    def push(self, at: float, order: int, ticket: Ticket) -> None:
        """Call this ticket at a time; of those with the same the order decides."""
        span = int(at // SPAN_S)
        line = self.lines.get(span)
        if line is None:
            line = self.lines[span] = Line()
            heappush(self._spans, span)
        line.push(at, order, ticket)

    def head(self) -> Entry[Ticket] | None:
        """What is due next."""
        spans = self._spans
        while spans:
            entry = self.lines[spans[0]].head()
            if entry is not None:
                return entry
            del self.lines[heappop(spans)]
        return None

    def take(self, until: float) -> Ticket | None:
        """Remove what is due next and return its ticket, if it is due by then."""
        entry = self.head()
        if entry is None or entry[0] > until:
            return None
        return self.lines[self._spans[0]].take(until)

    def standing(self) -> list[Entry[Ticket]]:
        """All that is to come, in order."""
        return [entry for span in sorted(self._spans) for entry in self.lines[span].standing()]
