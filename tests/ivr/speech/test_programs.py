import pytest

from ivr.speech.programs import check_engines, check_voices


@pytest.mark.parametrize("setting", ["whisper", "vosk:", "pocketsphinx:model"])
def test_an_engine_that_is_not_known_is_refused(setting):
    with pytest.raises(ValueError, match="write pocketsphinx or vosk:FOLDER"):
        check_engines({"en": setting})


@pytest.mark.parametrize("setting", ["festival:kal", "piper:", "espeak-ng"])
def test_a_voice_that_is_not_known_is_refused(setting):
    with pytest.raises(ValueError, match="write espeak-ng:en-gb or piper:"):
        check_voices({"en": setting})
