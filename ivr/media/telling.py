"""Events on their way to signalling: into their ring, or, while it is full, in order behind it."""

from collections import deque
from collections.abc import Sequence

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
        # What waited in a life that ended was in no shared memory.
        counts[Count.UNTOLD] += counts[Count.WAITING]
        counts[Count.WAITING] = 0

    def tell(self, events: Sequence[Event]) -> bool:
        """Tell what waits, then these; whether there is anything new to read."""
        if not events and not self._waiting:
            return False
        before, waiting = self._ring.written, self._waiting
        while waiting and self._ring.push(waiting[0]):
            waiting.popleft()
        for event in events:
            message = encode(event)
            if not waiting and self._ring.push(message):
                continue
            if len(waiting) < self._ring.slots:
                waiting.append(message)
                self._counts[Count.WAITED] += 1
            else:
                self._counts[Count.UNTOLD] += 1
        self._counts[Count.WAITING] = len(waiting)
        return self._ring.written != before
