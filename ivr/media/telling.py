"""Events on their way to signalling: into their ring, or, while it is full, in order behind it."""

from collections import deque

from ivr.media.counting import Count
from ivr.media.memory import U64
from ivr.media.messages import Event, encode
from ivr.media.ring import Ring


class Teller:
    """Tells each event once. Not promised to a signalling process that does not read: what waits is bounded too.

    As many may wait as the ring holds, then the newest are dropped, and counted.
    """

    def __init__(self, ring: Ring, counts: U64) -> None:
        self._ring = ring
        self._counts = counts
        self._waiting: deque[bytes] = deque()
        self._announced = ring.written
        # What waited in a life that ended was in no shared memory.
        counts[Count.UNTOLD] += counts[Count.WAITING]
        counts[Count.WAITING] = 0

    def tell(self, event: Event) -> None:
        """Tell an event: when this returns it is in the ring, unless that is full."""
        message, waiting = encode(event), self._waiting
        if not waiting and self._ring.push(message):
            return
        if len(waiting) < self._ring.slots:
            waiting.append(message)
            self._counts[Count.WAITED] += 1
            self._counts[Count.WAITING] = len(waiting)
        else:
            self._counts[Count.UNTOLD] += 1

    def is_news(self) -> bool:
        """Tell what waits, as far as there is room; whether anything was told since this was last asked."""
        waiting = self._waiting
        if waiting:
            while waiting and self._ring.push(waiting[0]):
                waiting.popleft()
            self._counts[Count.WAITING] = len(waiting)
        before, self._announced = self._announced, self._ring.written
        return self._announced != before
