import os

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


def test_a_disk_that_is_full_ends_it_with_what_is_there_and_no_error(tmp_path, monkeypatch, caplog):
    path = tmp_path / "call.wav"
    made = Recording(path, PCMA)
    for _ in range(50):
        made.add(bytes(160))
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda to, data, at: write(to, data[:100], at))
    for _ in range(120):
        made.add(bytes(160))
    made.close()
    assert made.seconds == 1
    assert caplog.messages == ["a recording ends after 1 s: No space left on device"]
    samples, _ = soundfile.read(path)
    assert len(samples) == 8000


def test_a_disk_that_takes_nothing_is_told_and_no_file_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "pwrite", lambda to, data, at: 0)
    with pytest.raises(OSError, match="No space left"):
        Recording(tmp_path / "call.wav", PCMA)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("before", "silent"), [(10, 5), (49, 9), (45, 70), (0, 5)])
def test_silence_that_is_taken_back_is_not_in_the_file(tmp_path, before, silent):
    path = tmp_path / "call.wav"
    made = Recording(path, PCMA)
    for _ in range(before):
        made.add(bytes([1]) * 160)
    for _ in range(silent):
        made.add(bytes([0xD5]) * 160)
    # Of what was silent before it began, nothing is there to take back.
    made.take_back(silent + (3 if not before else 0))
    for _ in range(4):
        made.add(bytes([2]) * 160)
    made.close()
    samples, _ = soundfile.read(path, dtype="int16")
    said = np.repeat(np.array([1] * before + [2] * 4, np.uint8), 160)
    assert (samples == decode(PCMA, said)).all()
    assert made.seconds == (before + 4) / 50
    assert path.stat().st_size == len(said) + 58


def test_a_disk_that_took_no_more_gives_nothing_back(tmp_path, monkeypatch):
    made = Recording(tmp_path / "call.wav", PCMA)
    for _ in range(50):
        made.add(bytes(160))
    monkeypatch.setattr(os, "pwrite", lambda to, data, at: 0)
    for _ in range(50):
        made.add(bytes(160))
    made.take_back(10)
    made.close()
    assert made.seconds == 1


def test_it_ends_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "RECORDING_S_MAX", 1)
    made = Recording(tmp_path / "call.wav", PCMA)
    for _ in range(60):
        made.add(bytes(160))
    made.close()
    assert made.seconds == 1
