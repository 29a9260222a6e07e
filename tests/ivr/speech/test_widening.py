import numpy as np

from ivr.speech.samples import Samples
from ivr.speech.widening import FLOOR_DB, MIRROR, WIDE_HZ, widened


def level_db(samples: Samples) -> float:
    return float(10 * np.log10((samples**2).mean()))


def band_db(samples: Samples, low_hz: float, high_hz: float) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    at = np.fft.rfftfreq(samples.size, 1 / WIDE_HZ)
    return float(10 * np.log10(power[(at > low_hz) & (at < high_hz)].sum()))


def test_silence_is_as_quiet_as_a_line_and_never_nothing():
    wide = widened(np.zeros(8_000))
    assert wide.size == 16_000
    assert abs(level_db(wide) - FLOOR_DB) < 1


def test_the_upper_half_mirrors_the_lower_one_faintly():
    wide = widened(0.5 * np.sin(2 * np.pi * 3_000 * np.arange(8_000) / 8_000))
    faint = band_db(wide, 4_900, 5_100) - band_db(wide, 2_900, 3_100)
    assert abs(faint - 20 * np.log10(MIRROR)) < 0.5


def test_the_same_sound_is_widened_the_same():
    assert np.array_equal(widened(np.ones(100)), widened(np.ones(100)))
