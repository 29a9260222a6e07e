import numpy as np
import pytest
import soundfile

from ivr.media import recording
from ivr.media.recording import Recording
from ivr.rtp.codec import PCMA, PCMU, decode


@pytest.mark.parametrize("codec", [PCMA, PCMU])
def test_others_read_what_was_written(tmp_path, codec):
    path = tmp_path / "call.wav"
    made = Recording(path, codec)
    codes = np.arange(160, dtype=np.uint8)
    for _ in range(60):
        made.add(codes.tobytes())
    made.close()
    samples, rate = soundfile.read(path, dtype="int16")
    assert rate == 8000
    assert (samples == np.tile(decode(codec, codes), 60)).all()
    assert made.seconds == 1.2


def test_a_file_that_was_never_closed_is_whole_to_the_last_second(tmp_path):
    path = tmp_path / "call.wav"
    made = Recording(path, PCMA)
    for _ in range(75):
        made.add(bytes(160))
    samples, _ = soundfile.read(path)
    assert len(samples) == 8000
    made.close()


def test_it_ends_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "RECORDING_S_MAX", 1)
    made = Recording(tmp_path / "call.wav", PCMA)
    for _ in range(60):
        made.add(bytes(160))
    made.close()
    assert made.seconds == 1
