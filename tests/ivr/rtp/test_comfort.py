import numpy as np
import pytest

from ivr.rtp import comfort
from ivr.rtp.codec import PCMA, PCMU, decode


@pytest.mark.parametrize("law", [0, 1])
@pytest.mark.parametrize("level", [20, 40, 60])
def test_noise_is_as_loud_as_it_was_told_to_be(law, level):
    codes = comfort.FRAMES[law, :, level]
    samples = decode((PCMU, PCMA)[law], codes).astype(float)
    rms = np.sqrt((samples**2).mean())
    assert 20 * np.log10(32_768 / rms) == pytest.approx(level, abs=1)


def test_frames_differ():
    assert len({frame.tobytes() for frame in comfort.FRAMES[0, :, 40]}) == comfort.VARIANTS


@pytest.mark.parametrize(
    ("payload", "level"), [(b"\x40", 64), (b"\xc0\x01\x02", 64), (b"\x00", 0), (b"", None)]
)
def test_the_level_is_the_first_byte(payload, level):
    assert comfort.level_of(payload) == level
