"""What a caller on hold hears: a slow tune of our own, made of sines, so that nobody's rights are in it."""

from __future__ import annotations

from functools import cache

import numpy as np

from ivr.rtp.codec import encode

RATE_HZ = 8_000
NOTE_S = 0.5
LEVEL = 2_400
"""Of 32,767: quieter than speech, for it is heard for long."""
TUNE = (
    0,
    4,
    7,
    12,
    9,
    7,
    4,
    2,
    0,
    5,
    9,
    12,
    11,
    7,
    2,
    7,
    -3,
    0,
    4,
    9,
    7,
    4,
    0,
    2,
    4,
    7,
    9,
    7,
    4,
    2,
    0,
    0,
)
"""Semitones above a."""
A_HZ = 440.0
PARTIALS = ((1.0, 1.0), (2.0, 0.25), (3.0, 0.1))
"""Multiple of the frequency, and how loud."""


@cache
def hold_music(payload_type: int) -> bytes:
    """One round of the tune in G.711 (0: mu-law, 8: A-law), to be played over and over."""
    length = int(NOTE_S * 2 * RATE_HZ)
    at = np.arange(length) / RATE_HZ
    # Each note rings on into the next.
    swell = np.minimum(at / 0.03, 1.0) * np.exp(-2.5 * at)
    total = np.zeros(int(NOTE_S * RATE_HZ) * len(TUNE))
    for place, semitones in enumerate(TUNE):
        frequency = A_HZ * 2 ** (semitones / 12)
        note = sum(
            (
                volume * np.sin(2 * np.pi * multiple * frequency * at)
                for multiple, volume in PARTIALS
            ),
            np.zeros(length),
        )
        start = place * int(NOTE_S * RATE_HZ)
        # What rings past the end is heard at the beginning: the tune goes round without a gap.
        places = np.arange(start, start + length) % len(total)
        total[places] += note * swell
    samples = total / np.abs(total).max() * LEVEL
    return encode(payload_type, samples.astype(np.int16)).tobytes()
