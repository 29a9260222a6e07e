"""Time that a test moves on, and timers that go off meanwhile."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Handle:
    """See center.ports.Timer."""

    is_off: bool = False

    def cancel(self) -> None:
        self.is_off = True


@dataclass
class Clock:
    """See center.ports.Later."""

    now: float = 1_000.0
    _due: list[tuple[float, int, Handle, Callable[[], object]]] = field(default_factory=list)
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def __call__(self) -> float:
        return self.now

    def later(self, delay_s: float, callback: Callable[[], object], /) -> Handle:
        handle = Handle()
        heapq.heappush(self._due, (self.now + delay_s, next(self._count), handle, callback))
        return handle

    def go_on(self, for_s: float) -> None:
        until = self.now + for_s
        while self._due and self._due[0][0] <= until:
            at, _, handle, callback = heapq.heappop(self._due)
            self.now = max(self.now, at)
            if not handle.is_off:
                callback()
        self.now = until

    @property
    def armed(self) -> int:
        """Timers that will go off."""
        return sum(not handle.is_off for _, _, handle, _ in self._due)
