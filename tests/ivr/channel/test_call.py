"""A call from its greeting to its goodbye, as a caller lives it."""

import re

import pytest

from center.limits.guard import CODE_S_MAX, CODE_SILENCES_MAX, Guard
from center.limits.policy import Policies, Policy
from center.ports import StoreBusyError
from center.unconfirmed import GIVEN_UP, GIVEN_UP_S
from flows.inputs import Outcome
from flows.packed import decode, encode
from ivr.channel.call import (
    HUNG_UP_TRIES_MAX,
    OUTCOME_S_MAX,
    QUIET_S_MAX,
    REFUSED_TRIES_MAX,
    TYPED_AHEAD_MAX,
)
from tests.flows.shops import program_of
from tests.ivr.channel.noodles import FLOW
from tests.ivr.channel.telephone import Telephone


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
    call.call.person.join()
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


def busy(arrivals):
    """As a store whose disk is full."""
    raise StoreBusyError("held")


def test_a_store_that_is_busy_is_asked_again_and_then_the_caller_is_told(
    tmp_path, program, monkeypatch
):
    call = Telephone(tmp_path, program)
    call.heard()
    monkeypatch.setattr(call.store, "batch", busy)
    call.press("1")
    for _ in range(REFUSED_TRIES_MAX + 1):
        call.wait(1.1)
    assert call.heard() == ["Sorry, something went wrong. Please try again later."]
    call.listen_to_the_end()
    assert call.line.hung_up == ["goodbye"]


@pytest.mark.parametrize("calls_again", [False, True])
def test_that_a_line_went_down_is_kept_when_the_store_can_unless_they_call_again(
    tmp_path, program, monkeypatch, calls_again
):
    call = Telephone(tmp_path, program)
    call.press("1")
    call.press("101")
    call.press("2#")
    with monkeypatch.context() as held:
        held.setattr(call.store, "batch", busy)
        call.call.lost()
        call.turns.flush()
    assert not call.texts
    call.next_call = object() if calls_again else None
    call.wait(1.1)
    assert ["cut off" in text.text for text in call.texts] == ([] if calls_again else [True])


def test_a_store_that_is_busy_for_long_is_told_of_a_line_that_went_down_a_few_times(
    tmp_path, program, monkeypatch
):
    call = Telephone(tmp_path, program)
    tries = []

    def is_busy(arrivals):
        tries.append(call.clock.now)
        busy(arrivals)

    monkeypatch.setattr(call.store, "batch", is_busy)
    call.call.lost()
    for _ in range(600):
        call.wait(1.0)
    assert len(tries) == 1 + HUNG_UP_TRIES_MAX
    assert 240 < tries[-1] - tries[0] < 300


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


@pytest.mark.parametrize(
    ("language", "wait_s", "told"),
    [
        ("en", 10.0, "Everybody is busy, for about 1 more minute. Please stay on the line."),
        ("en", 150.0, "Everybody is busy, for about 2 more minutes. Please stay on the line."),
        ("zh", 10.0, "客服正忙，大约还要等1分钟。请不要挂机。"),
        ("zh", 150.0, "客服正忙，大约还要等2分钟。请不要挂机。"),
    ],
)
def test_a_caller_who_waits_is_told_how_long_and_to_stay_on_the_line(
    tmp_path, language, wait_s, told
):
    flow = program_of("", WAITS.replace("languages en", f"languages {language}"))
    phone = Telephone(tmp_path, flow, performer=Nobody())
    phone.press("0")
    phone.call.person.say("agent_wait", wait_s)
    assert phone.voice.said[-1] == told


def test_a_caller_who_waits_hears_the_sellers_own_words_until_a_person_has_the_call(tmp_path):
    phone = Telephone(tmp_path, program_of("", WAITS), performer=Nobody())
    phone.press("0")
    phone.call.person.tell(["Dumplings today.", "Buy two, get three."])
    assert phone.voice.said[-2:] == ["Dumplings today.", "Buy two, get three."]
    phone.call.person.join()
    phone.call.person.tell(["Not any more."])
    assert phone.voice.said[-1] != "Not any more."


def test_who_has_one_or_chose_to_be_called_or_never_waited_has_missed_nobody(tmp_path):
    def waiting():
        call = Telephone(tmp_path, program_of("", WAITS), performer=Nobody())
        call.press("0")
        return call.call

    talks, held, chose = waiting(), waiting(), waiting()
    menu = Telephone(tmp_path, program_of("", WAITS)).call
    talks.person.join()
    held.person.join()
    held.person.hold()
    chose.person.ask("call_back_ask", 180.0)
    chose.pressed("1")
    for call in (talks, held, chose, menu):
        call.lost()
        assert not call.was_missed


def test_a_call_to_one_who_writes_ends_with_its_agent(tmp_path):
    phone = Telephone(tmp_path, program_of("", WAITS), performer=Nobody(), writes=True)
    phone.call.person.join()
    phone.call.person.leave()
    assert phone.line.hung_up == ["the agent is done"]
    phone.turns.flush()
    assert phone.store.talks("shop", 10) == [], "the flow of one who writes hears nothing of it"


def test_a_call_that_waited_for_its_agent_hears_music_and_then_the_flow(tmp_path):
    phone = Telephone(tmp_path, program_of("", WAITS), performer=Nobody())
    phone.press("0")
    phone.call.person.join()
    phone.call.person.leave()
    assert phone.media.told[-1] == "music"
    assert phone.line.hung_up == []


def test_the_platform_is_told_of_each_part_of_a_call(tmp_path):
    phone = Telephone(tmp_path, program_of("", WAITS), performer=Nobody())
    phone.press("0")
    phone.call.person.join()
    phone.call.person.leave()
    assert phone.line.phases == ["menu", "wait", "talk", "wait"]
    back = Telephone(tmp_path, program_of("", WAITS), performer=Nobody(), writes=True)
    back.call.person.join()
    assert back.line.phases == ["wait", "talk"]


def test_who_could_not_be_sent_on_is_still_here_and_that_is_told_once(tmp_path):
    phone = Telephone(tmp_path, program_of("", WAITS), performer=Nobody())
    sent, failed = [], []
    phone.line.send_to = sent.append
    phone.call.person.send_on("95588", failed.append)
    phone.call.person.not_sent_on("486")
    phone.call.person.not_sent_on("486")
    assert (sent, failed) == (["95588"], ["486"])


class Slow:
    """A partner that does not answer."""

    def at_once(self, contact, effect):
        return None

    def heard(self, heard):
        pass

    def perform(self, awaited):
        self.awaited = awaited


PAYS = FLOW.replace(
    """step message
""",
    """step message
  pay 18.00
    when declined -> bye
    when timeout -> bye
    when failed -> bye
""",
)


def test_a_call_waits_for_an_outcome_so_long_whatever_is_said_or_keyed_meanwhile(tmp_path):
    call = Telephone(tmp_path, program_of("", PAYS), performer=Slow())
    call.press("2")
    call.listen_to_the_end()
    call.wait(OUTCOME_S_MAX - 10)
    call.call.speech_started(4_000)
    call.press("12#")
    call.call.speech_ended(4_060)
    call.wait(9)
    assert call.line.hung_up == []
    call.wait(2)
    assert call.line.hung_up == ["no outcome came"]


def test_an_outcome_that_came_is_waited_for_no_longer(tmp_path):
    slow = Slow()
    call = Telephone(tmp_path, program_of("", PAYS), performer=slow)
    call.press("2")
    call.turns.settle(slow.awaited[0], Outcome("ok"), int(call.clock.now))
    call.turns.flush()
    call.wait(OUTCOME_S_MAX + 1)
    assert "no outcome came" not in call.line.hung_up
    assert "Leave a message." in call.heard()


ASKS = FLOW.replace(
    "step start\n", "service crm\n  look_up(phone) -> points number\n\nstep start\n", 1
).replace(
    """step message
""",
    """step message
  request card = crm.look_up(buyer.number)
    when failed -> bye
  say You have {{ card.points }} points.
""",
)


def test_a_caller_who_waits_for_a_partner_hears_so_then_music_and_then_the_answer(tmp_path):
    slow = Slow()
    call = Telephone(tmp_path, program_of("", ASKS), performer=slow)
    call.press("2")
    call.listen_to_the_end()
    call.heard()
    call.wait(QUIET_S_MAX - 0.1)
    assert call.heard() == []
    call.wait(0.2)
    assert call.heard() == ["One moment, please."]
    call.listen_to_the_end()
    music = call.media.plays[-1]
    call.wait(20)
    assert call.heard() == []
    assert slow.awaited[0].effect.results == (("points", "number"),)
    call.turns.settle(slow.awaited[0], Outcome("ok", {"points": 7}), int(call.clock.now))
    call.turns.flush()
    assert "You have 7 points." in call.heard()
    assert call.media.plays[-1] != music


def test_a_caller_whose_partner_is_quick_hears_the_answer_alone(tmp_path):
    slow = Slow()
    call = Telephone(tmp_path, program_of("", ASKS), performer=slow)
    call.press("2")
    call.listen_to_the_end()
    call.heard()
    call.wait(1)
    call.turns.settle(slow.awaited[0], Outcome("ok", {"points": 7}), int(call.clock.now))
    call.turns.flush()
    call.wait(QUIET_S_MAX)
    assert "You have 7 points." in call.heard()
    assert "One moment, please." not in call.voice.said


def guard():
    return Guard(Policies(Policy(confirm_over={"CNY": 0, "EUR": 0})), b"secret")


def order_up_to_its_code(tmp_path):
    """A call up to where it is asked for the code that was texted; the code."""
    call = Telephone(tmp_path, program_of("", FLOW), guard=guard())
    call.press("1")
    call.press("101")
    call.press("2#")
    call.listen_to_the_end()
    call.call.speech_started(100)
    call.press("#")
    call.run()
    call.press("1")
    assert call.heard()[-1] == "We have texted you a code. Please enter its 6 digits."
    return call, re.findall(r"\d{6}", call.texts[-1].text)[0]


def is_silent_to_the_end(call):
    """The caller says nothing until they are hung up on; how long that was."""
    began = call.clock.now
    while not call.line.hung_up:
        call.listen_to_the_end()
        call.wait(1)
    return call.clock.now - began


def test_a_caller_who_is_silent_at_the_code_is_hung_up_on_and_may_confirm_by_calling_again(
    tmp_path,
):
    call, code = order_up_to_its_code(tmp_path)
    held_s = is_silent_to_the_end(call)
    assert call.line.hung_up == ["goodbye"]
    assert CODE_SILENCES_MAX * 60 <= held_s <= CODE_SILENCES_MAX * 60 + 10
    again = "Please enter the 6 digits of the code we texted, or 0 to cancel."
    assert call.heard() == [
        again,
        again,
        "We have no code from you. Call again within 12 minutes and enter it, and your order is placed. Goodbye.",
    ]
    assert call.store.messages("shop") == []
    later = Telephone(tmp_path, call.program, guard=guard(), before=call)
    assert later.heard() == [again]
    # A call has all its minutes of silence again.
    later.listen_to_the_end()
    later.wait(60)
    later.press(code)
    assert [order.total for order in later.store.orders("shop")] == [3600]
    later.listen_to_the_end()
    assert later.line.hung_up == ["goodbye"]


def test_a_call_that_is_silent_when_its_code_is_over_goes_the_flows_way(tmp_path):
    call, _ = order_up_to_its_code(tmp_path)
    is_silent_to_the_end(call)
    call.wait(CODE_S_MAX - CODE_SILENCES_MAX * 60 - 80)
    later = Telephone(tmp_path, call.program, guard=guard(), before=call)
    assert is_silent_to_the_end(later) < 3 * 60
    assert later.store.awaited() == []
    [(_, _, told, _)] = later.store.messages("shop")
    assert told.startswith("[not confirmed] 2x101, 36.00")


def test_an_order_whose_caller_was_silent_is_given_up_in_time(tmp_path):
    call, _ = order_up_to_its_code(tmp_path)
    is_silent_to_the_end(call)
    [awaited] = call.store.unconfirmed((-1, "", "", ""), int(call.clock.now) + GIVEN_UP_S, 9)
    before = len(call.texts)
    call.turns.settle(awaited, GIVEN_UP, int(call.clock.now) + GIVEN_UP_S)
    call.turns.flush()
    assert call.store.awaited() == []
    assert [text.text[:40] for text in call.texts[before:]] == [
        "Your order of 36.00 was not confirmed, s"
    ]
