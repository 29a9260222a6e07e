"""Voices as programs: what they are given, what they may not do, and the real one."""

import pytest

from ivr.speech import voices as v
from ivr.speech.samples import SPEECH_LEVEL_DB, speech_level
from tests.ivr.speech.shop import voices


def test_each_script_goes_to_the_voice_that_reads_it(tmp_path):
    heard = []
    pair = voices(tmp_path)

    def listen(voice, text):
        heard.append((voice.language, text.strip(" ，")))
        return v.np.zeros(8)

    v.speak("English请按九", "zh", pair, listen)
    v.speak("For 中文, press nine", "en", pair, listen)
    v.speak("您好，欢迎", "zh", pair, listen)
    assert heard == [
        ("en", "English"), ("zh", "请按九"), ("en", "For"), ("zh", "中文,"), ("en", "press nine"),
        ("zh", "您好，欢迎"),
    ]  # fmt: skip


def test_a_text_is_never_taken_for_an_option(tmp_path):
    assert v.synthesise(voices(tmp_path)["en"], "--help").size > 0


def test_a_voice_that_fails_says_so(tmp_path):
    with pytest.raises(v.VoiceError, match="cannot say that"):
        v.synthesise(voices(tmp_path)["en"], "FAIL")


def test_a_language_without_a_voice_says_what_brings_one():
    with pytest.raises(v.VoiceError, match="scripts/debian espeak-ng=espeak-ng"):
        v.speak("hello", "en", {}, v.synthesise)
    assert v.missing_languages(("zh", "en"), {}) == ("zh", "en")


@pytest.mark.parametrize("setting", ["festival:kal", "espeak-ng", "espeak-ng:"])
def test_a_voice_that_is_not_known_is_refused(setting):
    with pytest.raises(ValueError, match=r"write espeak-ng:en-gb"):
        v.find_voices({"en": setting})


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Hello, welcome to the shop"), ("zh", "重新开始，请按九")]
)
def test_espeak_speaks_both_languages_at_the_telephones_level(language, text):
    found = v.find_voices()
    samples = v.speak(text, language, found, v.synthesise)
    assert 1 < samples.size / 8_000 < 4
    assert speech_level(samples) == pytest.approx(SPEECH_LEVEL_DB, abs=2)
