"""Our end-pointer at work: a plane on paper, a call a trial."""

import ctypes
import mmap
import time
from collections import deque
from typing import Any

import numpy as np

from benchmarks.endpointing.scenes import Trial
from ivr.media.arena import Arena, Audio
from ivr.media.datagrams import ROW_BYTES
from ivr.media.memory import lay_out, size_of
from ivr.media.messages import Event, Listen, Open, Play, SpeechStarted
from ivr.media.plane import Plane
from ivr.media.settings import FRAME_S, Settings
from ivr.media.traffic import Arrived
from ivr.rtp.codec import FRAME_BYTES, PCMA, decode, encode
from ivr.rtp.packet import HEADER_BYTES
from ivr.speech.samples import from_int16, to_int16

ECHO_FRAMES = 2
"""A prompt's echo comes so much later."""
BUFFERED_S = FRAME_S
"""A frame is taken out of the buffer one tick after it came."""


class Line:
    """A plane on paper, a call a trial."""

    def __init__(self, prompts: list[bytes], calls: int) -> None:
        settings = Settings(calls=-(-calls // 10) * 10, prompts_s=120)
        memory = lay_out(mmap.mmap(-1, size_of(settings)), settings)
        arena = Arena(memory.codes, memory.sums, memory.energies)
        self._prompts = [arena.take(Audio(codes, PCMA), PCMA) for codes in prompts]
        self._settings, self._columns = settings, memory.columns
        self._events: list[Event] = []
        self.plane = Plane(memory, settings, self._events.append)
        self.cpu_s = 0.0

    def run(self, trials: list[Trial]) -> list[list[float]]:
        """Let all calls go through at once; when each was told to begin to speak, and what was heard is kept."""
        plane = self.plane
        for slot, trial in enumerate(trials):
            call = 1 << 16 | slot
            plane.carry_out(_opened(call), 0.0)
            plane.carry_out(Listen(call, True, 0.8), 0.0)
            if trial.prompt is not None:
                segments = (self._prompts[trial.prompt],)
                plane.carry_out(Play(call, slot + 1, segments, False, True), 0.0)
        count = len(trials)
        frames = min(len(trial.said) for trial in trials) // FRAME_BYTES
        said = np.stack([trial.said[: frames * FRAME_BYTES] for trial in trials])
        gains = np.array([0.0 if t.prompt is None else 10 ** (t.echo_db / 20) for t in trials])[
            :, None
        ]
        echoes: deque[np.ndarray[Any, Any]] = deque()
        heard = np.empty((count, frames * FRAME_BYTES), np.uint8)
        starts: list[list[float]] = [[] for _ in trials]
        for frame in range(frames):
            now = (frame + 1) * FRAME_S
            sent = np.zeros((count, FRAME_BYTES))
            for group in range(self._settings.groups):
                leaving = plane.speak(group, now)
                for row in leaving.rows.tolist():
                    codes = ctypes.string_at(int(leaving.addresses[row]), FRAME_BYTES)
                    levels = decode(PCMA, np.frombuffer(codes, np.uint8))
                    sent[leaving.first + row] = from_int16(levels)
            echoes.append(sent)
            span = slice(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES)
            samples = said[:, span].copy()
            if len(echoes) > ECHO_FRAMES:
                samples += gains * echoes.popleft()
            heard[:, span] = encode(PCMA, to_int16(samples))
            plane.hear(self._arrived(heard[:, span], frame), now)
            began = time.process_time()
            for group in range(self._settings.groups):
                plane.listen(group, now)
            self.cpu_s += time.process_time() - began
            for event in self._events:
                if isinstance(event, SpeechStarted):
                    starts[event.call & 0xFFFF].append(event.at)
            self._events.clear()
        for trial, codes in zip(trials, heard, strict=True):
            trial.heard = codes.tobytes()
        # The buffer's two frames are the line's delay, not the end-pointer's.
        return [[at - BUFFERED_S for at in each] for each in starts]

    def _arrived(self, codes: np.ndarray[Any, Any], frame: int) -> Arrived:
        count = len(codes)
        rows = np.zeros((count, ROW_BYTES), np.uint8)
        header = bytes((0x80, PCMA)) + (frame & 0xFFFF).to_bytes(2)
        header += (frame * FRAME_BYTES).to_bytes(4) + bytes(4)
        rows[:, :HEADER_BYTES] = np.frombuffer(header, np.uint8)
        rows[:, HEADER_BYTES : HEADER_BYTES + FRAME_BYTES] = codes
        return Arrived(
            rows,
            np.full(count, HEADER_BYTES + FRAME_BYTES, np.int64),
            (self._settings.port + 2 * np.arange(count)).astype(np.uint16),
            np.full(count, 7, np.uint32),
            np.full(count, 4_000, np.uint16),
        )


def _opened(call: int) -> Open:
    return Open(
        call=call, codec=PCMA, remote_ip=7, remote_port=4_000, control_port=0, latch=False, sends=True, hears=True,
        events=(), first_limit_s=0, limit_s=0, tones=False, ssrc=1, sequence=0, timestamp=0,
    )  # fmt: skip
