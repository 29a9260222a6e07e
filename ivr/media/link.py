"""What joins the signalling process to its planes: memory that both see, a ring each way, the sockets that are handed down.

While no plane runs commands fill their ring. Then a call is no longer opened and nothing more is played, which is told at once; what
ends or changes a call that is up waits in order behind the ring, for a row whose Close was lost would be lost with it.
"""

import contextlib
import mmap
import os
from collections import deque
from collections.abc import Iterator

from ivr.media.counting import Count
from ivr.media.memory import COMMAND_BYTES, EVENT_BYTES, Memory, lay_out, size_of
from ivr.media.messages import Command, Event, Open, Play, decode_event, encode
from ivr.media.planes import Planes
from ivr.media.ring import Ring
from ivr.media.settings import Settings
from ivr.media.sockets import open_sockets

COMMANDS_WAITING_MAX = 16
"""Times as many commands as their ring holds that may wait behind it."""
EVENTS_MAX = 4_096
"""Events given at once; more wait for the next time."""


class PlaneBehindError(Exception):
    """Commands have filled their ring, and all room behind it if need be: the plane has not run for some time."""


class Link:
    """The signalling process's end. Raises PortsTakenError, OSError."""

    def __init__(self, settings: Settings) -> None:
        # Before the ports: select() knows no descriptor past 1,023.
        self._commanded = os.eventfd(0, os.EFD_NONBLOCK)
        self._happened = os.eventfd(0, os.EFD_NONBLOCK)
        self._shared = os.memfd_create("dialcart-media")
        try:
            self._sockets = open_sockets(settings)
        except OSError:
            self._close_descriptors()
            raise
        os.truncate(self._shared, size_of(settings))
        self.memory: Memory = lay_out(mmap.mmap(self._shared, size_of(settings)), settings)
        self._commands = Ring(self.memory.commands, COMMAND_BYTES)
        self._waiting: deque[bytes] = deque()
        self._events = Ring(self.memory.events, EVENT_BYTES)
        self.planes = Planes(
            settings, self._sockets.descriptors(), (self._shared, self._commanded, self._happened)
        )
        self.planes.tend()

    def command(self, command: Command) -> None:
        """Write a command and wake the plane. Raises PlaneBehindError for an Open or a Play that would have to wait, and past all bounds."""
        self._push_waiting()
        message = encode(command)
        if not self._waiting and self._commands.push(message):
            os.eventfd_write(self._commanded, 1)
            return
        most = COMMANDS_WAITING_MAX * self._commands.slots
        if isinstance(command, Open | Play) or len(self._waiting) >= most:
            raise PlaneBehindError
        self._waiting.append(message)

    def _push_waiting(self) -> None:
        before = len(self._waiting)
        while self._waiting and self._commands.push(self._waiting[0]):
            self._waiting.popleft()
        if len(self._waiting) < before:
            os.eventfd_write(self._commanded, 1)

    def tend(self) -> None:
        """Keep two planes, one of which ticks, and let it have what waits for it. Call it at least once a second."""
        self._push_waiting()
        memory = self.memory
        # An idle plane, whose clock is 0, wakes for a command alone.
        is_due = bool(memory.clock[0]) or self._commands.read != self._commands.written
        self.planes.watch(int(memory.worker[0]), int(memory.counts[Count.TICKS]), is_due=is_due)
        self.planes.tend()

    def fileno(self) -> int:
        """Readable when there are events or frames."""
        return self._happened

    def woken(self) -> None:
        """What made `fileno` readable is being seen to."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._happened)

    def events(self) -> Iterator[Event]:
        """What happened since the last time, in order, at most EVENTS_MAX; `fileno` stays readable when there is more."""
        for _ in range(EVENTS_MAX):
            message = self._events.peek()
            if message is None:
                return
            self._events.advance()
            yield decode_event(message)
        os.eventfd_write(self._happened, 1)

    @property
    def ready(self) -> int:
        """Planes that work or stand ready."""
        return self.planes.ready(set(self.memory.ready.tolist()))

    def close(self) -> None:
        """End the planes and let go of ports and memory."""
        self.planes.stop()
        self._sockets.close()
        self._close_descriptors()

    def _close_descriptors(self) -> None:
        for descriptor in (self._shared, self._commanded, self._happened):
            os.close(descriptor)
