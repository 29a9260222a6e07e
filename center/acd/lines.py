"""A line: things in order of a key that never changes, each thing leaving the line without a search.

A heap with lazy deletion. An entry holds the stamp its item had when it joined; an item that moves on takes the next
stamp, so its old entries are void wherever they lie and are dropped when they come to the head.

A line is itself a list of two numbers, the key and the order of the head it last knew, so that `min(lines)` finds the
line whose head is first without a step of Python for each. What is known is never later than the true head: joining
keeps it current, and leaving only makes the true head later, which `first` finds out when it comes to look.
"""

from heapq import heapify, heappop, heappush
from math import inf
from typing import Generic, Protocol, TypeVar

ROOM_MIN = 64


class Stamped(Protocol):
    """What can stand in a line."""

    stamp: int


T = TypeVar("T", bound=Stamped)

Entry = tuple[float, int, T, int]
"""Key, order among equal keys (unique, so that items are never compared), item, stamp."""


class Line(list[float], Generic[T]):
    """The head is the least key. Void entries are at most as many as others, or ROOM_MIN."""

    __slots__ = ("entries", "room")

    def __init__(self) -> None:
        # An empty line comes after all; its identity tells it from other empty ones.
        super().__init__((inf, id(self)))
        self.entries: list[Entry[T]] = []
        self.room = ROOM_MIN

    def push(self, key: float, order: int, item: T) -> None:
        """Let an item join."""
        entries = self.entries
        if len(entries) >= self.room:
            self._sweep()
        heappush(entries, (key, order, item, item.stamp))
        if key < self[0] or (key == self[0] and order < self[1]):
            self[0], self[1] = key, order

    def head(self) -> Entry[T] | None:
        """The entry of the least key whose item still stands there."""
        entries = self.entries
        while entries:
            entry = entries[0]
            if entry[2].stamp == entry[3]:
                return entry
            heappop(entries)
        return None

    def look(self) -> None:
        """Know the true head again."""
        head = self.head()
        self[0], self[1] = (inf, id(self)) if head is None else head[:2]

    def pull(self) -> T:
        """Remove the head, which `first` has just found to be true, and know the next."""
        item = heappop(self.entries)[2]
        self.look()
        return item

    def take(self, until: float) -> T | None:
        """Remove the head and return its item if its key is no greater than this."""
        entry = self.head()
        if entry is None or entry[0] > until:
            return None
        heappop(self.entries)
        return entry[2]

    def standing(self) -> list[Entry[T]]:
        """All that stand in line, in order."""
        return sorted(entry for entry in self.entries if entry[2].stamp == entry[3])

    def _sweep(self) -> None:
        self.entries[:] = [entry for entry in self.entries if entry[2].stamp == entry[3]]
        heapify(self.entries)
        self.room = max(ROOM_MIN, 2 * len(self.entries))


def first(lines: list[Line[T]]) -> Line[T] | None:
    """Of several lines the one with the least head, which is known truly then."""
    while lines:
        line = min(lines)
        entries = line.entries
        if entries:
            entry = entries[0]
            if entry[2].stamp == entry[3] and entry[1] == line[1]:
                return line
        elif line[0] == inf:
            return None
        line.look()
    return None
