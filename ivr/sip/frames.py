"""Cuts a stream into SIP messages. RFC 3261, section 18.3; keepalives of RFC 5626, section 3.5.1.

A frame is a whole message by its Content-Length. Between messages stand keepalives: two line ends ask (a ping), one
answers (a pong). A message without Content-Length, or one that is too long, leaves no place to go on from.
"""

from __future__ import annotations

import re

from ivr.sip.errors import FramingError
from ivr.sip.message import HEADER_BYTES_MAX, MESSAGE_BYTES_MAX

PING = b"\r\n\r\n"
PONG = b"\r\n"

_length = re.compile(
    rb"\r\n(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,9})[ \t]*(?=\r\n)", re.IGNORECASE
)


class Frames:
    """Takes bytes as they come."""

    __slots__ = ("_buffer", "pings", "pongs")

    def __init__(self) -> None:
        self._buffer = b""
        self.pings = 0
        """Pings that are not answered yet; the owner takes them back to 0."""
        self.pongs = 0

    @property
    def partial(self) -> bool:
        """Whether a message has begun that is not whole yet."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole by now, in order. Raises FramingError; then close."""
        buffer = self._buffer + data if self._buffer else data
        found: list[bytes] = []
        while buffer:
            if buffer[0] in b"\r\n":
                buffer, enough = self._skip(buffer)
                if not enough:
                    break
                continue
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(buffer) > HEADER_BYTES_MAX:
                    raise FramingError("no end of headers")
                break
            if end > HEADER_BYTES_MAX:
                raise FramingError("headers too long")
            lengths = _length.findall(buffer, 0, end + 2)
            if len(lengths) != 1:
                raise FramingError("a stream needs one Content-Length in each message")
            total = end + 4 + int(lengths[0])
            if total > MESSAGE_BYTES_MAX:
                raise FramingError("message too long")
            if len(buffer) < total:
                break
            found.append(buffer[:total])
            buffer = buffer[total:]
        self._buffer = buffer
        return found

    def _skip(self, buffer: bytes) -> tuple[bytes, bool]:
        """Take line ends off the front; whether what is left can be looked at."""
        if buffer.startswith(PING):
            self.pings += 1
            return buffer[4:], True
        if PING.startswith(buffer):
            # One line end may be a pong, or half of a ping; what follows tells. Alone it is taken for a pong.
            if buffer == PONG:
                self.pongs += 1
                return b"", False
            return buffer, False
        if buffer.startswith(PONG):
            self.pongs += 1
            return buffer[2:], True
        raise FramingError("a stray line end")
