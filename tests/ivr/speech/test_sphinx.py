"""pocketsphinx within one process."""

import subprocess

from grammars.spoken import codes_grammar
from ivr.rtp.codec import PCMU
from ivr.speech.pronouncing import pronounce
from ivr.speech.recognition import Request
from ivr.speech.sayable import Sayable
from ivr.speech.sphinx import Sphinx
from ivr.speech.worker import said as heard
from tests.ivr.speech.calls import said


def test_a_word_that_could_not_be_pronounced_in_time_is_tried_again(tmp_path, monkeypatch):
    asked = Sayable("en", ("karibu", "plimsoll", "gumboot"), ()).listening
    samples = heard(Request(asked, said("plimsoll", tmp_path), PCMU))
    pronounce.cache_clear()
    engine = Sphinx()
    with monkeypatch.context() as busy:
        busy.setattr("ivr.speech.pronouncing.PRONOUNCE_S_MAX", 0.0)
        assert "plimsoll" not in engine.hear(asked, samples).text
    assert engine.hear(asked, samples).text == "plimsoll"
    # And is then known.
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: None)
    assert engine.hear(asked, samples).text == "plimsoll"


def test_what_a_caller_really_said_may_be_the_second_best(tmp_path):
    """`buy` by this voice is likelier a "nine": a caller who is asked whether they said that says no, and is asked this."""
    asked = Sayable(
        "en", ("Order", "Order status", "buy"), (("digits", codes_grammar(["9"], "en")),)
    )
    words = Sphinx().hear(
        asked.listening, heard(Request(asked.listening, said("buy", tmp_path), PCMU))
    )
    assert asked.understood(words)[0] == "9"
    assert asked.second(words, "9") == "buy"
