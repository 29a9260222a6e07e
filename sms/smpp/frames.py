"""A stream of bytes cut into frames; what is cut short waits for the rest."""

from __future__ import annotations

from struct import Struct

from sms.smpp.errors import FramingError
from sms.smpp.pdu import PDU_BYTES_MAX
from sms.smpp.status import Status

FRAME_BYTES_UNBOUND_MAX = 1_024
"""Before it is bound a peer has no use for longer PDUs, and gets no memory for them."""

_LENGTH = Struct(">I")


class Frames:
    """Takes bytes as they come and gives whole frames, at most `limit` bytes each."""

    __slots__ = ("_rest", "limit")

    def __init__(self, limit: int = PDU_BYTES_MAX) -> None:
        self._rest = b""
        self.limit = limit

    def feed(self, data: bytes) -> list[bytes]:
        """Frames that are whole now. Raises FramingError for a length that cannot be; the frames before it are lost
        with the connection, which can only be closed."""
        if self._rest:
            data = self._rest + data
        frames: list[bytes] = []
        at, size = 0, len(data)
        unpack = _LENGTH.unpack_from
        while size - at >= 4:
            (length,) = unpack(data, at)
            check_length(length, self.limit)
            if size - at < length:
                break
            frames.append(data[at : at + length])
            at += length
        self._rest = data[at:]
        return frames

    @property
    def waiting_bytes(self) -> int:
        """Bytes of a frame that is not whole yet."""
        return len(self._rest)


def check_length(length: int, longest: int) -> None:
    """Raises FramingError for a command_length that cannot be."""
    if length < 16 or length > longest:
        # In threes: logs mask a run of digits, which may be a phone's number.
        raise FramingError(
            f"a PDU of {length:,} bytes; between 16 and {longest:,} are read", Status.INVCMDLEN
        )
