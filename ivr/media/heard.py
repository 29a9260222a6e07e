"""What calls say, on its way from the plane to those who take it: recognisers, recordings."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from center.failing import kind_of
from ivr.media.memory import HEARD_FRAMES, Memory
from ivr.media.recording import Recording
from ivr.rtp.codec import FRAME_BYTES

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """20 ms of what a call said."""

    call: int
    frame: int
    """Counted from when the call was first listened to; SpeechStarted and SpeechEnded name frames."""
    codec: int
    codes: bytes
    """160 codes of G.711; `ivr.rtp.codec.decode` makes samples of them. Silence where nothing came."""
    late: int = 0
    """How late the line was with it: so many frames right before this one are silence that the caller never made."""


Sink = Callable[[Heard], None]


class Hearers:
    """Who takes what each call says."""

    def __init__(self, memory: Memory) -> None:
        self._ring, self._ends = memory.heard, memory.heard_ends
        self._sinks: dict[int, Sink] = {}
        self._recordings: dict[int, Recording] = {}

    def give(self, call: int, sink: Sink | None) -> None:
        """Give a call's frames to this sink from now on; None: to nobody."""
        if sink is None:
            self._sinks.pop(call, None)
        else:
            self._sinks[call] = sink

    def record(self, call: int, path: Path, codec: int) -> None:
        """Write a call's frames into a file from now on. Raises OSError."""
        self._recordings[call] = Recording(path, codec)

    def records(self, call: int) -> bool:
        """Whether a call's frames go into a file."""
        return call in self._recordings

    def end(self, call: int) -> float:
        """Finish a call's file; how many seconds it holds."""
        recording = self._recordings.pop(call, None)
        if recording is None:
            return 0.0
        recording.close()
        return recording.seconds

    def forget(self, call: int) -> None:
        """A call is over."""
        self._sinks.pop(call, None)
        self.end(call)

    def close(self) -> None:
        """Finish all files."""
        for call in list(self._recordings):
            self.end(call)

    def take(self) -> None:
        """Give away all frames that the plane has handed on."""
        read, written = int(self._ends[8]), int(self._ends[0])
        while read < written:
            # As far as the ring's end, then from its start.
            start = read % HEARD_FRAMES
            some = self._ring[start : start + min(written - read, HEARD_FRAMES - start)]
            codes = some["codes"].tobytes()
            columns = (some[name].tolist() for name in ("call", "codec", "frame", "late"))
            for at, (call, codec, frame, late) in enumerate(zip(*columns, strict=True)):
                recording, sink = self._recordings.get(call), self._sinks.get(call)
                if recording is None and sink is None:
                    continue
                part = codes[at * FRAME_BYTES : (at + 1) * FRAME_BYTES]
                if recording is not None:
                    recording.take_back(late)
                    recording.add(part)
                if sink is None:
                    continue
                try:
                    sink(Heard(call, frame, codec, part, late))
                except Exception as error:  # noqa: BLE001 - else all calls would come to this frame again, and no further
                    log.error("who listens to a call failed, and hears no more: %s", kind_of(error))
                    self._sinks.pop(call, None)
            read += len(some)
            self._ends[8] = read
