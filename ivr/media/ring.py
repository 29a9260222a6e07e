"""A ring of messages between two processes: one writes, the other reads, neither waits.

Two counters that only grow stand at the front: how many were written, by the writer, and how many read, by the reader.
A message is whole before it is counted. Each counter has a cache line of its own.
"""

import struct

from ivr.media.memory import RING_HEAD_BYTES

_COUNTER = struct.Struct("=Q")
_LENGTH = struct.Struct("=I")
_WRITTEN_AT = 0
_READ_AT = 64


class Ring:
    """Messages in a stretch of shared memory, in order, none lost or doubled while both ends live.

    A reader that is killed between reading and `advance` reads the same messages in its next life.
    """

    def __init__(self, buffer: memoryview, slot_bytes: int) -> None:
        """As many slots as the buffer holds. Raises ValueError where it holds none."""
        self.slots = (len(buffer) - RING_HEAD_BYTES) // slot_bytes
        self.message_bytes_max = slot_bytes - _LENGTH.size
        if self.slots < 1:
            raise ValueError(f"{len(buffer)} bytes hold no ring of messages")
        self._buffer = buffer
        self._slot_bytes = slot_bytes

    @property
    def written(self) -> int:
        """Messages ever written."""
        return int(_COUNTER.unpack_from(self._buffer, _WRITTEN_AT)[0])

    @property
    def read(self) -> int:
        """Messages ever read."""
        return int(_COUNTER.unpack_from(self._buffer, _READ_AT)[0])

    def push(self, message: bytes) -> bool:
        """Write a message; False when the ring is full. Raises ValueError past `message_bytes_max`."""
        if len(message) > self.message_bytes_max:
            raise ValueError(f"a message of {len(message)} bytes; {self.message_bytes_max} fit")
        written = self.written
        if written - self.read >= self.slots:
            return False
        at = self._slot(written)
        _LENGTH.pack_into(self._buffer, at, len(message))
        self._buffer[at + 4 : at + 4 + len(message)] = message
        _COUNTER.pack_into(self._buffer, _WRITTEN_AT, written + 1)
        return True

    def peek(self) -> bytes | None:
        """The oldest message that was not read, which stays until `advance`; None when there is none."""
        read = self.read
        if read == self.written:
            return None
        at = self._slot(read)
        length = min(int(_LENGTH.unpack_from(self._buffer, at)[0]), self.message_bytes_max)
        return bytes(self._buffer[at + 4 : at + 4 + length])

    def advance(self) -> None:
        """Done with the message that `peek` gave."""
        _COUNTER.pack_into(self._buffer, _READ_AT, self.read + 1)

    def _slot(self, number: int) -> int:
        return RING_HEAD_BYTES + number % self.slots * self._slot_bytes
