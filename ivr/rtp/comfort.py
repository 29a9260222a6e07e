"""Comfort noise: what a line sounds like while its other end sends nothing. RFC 3389, the level alone.

The spectrum that a packet may describe is left out: on a telephone's band white noise of the right level is enough to tell that
the line is not dead.
"""

import numpy as np
from numpy.typing import NDArray

from ivr.rtp.codec import CODES, FRAME_BYTES, PCMA, PCMU

PAYLOAD_TYPE = 13
LEVELS = 128
VARIANTS = 8
"""Frames that differ, so that the noise does not hum."""
_FULL = 32_768.0
_SEED = 3389


def _made() -> NDArray[np.uint8]:
    noise = np.random.default_rng(_SEED).normal(0, 1, (VARIANTS, 1, FRAME_BYTES))
    rms = _FULL * 10 ** (-np.arange(LEVELS) / 20)
    samples = np.clip(noise * rms[:, None], -_FULL, _FULL - 1).astype(np.int16)
    return np.stack([CODES[law][samples.view(np.uint16)] for law in (PCMU, PCMA)])


FRAMES = _made()
"""Shape (2, VARIANTS, LEVELS, 160): codes of mu-law and A-law, by level below full scale in dB (section 3.1)."""


def level_of(payload: bytes) -> int | None:
    """How far below full scale the noise is, in dB; None for a payload of nothing."""
    return payload[0] & 0x7F if payload else None
