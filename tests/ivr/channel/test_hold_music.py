"""Music on hold."""

import numpy as np
import pytest

from ivr.channel.hold_music import LEVEL, NOTE_S, RATE_HZ, TUNE, hold_music
from ivr.rtp.codec import decode


@pytest.mark.parametrize("payload_type", [0, 8])
def test_the_tune_goes_round_without_a_gap_or_a_click(payload_type: int):
    codes = np.frombuffer(hold_music(payload_type), np.uint8)
    samples = decode(payload_type, codes).astype(float)

    assert len(samples) == len(TUNE) * NOTE_S * RATE_HZ
    assert len(samples) % 160 == 0
    assert 0.9 * LEVEL < np.abs(samples).max() < 1.1 * LEVEL
    steps = np.abs(np.diff(samples))
    assert abs(samples[0] - samples[-1]) <= steps.max()
    loudness = samples.reshape(-1, RATE_HZ // 5).std(axis=1)
    assert loudness.min() > 0.02 * LEVEL
