"""What joins the signalling process to its planes: memory that both see, a ring each way, the sockets that are handed down."""

import contextlib
import mmap
import os
from collections.abc import Iterator

from ivr.media.memory import COMMAND_BYTES, EVENT_BYTES, Memory, lay_out, size_of
from ivr.media.messages import Command, Event, decode_event, encode
from ivr.media.planes import Planes
from ivr.media.ring import Ring
from ivr.media.settings import Settings
from ivr.media.sockets import open_sockets

EVENTS_MAX = 4_096
"""Events given at once; more wait for the next time."""


class PlaneBehindError(Exception):
    """The ring of commands is full: the plane has not run for some time."""


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
        self._events = Ring(self.memory.events, EVENT_BYTES)
        self.planes = Planes(
            settings, self._sockets.descriptors(), (self._shared, self._commanded, self._happened)
        )
        self.planes.tend()

    def command(self, command: Command) -> None:
        """Write a command and wake the plane. Raises PlaneBehindError."""
        if not self._commands.push(encode(command)):
            raise PlaneBehindError
        os.eventfd_write(self._commanded, 1)

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
