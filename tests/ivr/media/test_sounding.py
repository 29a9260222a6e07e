"""Keys that are sounded are the keys that are heard."""

import numpy as np

from ivr.media.sounding import sounding
from ivr.rtp import tones
from ivr.rtp.codec import PCMU, decode
from ivr.rtp.event import KEYS


def test_keys_that_sound_are_found_in_the_audio() -> None:
    audio = sounding("0159*#D", PCMU)
    samples = decode(PCMU, np.frombuffer(audio.codes, np.uint8)).astype(np.float32)
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 1, 160)
    state = tones.fresh(1)
    told = [int(tones.listen(state, frame)[0]) for frame in frames]
    assert "".join(KEYS[code] for code in told if code != tones.NO_KEY) == "0159*#D"
