"""A call from its greeting to its goodbye, as a caller lives it."""

import pytest

from flows.program import decode, encode
from ivr.channel.call import REFUSED_TRIES_MAX, TYPED_AHEAD_MAX
from ivr.channel.notes import Notes, named, parts
from ivr.media.client import Heard
from ivr.speech.recognisers import BusyError
from tests.flows.shops import program_of
from tests.ivr.channel.telephone import FakeHearing, FakeVoice, Telephone

FLOW = """\
flow 1

shop Noodles
  number 400-800-1234
  sms code 1069
  languages en
  currency CNY
  channels voice, sms

defaults
  no input after 6s
  tries 3 then -> bye

catalog
  item 101 price 18.00 stock 40 Beef noodles | beef

anywhere
  0 person -> bye
  * start over -> start

step start
  say Welcome.
  -> main

step main
  menu What now?
    1 Order -> order
    2 Leave a message -> message

step order
  ask dish as product of catalog
    say Which dish?
  ask qty as number 1..20
    say How many {{ dish.name }}?
  add qty of dish to cart
  ask addr as address
    say Say where to, then press hash.
  set buyer.address = addr
  menu {{ cart.total|money }} to {{ buyer.address }}.
    1 Confirm -> place
    2 Cancel -> bye

step place
  place order
    when sold out -> bye
    when failed -> bye
  say Order {{ order.number }} is placed.
  send sms Order {{ order.number }} is placed.
  -> bye

step message
  ask note as text
    say Leave a message.
  tell shop {{ note }}
  -> bye

step bye
  say Goodbye.
  goodbye
"""


@pytest.fixture(scope="module")
def program():
    return program_of("", FLOW)


def test_an_order_by_keys(tmp_path, program):
    call = Telephone(tmp_path, program)
    assert call.heard() == [
        "Welcome.",
        "What now? For Order, press 1. For Leave a message, press 2.",
    ]
    call.press("1")
    assert call.heard() == ["Which dish?"]
    call.press("101")
    assert call.heard() == ["How many Beef noodles?"]
    call.press("2#")
    assert call.heard() == ["Say where to, then press hash."]
    call.listen_to_the_end()
    call.call.speech_started(100)
    call.press("#")
    assert call.heard() == []
    call.run()
    assert call.heard()[0].startswith("36.00 to ") or "recording" not in "".join(call.voice.said)
    call.press("1")
    assert call.heard() == ["Order A0001 is placed.", "Goodbye."]
    (order,) = call.store.orders("shop")
    assert (order.channel, order.address, order.total) == ("voice", "recording 123456", 3600)
    assert call.line.hung_up == []
    call.listen_to_the_end()
    assert call.line.hung_up == ["goodbye"]
    assert "Order A0001 is placed." in [text.text for text in call.texts]


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


def test_a_message_in_the_callers_own_voice_reaches_the_shop_and_is_confirmed_by_sms(
    tmp_path, program
):
    call = Telephone(tmp_path, program)
    call.press("2")
    call.listen_to_the_end()
    call.call.speech_started(100)
    call.press("#")
    call.run()
    call.press("1")
    call.turns.flush()
    assert [text for *_, text, _ in call.store.messages("shop")] == ["recording 123456"]
    (text,) = call.texts
    assert (text.source, text.destination, text.seller) == ("1069", "13800138000", "shop")
    assert (
        text.text
        == "Noodles: your message is recorded (recording 123456), and the shop will hear it."
    )


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
    call = Telephone(tmp_path, program)
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


def test_keys_typed_ahead_answer_the_questions_that_come(tmp_path, program):
    call = Telephone(tmp_path, program)
    call.call.pressed("1101")
    call.call.pressed("3#")
    for _ in range(3):
        call.turns.flush()
    # Questions that are answered already are not read out; the third one is.
    assert call.heard()[-1] == "Say where to, then press hash."
    assert len(call.media.plays) == 2


@pytest.mark.parametrize(("over", "kept"), [(0, TYPED_AHEAD_MAX), (1, TYPED_AHEAD_MAX)])
def test_so_many_keys_are_kept_ahead(tmp_path, program, over, kept):
    call = Telephone(tmp_path, program)
    call.call.pressed("1")
    call.call.pressed("7" * (TYPED_AHEAD_MAX + over))
    assert len(call.call._ahead) == kept  # noqa: SLF001  # the limit has no other sign


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


def test_when_every_recogniser_is_busy_the_caller_is_asked_for_keys(tmp_path, program):
    call = Telephone(tmp_path, program, hearing=FakeHearing(frozenset({"en"})))
    call.heard()
    call.say(BusyError())
    assert call.heard() == ["Please answer with the keys now."]
    call.press("1")
    assert call.heard() == ["Which dish?"]


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


def test_a_voice_that_has_to_work_first_is_played_when_it_is_ready(tmp_path, program):
    call = Telephone(tmp_path, program, voice=FakeVoice(unready=("Welcome",)))
    assert call.media.plays == []
    call.run()
    assert len(call.media.plays) == 1
    assert call.media.plays[0][1]


@pytest.fixture(scope="module")
def announcing():
    return program_of("", FLOW.replace("  say Welcome.", "  announce This is recorded.\n  say Hi."))


def test_an_announcement_is_heard_to_its_end_whatever_is_keyed(tmp_path, announcing):
    call = Telephone(tmp_path, announcing)
    assert call.heard() == ["This is recorded."]
    assert call.media.plays[-1][1] is False
    call.press("1")
    assert call.heard() == []
    call.listen_to_the_end()
    call.turns.flush()
    # The key was kept for the question: its text is not in the way of what it leads to.
    assert call.heard() == ["Which dish?"]


def test_what_follows_an_announcement_may_be_stopped(tmp_path, announcing):
    call = Telephone(tmp_path, announcing)
    call.heard()
    call.listen_to_the_end()
    assert call.heard()[0] == "Hi."
    assert call.media.plays[-1][1] is True
    call.listen_to_the_end()
    call.wait(6)
    assert call.heard()[-1].startswith("What now?")


def test_an_agent_who_answers_ends_an_announcement(tmp_path, announcing):
    call = Telephone(tmp_path, announcing)
    call.call.be_with_agent()
    plays = len(call.media.plays)
    call.call.played_out(plays)
    assert len(call.media.plays) == plays


def test_goodbye_is_heard_to_its_end(tmp_path, program):
    call = Telephone(tmp_path, program)
    call.press("0")
    assert call.heard()[-1] == "Goodbye."
    assert call.media.plays[-1][1] is False
    call.press("1")
    assert call.line.hung_up == []
    call.listen_to_the_end()
    assert call.line.hung_up == ["goodbye"]
    assert call.media.told[-1] == "close"


def test_a_caller_who_hangs_up_goes_on_when_calling_again(tmp_path, program):
    call = Telephone(tmp_path, program)
    call.press("1")
    call.press("101")
    call.call.lost()
    call.turns.flush()
    assert call.media.told[-1] == "close"
    assert call.line.hung_up == []


def test_a_store_that_is_busy_is_asked_again_and_then_the_caller_is_told(
    tmp_path, program, monkeypatch
):
    call = Telephone(tmp_path, program)
    call.heard()
    from center.ports import StoreBusyError

    def busy(arrivals):
        raise StoreBusyError("held")

    monkeypatch.setattr(call.store, "batch", busy)
    call.press("1")
    for _ in range(REFUSED_TRIES_MAX + 1):
        call.wait(1.1)
    assert call.heard() == ["Sorry, something went wrong. Please try again later."]
    call.listen_to_the_end()
    assert call.line.hung_up == ["goodbye"]


def test_texts_name_recordings_and_notes_find_them(tmp_path):
    notes = Notes(tmp_path, lambda most: 42)
    number, path = notes.new("a/../b")
    assert number == "000042"
    assert path.parent.parent == tmp_path
    path.write_bytes(b"RIFF")
    assert notes.find("a/../b", number) == path
    assert parts(f"to {named(number, 'en')}, today") == [
        ("to ", False),
        ("000042", True),
        (", today", False),
    ]
    assert parts(f"送到{named(number, 'zh')}。")[1] == ("000042", True)


def test_a_program_survives_its_way_through_the_store(program):
    assert decode(encode(program)) == program


class Nobody:
    """Takes hand-overs, and never answers."""

    def at_once(self, contact, effect):
        return None

    def perform(self, awaited):
        pass

    def heard(self, heard):
        pass


WAITS = (
    FLOW.replace("  0 person -> bye", "  0 person -> wait")
    + """
step wait
  hand over to sales
    when busy -> bye
    when timeout -> bye
"""
)


@pytest.mark.parametrize("how", ["lost", "fell_silent"])
def test_who_goes_while_a_person_is_waited_for_has_missed_one(tmp_path, how):
    call = Telephone(tmp_path, program_of("", WAITS), performer=Nobody())
    call.press("0")
    assert call.media.told[-1] == "music"
    getattr(call.call, how)()
    assert call.call.was_missed


def test_who_has_one_or_chose_to_be_called_or_never_waited_has_missed_nobody(tmp_path):
    def waiting():
        call = Telephone(tmp_path, program_of("", WAITS), performer=Nobody())
        call.press("0")
        return call.call

    talks, chose, menu = waiting(), waiting(), Telephone(tmp_path, program_of("", WAITS)).call
    talks.be_with_agent()
    chose.ask_aside("call_back_ask", {"minutes": 3})
    chose.pressed("1")
    for call in (talks, chose, menu):
        call.lost()
        assert not call.was_missed
