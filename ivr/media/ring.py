"""A ring of messages between two processes: one writes, the other reads, neither waits.

Two counters that only grow stand at the front: how many were written, by the writer, and how many read, by the reader.
A message is whole before it is counted. Each counter has a cache line of its own.
"""

import struct

from ivr.media.memory import RING_SLOT_BYTES, RING_SLOTS

MESSAGE_BYTES_MAX = RING_SLOT_BYTES - 4
_COUNTER = struct.Struct("=Q")
_LENGTH = struct.Struct("=I")
_WRITTEN_AT = 0
_READ_AT = 64
_FIRST_AT = 256


class Ring:
    """Messages in a stretch of shared memory, in order, none lost or doubled while both ends live.

    A reader that is killed between reading and `advance` reads the same messages in its next life.
    """

    def __init__(self, buffer: memoryview) -> None:
        if len(buffer) < _FIRST_AT + RING_SLOTS * RING_SLOT_BYTES:
            raise ValueError(f"{len(buffer)} bytes hold no ring of {RING_SLOTS} messages")
        self._buffer = buffer

    @property
    def written(self) -> int:
        """Messages ever written."""
        return int(_COUNTER.unpack_from(self._buffer, _WRITTEN_AT)[0])

    @property
    def read(self) -> int:
        """Messages ever read."""
        return int(_COUNTER.unpack_from(self._buffer, _READ_AT)[0])

    def push(self, message: bytes) -> bool:
        """Write a message; False when the ring is full. Raises ValueError past MESSAGE_BYTES_MAX."""
        if len(message) > MESSAGE_BYTES_MAX:
            raise ValueError(f"a message of {len(message)} bytes; {MESSAGE_BYTES_MAX} fit")
        written = self.written
        if written - self.read >= RING_SLOTS:
            return False
        at = _FIRST_AT + written % RING_SLOTS * RING_SLOT_BYTES
        _LENGTH.pack_into(self._buffer, at, len(message))
        self._buffer[at + 4 : at + 4 + len(message)] = message
        _COUNTER.pack_into(self._buffer, _WRITTEN_AT, written + 1)
        return True

    def peek(self) -> bytes | None:
        """The oldest message that was not read, which stays until `advance`; None when there is none."""
        read = self.read
        if read == self.written:
            return None
        at = _FIRST_AT + read % RING_SLOTS * RING_SLOT_BYTES
        length = min(int(_LENGTH.unpack_from(self._buffer, at)[0]), MESSAGE_BYTES_MAX)
        return bytes(self._buffer[at + 4 : at + 4 + length])

    def advance(self) -> None:
        """Done with the message that `peek` gave."""
        _COUNTER.pack_into(self._buffer, _READ_AT, self.read + 1)
