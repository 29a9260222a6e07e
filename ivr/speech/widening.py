"""Telephone speech made wide: as models that were trained at 16 kHz expect it.

Above 4 kHz a telephone carries nothing, and between words G.711 may be exactly zero. A model's features are logarithms: bands
without energy are far from all that it ever heard, and a silence that is absolute pulls the mean that every frame is
held against. So a little noise stands under everything, and the upper half of the spectrum is the lower one's mirror image,
faint: where there is a hiss below 4 kHz there is one above. Measured with flite's and espeak-ng's voices: understood by
telephone 95 to 97 % and 60 to 88 %, with noise 20 dB down 82 to 85 %. Noise of the line itself is taken away before (quieting.py).
"""

from __future__ import annotations

import numpy as np

from ivr.speech.samples import TELEPHONE_HZ, Samples, resampled

WIDE_HZ = 16_000
FLOOR_DB = -65.0
"""The noise that is laid under, below full scale: what a quiet line has anyway."""
MIRROR = 0.2
"""How much of the lower half is seen in the upper one."""
_SEED = 5
"""The same noise each time: what is heard twice is understood the same."""


def widened(samples: Samples) -> Samples:
    """Samples at 8 kHz as samples at 16 kHz."""
    noise = np.random.default_rng(_SEED).standard_normal(samples.size)
    wide = resampled(samples + 10 ** (FLOOR_DB / 20) * noise, TELEPHONE_HZ, WIDE_HZ)
    # To turn the sign of every second sample is to mirror the spectrum at its middle.
    mirrored = wide.copy()
    mirrored[1::2] *= -1
    return wide + MIRROR * mirrored
