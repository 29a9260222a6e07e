"""What a shop says, as audio: rendered once, recorded first, bounded in time."""

import asyncio
import json

import numpy as np
import pytest
import soundfile

from ivr.rtp.codec import PCMA, PCMU, decode
from ivr.speech.fragments import FRAME_BYTES, Fragments, join
from ivr.speech.pieces import Fragment, Pause
from ivr.speech.recordings import Recordings, text_key
from ivr.speech.speaker import ShopVoice, Voicebox
from ivr.speech.voices import VoiceError
from tests.ivr.speech.shop import NOODLES, voices


@pytest.fixture
def box(tmp_path):
    made = Voicebox(Fragments(tmp_path / "cache", voices(tmp_path)))
    yield made
    made.close()


def plain(text):
    return text


def test_a_fragment_is_rendered_once_and_then_read_by_what_it_is_made_of(tmp_path, box):
    hello = Fragment("Hello", "en")
    audio = box.fragments.load(hello, Recordings(None), plain)
    files = sorted(path.name for path in (tmp_path / "cache").rglob("*.*"))
    assert [name.rpartition(".")[2] for name in files].count("json") == 2 or len(files) == 4
    assert len(audio["al"]) == len(audio["ul"])
    # Another start, whose voice cannot run any more.
    broken = voices(tmp_path)
    (tmp_path / "flite").unlink()
    again = Fragments(tmp_path / "cache", broken)
    assert again.load(hello, Recordings(None), plain) == audio
    with pytest.raises(VoiceError):
        again.load(Fragment("Another", "en"), Recordings(None), plain)


def test_what_lies_beside_a_fragment_says_what_it_is(tmp_path, box):
    box.fragments.load(Fragment("Hello", "en"), Recordings(None), plain)
    about = json.loads(next((tmp_path / "cache").rglob("*.json")).read_text("utf-8"))
    assert (about["engine"], about["said"], about["language"]) == ("flite", "Hello", "en")
    assert about["seconds"] == pytest.approx(0.6, abs=0.1)


def test_a_buyers_own_words_are_never_written_to_disk(tmp_path, box):
    box.fragments.load(Fragment("Wensan Road", "en", known=False), Recordings(None), plain)
    assert not list((tmp_path / "cache").rglob("*.*"))


def test_both_codecs_say_the_same(box):
    audio = box.fragments.load(Fragment("Hello", "en"), Recordings(None), plain)
    a_law = decode(PCMA, np.frombuffer(audio["al"], np.uint8)).astype(float)
    mu_law = decode(PCMU, np.frombuffer(audio["ul"], np.uint8)).astype(float)
    assert np.corrcoef(a_law, mu_law)[0, 1] > 0.999


def test_joined_fragments_have_neither_clicks_nor_gaps(box):
    audio = {
        word: box.fragments.load(Fragment(word, "en"), Recordings(None), plain)
        for word in ("thirty-six", "yuan")
    }
    pieces = (Fragment("thirty-six", "en"), Fragment("yuan", "en"))
    joined = join(pieces, lambda piece: audio[piece.text], "al")
    assert len(joined) % FRAME_BYTES == 0
    samples = decode(PCMA, np.frombuffer(joined, np.uint8)).astype(float)
    seam = len(audio["thirty-six"]["al"])
    loudest = np.abs(np.diff(samples)).max()
    assert np.abs(np.diff(samples[seam - 8 : seam + 8])).max() < loudest / 5
    quiet = np.abs(samples[seam - 400 : seam + 400]) < 100
    assert quiet.sum() < 8 * 60


def test_a_pause_is_as_long_as_it_says():
    assert len(join((Pause(320),), lambda _: None, "ul")) == 320 * 8
    assert set(join((Pause(320),), lambda _: None, "ul")) == {0xFF}


def recording(folder, name, hertz=700):
    folder.mkdir(parents=True, exist_ok=True)
    tone = 0.3 * np.sin(2 * np.pi * hertz * np.arange(22_050) / 22_050)
    soundfile.write(folder / name, tone, 22_050)


@pytest.mark.parametrize(
    "name", [f"001-thanks-{text_key('Thank you, goodbye!', 'en')}.wav", "Thank you, goodbye.wav"]
)
def test_a_recording_goes_before_a_voice(tmp_path, box, name):
    recording(tmp_path / "prompts" / "en", name)
    recordings = Recordings(tmp_path / "prompts")
    bye = Fragment("Thank you, goodbye", "en")
    audio = box.fragments.load(bye, recordings, plain)
    samples = decode(PCMA, np.frombuffer(audio["al"], np.uint8)).astype(float)
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() * 8_000 / samples.size == pytest.approx(700, abs=5)
    assert recordings.find("Another text", "en") is None


def test_a_broken_recording_is_told_and_the_rest_is_rendered(tmp_path, box, caplog):
    folder = tmp_path / "prompts" / "en"
    folder.mkdir(parents=True)
    (folder / "Thank you, goodbye.wav").write_bytes(b"no sound")
    shop = ShopVoice(NOODLES, Recordings(tmp_path / "prompts"), box)
    shop.known = lambda language: [Fragment("Thank you, goodbye", "en"), Fragment("Hello", "en")]
    done = shop.render()
    assert (done.fragments, done.failed) == (2, 2)
    assert "save it as WAV" in caplog.text


def test_a_text_in_memory_is_said_at_once(box):
    shop = ShopVoice(NOODLES, Recordings(None), box)
    assert shop.ready("谢谢，再见！", "zh", "al") is None
    first = asyncio.run(shop.speak("谢谢，再见！", "zh", "al"))
    assert shop.ready("谢谢，再见！", "zh", "al") == first
    assert len(first) > 160


@pytest.mark.parametrize("words", ["FAIL Road", "SLOW Road"])
def test_a_voice_that_fails_or_is_slow_costs_its_words_and_no_more(box, words, caplog):
    shop = ShopVoice(NOODLES, Recordings(None), box)
    known = asyncio.run(shop.speak("to", "en", "al", limit_s=20))

    async def speak():
        began = asyncio.get_running_loop().time()
        audio = await shop.speak(f"to {words}", "en", "al", limit_s=0.3)
        return audio, asyncio.get_running_loop().time() - began

    audio, took_s = asyncio.run(speak())
    assert audio == known
    assert took_s < 5
    assert words not in caplog.text


def test_memory_keeps_what_was_used_last(tmp_path):
    small = Fragments(tmp_path / "cache", voices(tmp_path), memory_bytes_max=12_000)
    words = [Fragment(word, "en") for word in ("one", "two", "three")]
    for word in words:
        small.load(word, Recordings(None), plain)
    assert (
        small.find(words[0], Recordings(None)) is None
        or small.find(words[1], Recordings(None)) is None
    )
    assert small.find(words[2], Recordings(None)) is not None
