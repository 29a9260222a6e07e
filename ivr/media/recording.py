"""A call's voice on file: WAV with G.711 inside, written as it comes."""

import struct
from pathlib import Path

from ivr.rtp.codec import PCMA, RATE_HZ

RECORDING_S_MAX = 3_600
"""A recording ends by itself after an hour, 29 MB."""
FLUSH_BYTES = RATE_HZ
"""Written to disk each second of audio: at most that is lost with the process."""
_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
_SIZE_AT, _COUNT_AT, _DATA_AT = 4, _HEADER.size - 12, _HEADER.size - 4


class Recording:
    """One file. Raises OSError where it cannot be written."""

    def __init__(self, path: Path, codec: int) -> None:
        self._file = path.open("w+b")
        self._bytes = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        # Microsoft's WAVE_FORMAT_ALAW is 6, WAVE_FORMAT_MULAW 7; what is not PCM has a size of extension and a `fact` chunk.
        self._file.write(
            _HEADER.pack(
                b"RIFF",
                _HEADER.size - 8,
                b"WAVE",
                b"fmt ",
                18,
                6 if codec == PCMA else 7,
                1,
                RATE_HZ,
                RATE_HZ,
                1,
                8,
                0,
                b"fact",
                4,
                0,
                b"data",
                0,
            )
        )

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return (self._bytes + self._waiting_bytes) / RATE_HZ

    def add(self, codes: bytes) -> None:
        """The next frame. Past RECORDING_S_MAX it is dropped."""
        if self.seconds >= RECORDING_S_MAX:
            return
        self._waiting.append(codes)
        self._waiting_bytes += len(codes)
        if self._waiting_bytes >= FLUSH_BYTES:
            self._flush()

    def close(self) -> None:
        """Finish the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        """Append what waits; the lengths in the header are right after each, whatever comes then."""
        self._file.write(b"".join(self._waiting))
        self._bytes += self._waiting_bytes
        self._waiting, self._waiting_bytes = [], 0
        for at, value in (
            (_SIZE_AT, _HEADER.size - 8 + self._bytes),
            (_COUNT_AT, self._bytes),
            (_DATA_AT, self._bytes),
        ):
            self._file.seek(at)
            self._file.write(value.to_bytes(4, "little"))
        self._file.seek(0, 2)
        self._file.flush()
