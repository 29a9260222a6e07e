"""The real Piper: a prompt that it speaks is heard again by a real recogniser, and its process is kept."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ivr.rtp.codec import PCMA, decode
from ivr.speech import piper
from ivr.speech.fragments import Fragments
from ivr.speech.pieces import Fragment
from ivr.speech.piper import Pipers
from ivr.speech.recordings import Recordings
from ivr.speech.samples import SPEECH_LEVEL_DB, from_int16, speech_level
from ivr.speech.sayable import Sayable
from ivr.speech.sphinx import Sphinx
from ivr.speech.voices import Voice, VoiceError, find_voices

MODEL = Path(".tools/piper/en_US-joe-medium.onnx")


PATIENCE_S = 180.0
SELECTED_MAX = 1_024
"""File numbers that `select.select` takes."""


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> Voice:
    """As a settings file configures it, not hurried on a busy machine. What is not there is fetched first; at once where it is."""
    subprocess.run(["scripts/piper"], check=True)
    monkeypatch.setattr(piper, "SYNTHESIS_S_MAX", PATIENCE_S)
    return find_voices({"en": f"piper:{MODEL}"})["en"]


def test_what_piper_says_on_a_call_is_understood(tmp_path: Path, voice: Voice) -> None:
    words = ("beef noodles", "cucumber salad", "start over")
    asked = Sayable("en", words, ())
    fragments = Fragments(tmp_path, {"en": voice})
    engine = Sphinx()
    try:
        for text in words:
            audio = fragments.load(Fragment(text, "en"), Recordings(None), str)
            said = from_int16(decode(PCMA, np.frombuffer(audio["al"], np.uint8)))
            assert speech_level(said) == pytest.approx(SPEECH_LEVEL_DB, abs=2)
            line = np.concatenate([np.zeros(1_600), said, np.zeros(3_200)])
            understood, _ = asked.understood(engine.hear(asked.listening, line))
            assert understood == text
    finally:
        fragments.close()


def test_one_process_says_one_text_after_the_other_and_is_replaced_when_it_dies(
    voice: Voice,
) -> None:
    with Pipers() as pipers:
        assert pipers.say(voice, "One").startswith(b"RIFF")
        (first,) = pipers.pids()
        longer = pipers.say(voice, "One, two,\nthree, four and five")
        assert pipers.pids() == [first]
        assert len(longer) > len(pipers.say(voice, "One"))
        os.kill(first, signal.SIGKILL)
        assert pipers.say(voice, "Two").startswith(b"RIFF")
        (second,) = pipers.pids()
        assert second != first
    assert pipers.pids() == []


def stand_in(folder: Path, text: str) -> Voice:
    """A program that reads as Piper does, and then does this."""
    program = folder / "piper"
    program.write_text(f"#!/bin/sh\nread line\n{text}\n")
    program.chmod(0o755)
    return Voice("piper", str(program), "1", "model.onnx", "en")


def test_a_model_that_is_none_is_told_with_pipers_own_words(tmp_path: Path) -> None:
    broken = stand_in(tmp_path, "echo 'Protobuf parsing failed' >&2; exit 1")
    with Pipers() as pipers, pytest.raises(VoiceError, match="Protobuf parsing failed"):
        pipers.say(broken, "One")


def test_one_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piper, "SYNTHESIS_S_MAX", 0.2)
    with Pipers() as pipers, pytest.raises(VoiceError, match="within"):
        pipers.say(stand_in(tmp_path, "read more"), "One")
    with Pipers() as pipers, pytest.raises(VoiceError, match="does not start"):
        pipers.say(Voice("piper", str(tmp_path / "none"), "1", "model.onnx", "en"), "One")


@pytest.fixture
def many_files() -> Iterator[None]:
    """As many as `select.select` can count to are open; more are allowed, as to a shop with calls."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < SELECTED_MAX + 256:
        pytest.skip("nobody may have more files open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (SELECTED_MAX + 256, hard))
    opened = [os.open(os.devnull, os.O_RDONLY)]
    while opened[-1] < SELECTED_MAX:
        opened.append(os.dup(opened[0]))
    yield
    for one in opened:
        os.close(one)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_it_speaks_in_a_shop_with_many_files_open(tmp_path: Path) -> None:
    speaks = stand_in(tmp_path, 'printf RIFF >"$6/1.wav"; echo "$6/1.wav"')
    with Pipers() as pipers:
        assert pipers.say(speaks, "One") == b"RIFF"


def test_one_that_was_kept_and_hangs_is_given_up_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaks = 'printf RIFF >"$6/1.wav"; echo "$6/1.wav"'
    hangs = stand_in(tmp_path, f"echo >>{tmp_path}/begun; {speaks}; read more; read end")
    with Pipers() as pipers:
        assert pipers.say(hangs, "One") == b"RIFF"
        monkeypatch.setattr(piper, "SYNTHESIS_S_MAX", 0.2)
        with pytest.raises(VoiceError, match="within"):
            pipers.say(hangs, "Two")
        assert pipers.pids() == []
    assert len((tmp_path / "begun").read_text().splitlines()) == 1
