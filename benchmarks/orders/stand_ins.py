"""What stands for the world around a bind that runs without sockets: a connection, and a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

NOON = 1_795_492_800


def at_once(callback: Callable[[], object]) -> None:
    """What else would be called in the loop's next turn."""
    callback()


class Pipe(asyncio.Transport):
    """A connection whose other end reads when it likes. See asyncio.Transport."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []
        self._is_closed = False
        self._reads = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Nobody reads it before `take`."""
        self._written.append(bytes(data))

    def take(self) -> bytes:
        """What was written since the last time."""
        written, self._written = b"".join(self._written), []
        return written

    def close(self) -> None:
        """Whoever owns it is to tell the protocol."""
        self._is_closed = True

    abort = close

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._is_closed

    def is_reading(self) -> bool:
        """Whether the protocol wants more."""
        return self._reads

    def pause_reading(self) -> None:
        """It is told of by `is_reading` alone."""
        self._reads = False

    def resume_reading(self) -> None:
        """Likewise."""
        self._reads = True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There is none."""


class Clock:
    """Time that goes when it is told to, and what is due then."""

    def __init__(self) -> None:
        self.now = float(NOON)
        self._due: list[Callable[[], object]] = []

    def later(self, _: float, callback: Callable[[], object], /) -> Clock:
        """See center.ports.Later."""
        self._due.append(callback)
        return self

    def cancel(self) -> None:
        """What was cancelled is called all the same: it must not mind."""

    def run(self) -> None:
        """Call what is due."""
        due, self._due = self._due, []
        for callback in due:
            callback()
