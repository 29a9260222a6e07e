"""Speech as samples: read from files, brought to the telephone's rate, loudness and bandwidth, cut to the spoken part.

Samples are mono float64 from -1 to 1. Levels are in dB below full scale (dBov); G.711 lays full scale at +3.14 dBm0, so
speech at SPEECH_LEVEL_DB is what a telephone network expects.
"""

from __future__ import annotations

import io
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

TELEPHONE_HZ = 8_000
SPEECH_LEVEL_DB = -20.0
"""Level of the spoken parts, silences left out (ITU-T P.56 measures so)."""
PEAK_LEVEL_DB = -1.0
GAIN_DB_MAX = 30.0
"""What is quieter than this below the wanted level is noise and is not raised."""
RECORDING_SECONDS_MAX = 120
RECORDING_HZ_MAX = 96_000
RECORDING_CHANNELS_MAX = 2
"""Silence in many channels is a small file and gigabytes of samples."""
BAND_HZ = 3_600
"""Highest frequency that is kept: the edge of what 8 kHz can carry, less the filter's slope."""
EDGE_MS = 4
"""Fade at both ends, so that what is joined does not click."""
MARGIN_MS = 12
"""Silence left before and after the spoken part."""
ACTIVE_BELOW_DB = 40.0
"""A frame this far below the loudest one is silence."""

_FRAME_MS = 10
_ZEROS = 24
"""Zero crossings of the resampling filter on each side: its slope is 400 Hz at 8 kHz."""
_KAISER_BETA = 8.0
"""Stop band of the filter 80 dB down."""

Samples = NDArray[np.float64]


class RecordingError(ValueError):
    """The file is no recording that can be read."""


def read_recording(content: bytes, name: str) -> tuple[Samples, int]:
    """Samples and their rate in Hz, of WAV, FLAC, Ogg or MP3. Raises RecordingError with what to do instead."""
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate = int(file.samplerate)
            if rate > RECORDING_HZ_MAX or file.channels > RECORDING_CHANNELS_MAX:
                raise RecordingError(
                    f"{name} has {file.channels} channels at {rate} Hz; save it as mono at 48000 Hz or less"
                )
            if file.frames > RECORDING_SECONDS_MAX * rate:
                raise RecordingError(
                    f"{name} lasts longer than {RECORDING_SECONDS_MAX} s; cut it into several texts"
                )
            read = np.asarray(file.read(dtype="float64", always_2d=True), np.float64)
    except soundfile.LibsndfileError as error:
        raise RecordingError(f"{name} cannot be read ({error}); save it as WAV") from None
    if read.shape[0] == 0:
        raise RecordingError(f"{name} is empty; record it again")
    return read.mean(axis=1), rate


def for_telephone(samples: Samples, rate_hz: int) -> Samples:
    """Speech at 8 kHz and SPEECH_LEVEL_DB, its silences at both ends cut, its edges faded."""
    return faded(levelled(spoken_part(without_offset(resampled(samples, rate_hz, TELEPHONE_HZ)))))


def resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """The same sound at another rate, with nothing above the lower rate's half folded back.

    A polyphase filter: each output sample is a row of a windowed sinc times the input around it.
    """
    if from_hz == to_hz or samples.size == 0:
        return samples
    ratio = Fraction(to_hz, from_hz)
    taps, reach = _filter(ratio.numerator, ratio.denominator, to_hz)
    count = -(-samples.size * ratio.numerator // ratio.denominator)
    padded = np.concatenate([np.zeros(reach), samples, np.zeros(reach + 1)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    positions = np.arange(count) * ratio.denominator
    out = np.empty(count)
    for phase in range(min(ratio.numerator, count)):
        chosen = positions[phase :: ratio.numerator]
        # All outputs of one phase lie at the same place between two inputs, so they share one row of taps.
        rows = windows[chosen // ratio.numerator]
        out[phase :: ratio.numerator] = rows @ taps[chosen[0] % ratio.numerator]
    return out


@lru_cache(maxsize=32)
def _filter(up: int, down: int, to_hz: int) -> tuple[Samples, int]:
    """Taps by phase, and how many inputs they reach to either side."""
    cutoff = min(up, down) / down * (2 * BAND_HZ / TELEPHONE_HZ if to_hz == TELEPHONE_HZ else 0.92)
    if up > down:
        cutoff = 0.92
    reach = int(np.ceil(_ZEROS / cutoff))
    offsets = np.arange(-reach, reach + 1)
    phases = np.arange(up)[:, None] / up
    distance = offsets[None, :] - phases
    span = np.clip(1 - (distance / (reach + 1)) ** 2, 0, None)
    window = np.i0(_KAISER_BETA * np.sqrt(span)) / np.i0(_KAISER_BETA)
    taps = cutoff * np.sinc(cutoff * distance) * window
    return taps / taps.sum(axis=1, keepdims=True), reach


def without_offset(samples: Samples) -> Samples:
    """The samples around zero: an offset would click at every joint."""
    return samples - samples.mean() if samples.size else samples


def spoken_part(samples: Samples, rate_hz: int = TELEPHONE_HZ) -> Samples:
    """From just before the first sound to just after the last one."""
    levels = frame_levels(samples, rate_hz)
    if levels.size == 0 or levels.max() <= -90:
        return samples
    active = np.flatnonzero(levels > levels.max() - ACTIVE_BELOW_DB)
    frame, margin = rate_hz * _FRAME_MS // 1_000, rate_hz * MARGIN_MS // 1_000
    first = max(0, int(active[0]) * frame - margin)
    last = min(samples.size, (int(active[-1]) + 1) * frame + margin)
    return samples[first:last]


def frame_levels(samples: Samples, rate_hz: int = TELEPHONE_HZ) -> Samples:
    """The level of each 10 ms, in dB."""
    frame = rate_hz * _FRAME_MS // 1_000
    whole = samples[: samples.size // frame * frame].reshape(-1, frame)
    return 10 * np.log10(np.maximum((whole**2).mean(axis=1), 1e-10))


def speech_level(samples: Samples, rate_hz: int = TELEPHONE_HZ) -> float:
    """The level of the spoken parts alone, in dB; silence is -100."""
    levels = frame_levels(samples, rate_hz)
    if levels.size == 0:
        return -100.0
    active = levels[levels > levels.max() - ACTIVE_BELOW_DB / 2]
    return float(10 * np.log10((10 ** (active / 10)).mean()))


def levelled(samples: Samples) -> Samples:
    """The samples at SPEECH_LEVEL_DB; no sample above PEAK_LEVEL_DB, where less gain is taken instead."""
    if samples.size == 0:
        return samples
    gain_db = SPEECH_LEVEL_DB - speech_level(samples)
    if gain_db > GAIN_DB_MAX:
        return samples
    scaled = samples * 10 ** (gain_db / 20)
    peak = float(np.abs(scaled).max())
    highest = 10 ** (PEAK_LEVEL_DB / 20)
    return scaled * (highest / peak) if peak > highest else scaled


def faded(samples: Samples) -> Samples:
    """The samples with a raised cosine over both edges, so that they begin and end at zero."""
    edge = min(TELEPHONE_HZ * EDGE_MS // 1_000, samples.size // 2)
    if edge == 0:
        return samples
    slope = 0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)
    out = samples.copy()
    out[:edge] *= slope
    out[out.size - edge :] *= slope[::-1]
    return out


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """16-bit samples, as codecs take them."""
    return np.round(np.clip(samples, -1, 1) * 32_767).astype(np.int16)


def from_int16(samples: NDArray[np.int16]) -> Samples:
    """Samples from -1 to 1."""
    return samples.astype(np.float64) / 32_768
