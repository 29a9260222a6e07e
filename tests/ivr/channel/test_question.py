"""The question that a call is at: keys, speech, silence and recordings, as a caller gives them."""

from ivr.channel.notes import Notes
from ivr.channel.utterance import LEAD_FRAMES, TAIL_FRAMES
from ivr.media.heard import Heard
from ivr.speech.recognisers import BusyError
from tests.ivr.channel.telephone import FakeHearing, Telephone


def test_an_address_in_the_buyers_own_voice_is_kept_and_confirmed_by_sms(tmp_path, program):
    call = Telephone(tmp_path, program)
    call.press("1101" + "2#")
    call.listen_to_the_end()
    call.call.speech_started(100)
    call.call.speech_ended(200)
    call.turns.flush()
    call.run()
    assert (tmp_path / "shop" / "123456.wav").exists()
    assert '"buyer": "13800138000"' in (tmp_path / "shop" / "123456.json").read_text("utf-8")
    call.press("1")
    call.turns.flush()
    assert any("we recorded your address (recording 123456)" in text.text for text in call.texts)
    assert all(text.source == "1069" for text in call.texts)


def test_a_disk_that_takes_no_recording_does_not_stop_the_call(tmp_path, program, monkeypatch):
    call = Telephone(tmp_path, program)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Notes, "describe", full)
    call.press("1101" + "2#")
    call.listen_to_the_end()
    call.call.speech_started(100)
    call.press("#")
    call.run()
    assert call.heard()[-2] == "36.00 to "
    monkeypatch.setattr(Notes, "new", full)
    assert_asked_again(Telephone(tmp_path, program))


def test_a_recording_of_which_nothing_is_on_disk_is_asked_for_again(tmp_path, program, monkeypatch):
    call = Telephone(tmp_path, program)
    monkeypatch.setattr(call.media, "end_recording", lambda _: 0.0)
    assert_asked_again(call)
    assert not list((tmp_path / "shop").iterdir())


def assert_asked_again(call):
    call.press("1101" + "2#")
    call.heard()
    call.listen_to_the_end()
    call.call.speech_started(100)
    call.call.speech_ended(200)
    call.turns.flush()
    assert call.heard()[0] == "I did not hear an answer."


def test_silence_where_an_address_is_asked_records_nothing(tmp_path, program):
    call = Telephone(tmp_path, program)
    call.press("1101" + "2#")
    call.heard()
    call.listen_to_the_end()
    assert (tmp_path / "shop" / "123456.wav").exists()
    call.wait(6)
    assert not (tmp_path / "shop" / "123456.wav").exists()
    assert call.heard()[0] == "I did not hear an answer."


def test_silence_is_told_after_the_prompt_and_not_during_it(tmp_path, program):
    call = Telephone(tmp_path, program)
    call.wait(60)
    assert call.heard() == [
        "Welcome.",
        "What now? For Order, press 1. For Leave a message, press 2.",
    ]
    call.listen_to_the_end()
    call.wait(5.9)
    assert call.heard() == []
    call.wait(0.2)
    assert call.heard()[0] == "I did not hear an answer."


def test_a_number_without_its_hash_is_taken_when_no_key_follows(tmp_path, program):
    call = Telephone(tmp_path, program)
    call.press("1")
    call.press("101")
    call.heard()
    call.press("2")
    assert call.heard() == []
    call.wait(3.1)
    assert call.heard() == ["Say where to, then press hash."]


def test_speech_that_is_understood_answers(tmp_path, program):
    call = Telephone(tmp_path, program, hearing=FakeHearing(frozenset({"en"})))
    assert call.media.told == ["listen"]
    call.heard()
    call.say("order")
    assert call.heard() == ["Which dish?"]
    call.say("beef noodles")
    assert call.heard() == ["How many Beef noodles?"]
    assert "beef noodles" in call.hearing.asked[1]


def test_speech_that_is_hardly_heard_is_not_understood(tmp_path, program):
    call = Telephone(tmp_path, program, hearing=FakeHearing(frozenset({"en"})))
    call.heard()
    call.say("order", confidence=0.2)
    assert call.heard()[0] == "Sorry, I did not understand."


def test_the_second_best_is_read_back_after_a_no(tmp_path, program):
    call = Telephone(tmp_path, program, hearing=FakeHearing(frozenset({"en"})))
    call.press("1101" + "2#")
    call.listen_to_the_end()
    call.call.speech_started(100)
    call.call.speech_ended(200)
    call.turns.flush()
    call.run()
    call.heard()
    call.say("confirm", others=("bananas", "cancel"))
    assert call.heard()[0].startswith("You said Confirm")
    call.press("2")
    assert call.heard()[0].startswith("You said Cancel")
    call.press("1")
    assert call.heard() == ["Goodbye."]


def test_a_call_without_a_recogniser_of_the_platform_is_asked_for_keys(tmp_path, program):
    call = Telephone(tmp_path, program, hearing=FakeHearing(frozenset({"en"})))
    call.line.hears = False
    call.heard()
    call.press("1")
    call.say("beef noodles")
    assert call.heard() == ["Which dish?"]
    assert call.hearing.asked == []
    assert call.media.told[-1] == "ignore"


def test_when_every_recogniser_is_busy_the_caller_is_asked_for_keys(tmp_path, program):
    call = Telephone(tmp_path, program, hearing=FakeHearing(frozenset({"en"})))
    call.heard()
    call.say(BusyError())
    assert call.heard() == ["Please answer with the keys now."]
    call.press("1")
    assert call.heard() == ["Which dish?"]


def test_a_recogniser_is_given_what_lies_around_the_loud_part_too(tmp_path, program):
    call = Telephone(tmp_path, program, hearing=FakeHearing(frozenset({"en"})))
    call.heard()
    call.hearing.answers.append(BusyError())
    call.call.speech_started(100)
    for frame in range(200):
        call.media.sink(Heard(7, frame, 8, bytes([frame]) * 160))
    call.call.speech_ended(130)
    call.run()
    given = call.hearing.codes[::160]
    assert (given[0], given[-1]) == (100 - LEAD_FRAMES, 130 + TAIL_FRAMES)


def test_a_language_that_nobody_hears_is_answered_by_keys(tmp_path, program):
    call = Telephone(tmp_path, program)
    assert "listen" not in call.media.told
    call.call.speech_started(10)
    call.call.speech_ended(20)
    assert call.hearing.asked == []


def test_keys_go_before_speech_that_is_still_being_recognised(tmp_path, program):
    call = Telephone(tmp_path, program, hearing=FakeHearing(frozenset({"en"})))
    call.heard()
    call.hearing.answers.append(BusyError())
    call.call.speech_started(20)
    call.media.sink(Heard(7, 20, 8, b"\xd5" * 160))
    call.call.speech_ended(30)
    call.press("1")
    call.run()
    assert call.heard() == ["Which dish?"]


def test_speech_that_is_recognised_after_its_question_is_dropped(tmp_path, program):
    call = Telephone(tmp_path, program, hearing=FakeHearing(frozenset({"en"})))
    call.heard()
    call.hearing.answers.append(BusyError())
    call.call.speech_started(20)
    call.media.sink(Heard(7, 20, 8, b"\xd5" * 160))
    call.call.speech_ended(30)
    call.call.lost()
    call.run()
    assert call.heard() == []


def test_the_time_for_an_answer_ends_with_its_question(tmp_path, program):
    call = Telephone(tmp_path, program)
    call.listen_to_the_end()
    call.wait(5)
    call.press("1")
    call.heard()
    call.wait(60)
    assert call.heard() == []
