"""G.711 as tables: A-law and mu-law to 16-bit samples and back, for any shape of array."""

import numpy as np
from numpy.typing import NDArray

PCMU = 0
PCMA = 8
"""Payload types: RFC 3551, table 4."""

RATE_HZ = 8000
FRAME_BYTES = 160
SILENCE = {PCMU: 0xFF, PCMA: 0xD5}
"""The code of the smallest positive level, by payload type."""


def _alaw_levels() -> NDArray[np.int16]:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, (code & 15) << 4
    large = (mantissa + 0x108) << np.maximum(exponent - 1, 0)
    level = np.where(exponent == 0, mantissa + 8, large)
    return np.where(code & 0x80, level, -level).astype(np.int16)


def _ulaw_levels() -> NDArray[np.int16]:
    code = ~np.arange(256) & 0xFF
    level = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -level, level).astype(np.int16)


def _segment(magnitude: NDArray[np.int64], first_end: int) -> NDArray[np.int64]:
    """The first of the eight segments, each twice as long as the one before, that holds the magnitude."""
    ends = np.array([((first_end + 1) << step) - 1 for step in range(8)])
    return np.searchsorted(ends, magnitude)


def _samples() -> NDArray[np.int64]:
    """Every 16-bit sample, in the order of its unsigned reading, so that a table is indexed by it."""
    return np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)


def _alaw_codes() -> NDArray[np.uint8]:
    sample = _samples() >> 3
    # The negative half is the ones' complement: -1 is as near to zero as 0 is.
    magnitude = np.where(sample < 0, -sample - 1, sample)
    segment = _segment(magnitude, 0x1F)
    code = (segment << 4) | ((magnitude >> np.maximum(segment, 1)) & 15)
    return (code ^ np.where(sample < 0, 0x55, 0xD5)).astype(np.uint8)


def _ulaw_codes() -> NDArray[np.uint8]:
    sample = _samples() >> 2
    magnitude = np.minimum(np.abs(sample), 8159) + 33
    segment = _segment(magnitude, 0x3F)
    code = np.where(segment > 7, 0x7F, (segment << 4) | ((magnitude >> (segment + 1)) & 15))
    return (code ^ np.where(sample < 0, 0x7F, 0xFF)).astype(np.uint8)


LEVELS = {PCMU: _ulaw_levels(), PCMA: _alaw_levels()}
"""The sample that each of the 256 codes stands for, by payload type."""
CODES = {PCMU: _ulaw_codes(), PCMA: _alaw_codes()}
"""The code of each of the 65,536 samples, indexed by the sample read as unsigned."""


def decode(payload_type: int, codes: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Samples of G.711 codes; KeyError when the payload type is not G.711."""
    return LEVELS[payload_type][codes]


def encode(payload_type: int, samples: NDArray[np.int16]) -> NDArray[np.uint8]:
    """G.711 codes of 16-bit samples; KeyError when the payload type is not G.711."""
    return CODES[payload_type][np.ascontiguousarray(samples).view(np.uint16)]


ACROSS = {
    (one, other): encode(other, LEVELS[one]) if one != other else np.arange(256, dtype=np.uint8)
    for one in LEVELS
    for other in CODES
}
"""The code of one law for each of the 256 codes of another: (from, to) payload type."""
