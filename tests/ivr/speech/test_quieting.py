import numpy as np
import pytest

from ivr.speech.quieting import GAIN_MIN, quieted


def level_db(samples):
    return 20 * np.log10(samples.std())


def noise(seconds, rms=0.01, seed=3):
    return rms * np.random.default_rng(seed).standard_normal(int(8_000 * seconds))


def voice(seconds):
    """A tone that comes and goes, four times a second."""
    at = np.arange(int(8_000 * seconds)) / 8_000
    return 0.1 * np.sin(2 * np.pi * 700 * at) * (np.sin(2 * np.pi * 4 * at) > 0)


def test_noise_alone_is_lowered_nearly_as_far_as_it_may_be():
    assert level_db(quieted(noise(1))) - level_db(noise(1)) < 20 * np.log10(GAIN_MIN) + 4


def test_a_voice_stands_out_of_noise_by_more_than_before():
    clean = np.concatenate([np.zeros(2_400), voice(1), np.zeros(1_600)])
    heard = quieted(clean + noise(clean.size / 8_000))
    assert level_db(heard[:2_400]) < level_db(noise(0.3)) - 15
    assert np.corrcoef(heard, clean)[0, 1] > 0.99


def test_a_clean_line_is_left_as_it_is():
    clean = np.concatenate([np.zeros(2_400), voice(1), np.zeros(1_600)])
    assert np.abs(quieted(clean) - clean).max() < 0.01


@pytest.mark.parametrize("count", [0, 1, 100, 256, 1_000])
def test_as_many_samples_come_out_as_went_in(count):
    heard = quieted(np.ones(count))
    assert heard.size == count
    assert np.isfinite(heard).all()
