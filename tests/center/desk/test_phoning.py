"""An agent phones a buyer who writes: when it may be, and how the call stands beside the conversation."""

from __future__ import annotations

import pytest

from center.acd.events import CallJoined
from center.calling_out import Reached
from center.desk.desk import RefusedError
from flows.inputs import HungUp, Keys, Opened
from tests.center.desk.house import BUYER, OTHER, Desk, House, Voice

NIGHT_S = 10 * 3_600
"""From the noon of the tests until ten in the evening."""


@pytest.fixture
def voice(house: House) -> Voice:
    house.switchboard.voice = voice = Voice()
    return voice


def writes(house: House, desk: Desk, buyer: str = BUYER) -> str:
    """A buyer writes to an agent, and is answered."""
    house.texts("苹果", "人工", buyer=buyer)
    return house.answers(desk, "li")


def phoned(house: House, voice: Voice, desk: Desk) -> str:
    contact = writes(house, desk)
    house.does(house.floor.phone, "li", contact)
    voice.phoned[contact](Reached.PERSON)
    house.clock.passes()
    return contact


def test_who_answers_hears_the_agent_and_the_conversation_goes_on_beside(
    house: House, voice: Voice
):
    desk = house.sits("li")
    contact = writes(house, desk)
    assert desk.cards[contact].can_phone
    desk.take(), voice.take()
    house.does(house.floor.phone, "li", contact)
    assert voice.take() == [("phone", contact, "", "")]
    assert desk.take() == [("stage", contact, "calling")]
    voice.phoned[contact](Reached.PERSON)
    assert voice.take() == [("connect", contact, "li")]
    assert desk.take() == [("stage", contact, "on call")]

    assert house.texts("还在吗") == []
    assert desk.take() == [("said", "buyer", "还在吗")]
    house.does(house.floor.write, "li", contact, "在的")
    assert house.outbox(BUYER)[-1] == "在的"
    house.does(house.floor.hold, "li", contact)
    assert desk.take()[-1] == ("stage", contact, "held")


def test_a_buyer_who_hangs_up_is_with_the_agent_by_text_as_before(house: House, voice: Voice):
    desk = house.sits("li")
    contact = phoned(house, voice, desk)
    desk.take(), voice.take()
    house.gives(HungUp(), channel="sms")
    assert desk.take() == [("stage", contact, "talking")]
    assert voice.take() == [("release", contact)]
    house.gives(Opened(), buyer=OTHER)
    house.texts("再来一个")
    assert ("said", "buyer", "再来一个") in desk.take()


def test_an_agent_hangs_up_and_may_phone_again(house: House, voice: Voice):
    desk = house.sits("li")
    contact = phoned(house, voice, desk)
    house.does(house.floor.hang_up, "li", contact)
    house.gives(HungUp(), channel="sms")
    assert desk.take()[-1] == ("stage", contact, "talking")
    house.clock.passes(1)
    house.does(house.floor.phone, "li", contact)
    assert desk.take() == [("stage", contact, "calling")]


def test_the_ringing_is_stopped_by_the_agent(house: House, voice: Voice):
    desk = house.sits("li")
    contact = writes(house, desk)
    house.does(house.floor.phone, "li", contact)
    voice.take()
    house.does(house.floor.hang_up, "li", contact)
    assert voice.take() == [("release", contact)]
    voice.phoned[contact](Reached.NO_ANSWER)
    assert desk.take()[-1] == ("stage", contact, "talking")
    assert not any(told[0] == "refused" for told in desk.told)


def test_one_who_does_not_answer_is_told_to_the_desk_and_stays_by_text(house: House, voice: Voice):
    desk = house.sits("li")
    contact = writes(house, desk)
    house.does(house.floor.phone, "li", contact)
    desk.take()
    voice.phoned[contact](Reached.BUSY)
    house.clock.passes()
    assert desk.take() == [
        ("refused", "the buyer could not be reached: busy"),
        ("stage", contact, "talking"),
    ]


def test_the_agent_is_offered_no_other_call_until_it_is_over(house: House, voice: Voice):
    desk = house.sits("li")
    contact = phoned(house, voice, desk)
    desk.take()
    house.gives(Opened(), buyer=OTHER)
    house.gives(Keys("0"), buyer=OTHER)
    assert desk.take() == []
    house.does(house.floor.hang_up, "li", contact)
    assert [told[0] for told in desk.take()] == ["stage", "offered"]


def test_who_is_on_a_call_phones_nobody_besides(house: House, voice: Voice):
    desk = house.sits("li")
    first = phoned(house, voice, desk)
    second = writes(house, desk, OTHER)
    desk.take(), voice.take()
    house.does(house.floor.phone, "li", second)
    assert desk.take() == [("refused", "you are on a call already")]
    with pytest.raises(RefusedError, match="on the line, or being called"):
        house.floor.phone("li", first)
    assert voice.take() == []


def test_pressed_twice_it_is_dialled_once(house: House, voice: Voice):
    desk = house.sits("li")
    contact = writes(house, desk)
    house.floor.phone("li", contact)
    house.floor.phone("li", contact)
    voice.take()
    house.clock.passes()
    assert [told[0] for told in voice.take()] == ["phone"]


def test_who_said_stop_is_not_called(house: House, voice: Voice):
    desk = house.sits("li")
    contact = writes(house, desk)
    house.texts("TD")
    with pytest.raises(RefusedError, match="STOP"):
        house.floor.phone("li", contact)


def test_nobody_is_called_in_quiet_hours(house: House, voice: Voice):
    desk = house.sits("li")
    contact = writes(house, desk)
    house.clock.passes(NIGHT_S)
    with pytest.raises(RefusedError, match="between 21:00 and 09:00"):
        house.floor.phone("li", contact)


def test_a_number_that_no_list_holds_is_not_called(house: House, voice: Voice):
    voice.phones = False
    desk = house.sits("li")
    contact = writes(house, desk)
    assert not desk.cards[contact].can_phone
    with pytest.raises(RefusedError, match="does not allow calls"):
        house.floor.phone("li", contact)


def test_without_a_headset_nobody_is_called(house: House, voice: Voice, monkeypatch):
    desk = house.sits("li")
    contact = writes(house, desk)
    monkeypatch.setattr(voice, "has_line", lambda agent: False)
    with pytest.raises(RefusedError, match="headset"):
        house.floor.phone("li", contact)


def test_finishing_hangs_up_and_the_flow_goes_on_by_text(house: House, voice: Voice):
    desk = house.sits("li")
    contact = phoned(house, voice, desk)
    voice.take()
    house.does(house.floor.finish, "li", contact)
    assert voice.take() == [("release", contact)]
    assert ("stage", contact, "wrap-up") in desk.take()
    # The line goes down when the flow is further: that is no goodbye of one who writes.
    house.gives(HungUp(), channel="sms")
    assert house.texts("苹果") != []


def test_handed_on_the_call_ends_and_the_conversation_waits_with_its_place(
    house: House, voice: Voice
):
    desk = house.sits("li")
    contact = phoned(house, voice, desk)
    voice.take()
    other = house.sits("wang")
    house.does(house.floor.transfer, "li", contact, "agent", "wang")
    assert voice.take() == [("release", contact)]
    assert ("offered", f"{contact}#2") in other.take()


def test_a_restart_ends_the_call_and_frees_the_slot(store, journal, house: House, voice: Voice):
    desk = house.sits("li")
    contact = phoned(house, voice, desk)
    again = House(store, journal, house.clock)
    assert again.switchboard.kept.router.tickets[contact].beside == ()
    back = Desk()
    again.floor.sign_in("li", back)
    again.clock.passes()
    assert ("stage", contact, "talking") in back.take()


def test_what_was_asked_for_just_before_the_talk_ended_is_not_done(house: House, voice: Voice):
    desk = house.sits("li")
    contact = writes(house, desk)
    voice.take()
    house.floor.finish("li", contact)
    house.switchboard.kept.post(CallJoined(house.clock.now, contact, "li"))
    house.clock.passes()
    assert [told[0] for told in voice.take()] == []
