"""A call's voice on file: WAV with G.711 inside, written as it comes."""

import contextlib
import errno
import logging
import os
import struct
from pathlib import Path

from ivr.rtp.codec import FRAME_BYTES, PCMA, RATE_HZ

RECORDING_S_MAX = 3_600
"""A recording ends by itself after an hour, 29 MB."""
FLUSH_BYTES = RATE_HZ
"""Written to disk each second of audio: at most that is lost with the process."""
_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
_SIZE_AT, _COUNT_AT, _DATA_AT = 4, _HEADER.size - 12, _HEADER.size - 4

log = logging.getLogger("dialcart.calls")


class Recording:
    """One file. Raises OSError where it cannot be begun; what a disk has taken is kept, and what it does not take ends it."""

    def __init__(self, path: Path, codec: int) -> None:
        self._file = path.open("w+b", buffering=0)
        self._bytes = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._is_over = False
        # Microsoft's WAVE_FORMAT_ALAW is 6, WAVE_FORMAT_MULAW 7; what is not PCM has a size of extension and a `fact` chunk.
        kind = 6 if codec == PCMA else 7
        form = (b"fmt ", 18, kind, 1, RATE_HZ, RATE_HZ, 1, 8, 0)
        sizes = (b"fact", 4, 0, b"data", 0)
        try:
            self._put(0, _HEADER.pack(b"RIFF", _HEADER.size - 8, b"WAVE", *form, *sizes))
        except OSError:
            self._file.close()
            with contextlib.suppress(OSError):
                path.unlink()
            raise

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return (self._bytes + self._waiting_bytes) / RATE_HZ

    def add(self, codes: bytes) -> None:
        """The next frame. Past RECORDING_S_MAX, or once the disk took no more, it is dropped."""
        if self._is_over or self.seconds >= RECORDING_S_MAX:
            return
        self._waiting.append(codes)
        self._waiting_bytes += len(codes)
        if self._waiting_bytes >= FLUSH_BYTES:
            self._flush()

    def take_back(self, frames: int) -> None:
        """The last so many frames are silence that the caller never made: what comes next is put in their place."""
        if self._is_over:
            return
        while frames and self._waiting:
            self._waiting_bytes -= len(self._waiting.pop())
            frames -= 1
        self._bytes = max(0, self._bytes - frames * FRAME_BYTES)

    def close(self) -> None:
        """Finish the file."""
        if not self._is_over:
            self._flush()
            os.ftruncate(self._file.fileno(), _HEADER.size + self._bytes)
        self._file.close()

    def _flush(self) -> None:
        """Append what waits; the lengths in the header are right after each, whatever comes then."""
        data, size = b"".join(self._waiting), self._bytes + self._waiting_bytes
        self._waiting, self._waiting_bytes = [], 0
        lengths = ((_SIZE_AT, _HEADER.size - 8 + size), (_COUNT_AT, size), (_DATA_AT, size))
        try:
            self._put(_HEADER.size + self._bytes, data)
            for at, value in lengths:
                self._put(at, value.to_bytes(4, "little"))
        except OSError as error:
            # Other calls go on, and what this one said so far can be heard.
            self._is_over = True
            log.error("a recording ends after %.0f s: %s", self.seconds, error.strerror)
        else:
            self._bytes = size

    def _put(self, at: int, data: bytes) -> None:
        """Write at a place of the file, all of it. Raises OSError."""
        if os.pwrite(self._file.fileno(), data, at) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
