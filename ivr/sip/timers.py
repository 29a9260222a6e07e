"""Timers of many machines in one heap.

A machine that no longer waits ignores its timer, so nothing has to be cancelled; what ends lets its timers go all the
same, since an entry that is due in minutes would keep it in memory till then.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Protocol

T1_S = 0.5
"""An estimate of the round trip. RFC 3261, section 17.1.1.1."""
T2_S = 4.0
"""The longest wait between two repetitions, INVITE apart."""
T4_S = 5.0
"""How long a message may stay in the network."""


@dataclass(frozen=True, slots=True)
class Times:
    """The base of all timers, in seconds. RFC 3261, table 4."""

    t1_s: float = T1_S
    t2_s: float = T2_S
    t4_s: float = T4_S


class Timed(Protocol):
    """What a timer belongs to."""

    def fire(self, name: str, now: float) -> None:
        """The timer of that name has run out."""
        ...


class Entry:
    """One timer that is set."""

    __slots__ = ("name", "owner")

    def __init__(self, owner: Timed, name: str) -> None:
        self.owner: Timed | None = owner
        self.name = name


@dataclass(slots=True)
class Timers:
    """What is due, and when."""

    _heap: list[tuple[float, int, Entry]] = field(default_factory=list[tuple[float, int, Entry]])
    _count: int = 0

    def set(self, at: float, owner: Timed, name: str) -> Entry:
        """Let `owner.fire(name)` be called at that time."""
        self._count += 1
        entry = Entry(owner, name)
        heapq.heappush(self._heap, (at, self._count, entry))
        return entry

    def let_go(self, entry: Entry) -> None:
        """It will not fire, and holds nobody."""
        entry.owner = None

    def next(self) -> float | None:
        """When the first is due."""
        heap = self._heap
        while heap and heap[0][2].owner is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def run(self, now: float) -> None:
        """Fire all that are due."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            entry = heapq.heappop(heap)[2]
            owner, entry.owner = entry.owner, None
            if owner is not None:
                owner.fire(entry.name, now)

    def __len__(self) -> int:
        return len(self._heap)
