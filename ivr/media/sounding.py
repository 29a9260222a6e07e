"""Keys as they sound, for the other end that knows no telephone-events."""

import numpy as np

from ivr.media.arena import Audio
from ivr.rtp.codec import RATE_HZ, SILENCE, encode
from ivr.rtp.tones import make

TONE_S = 0.1
GAP_S = 0.08
AMPLITUDE = 4_000.0
"""Of each of the two tones: about -12 dBm0 together."""


def sounding(keys: str, codec: int) -> Audio:
    """Keys one after the other, each with a pause after it."""
    gap = bytes([SILENCE[codec]]) * round(GAP_S * RATE_HZ)
    tones = (make(key, round(TONE_S * RATE_HZ), AMPLITUDE) for key in keys)
    codes = (encode(codec, tone.astype(np.int16)).tobytes() for tone in tones)
    return Audio(b"".join(code + gap for code in codes), codec)
