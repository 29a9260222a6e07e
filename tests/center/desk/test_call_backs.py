"""Call-backs: a caller who waits hangs up, keeps the place, and is called or texted when it is their turn."""

from __future__ import annotations

import pytest

from center.calling_out import Reached
from center.contact import ContactKey
from center.desk.desk import RefusedError
from flows.inputs import HungUp, Keys, Opened
from tests.center.desk.house import BUYER, OTHER, Desk, House, Voice

CALL = f"shop/{BUYER}/voice/1/2"


@pytest.fixture
def voice(house: House):
    house.switchboard.voice = opened = Voice()
    return opened


def waits(house: House, voice: Voice) -> None:
    """A caller asks for a person, and has waited until the call-back is offered."""
    house.gives(Opened())
    house.gives(Keys("0"))
    voice.up.add(CALL)
    house.clock.passes(46)


def hangs_up(house: House, voice: Voice) -> None:
    voice.up.discard(CALL)
    house.gives(HungUp())


def test_a_caller_who_waits_is_asked(house: House, voice: Voice):
    house.sits("li", ready=False)
    waits(house, voice)

    assert [told[:3] for told in voice.take()] == [
        ("say", CALL, "agent_wait"),
        ("ask", CALL, "call_back_ask_both"),
    ]


def test_a_caller_who_can_only_be_texted_is_asked_that(house: House, voice: Voice):
    house.sits("li", ready=False)
    voice.phones = False
    waits(house, voice)
    assert voice.take()[-1][:3] == ("ask", CALL, "call_back_ask_sms")
    house.gives(Keys("1"))

    assert voice.take() == []


def test_a_caller_keeps_the_place_and_is_called_when_it_is_their_turn(house: House, voice: Voice):
    desk = house.sits("li", ready=False)
    waits(house, voice)
    voice.take()
    house.gives(Keys("1"))
    assert voice.take() == [("farewell", CALL, "call_back_taken")]
    hangs_up(house, voice)
    house.texts("人工", buyer=OTHER)

    house.does(house.floor.ready, "li")
    assert next(told[1] for told in desk.take() if told[0] == "offered") == CALL
    house.does(house.floor.accept, "li", CALL)
    assert voice.take() == [("phone", CALL, "4001", "trunk")]
    assert ("stage", CALL, "calling") in desk.take()

    voice.up.add(CALL)
    house.gives(Opened())
    house.does(voice.phoned[CALL], Reached.PERSON)
    assert voice.take() == [("connect", CALL, "li")]
    assert desk.take() == [("stage", CALL, "talking")]
    house.gives(HungUp())
    assert ("stage", CALL, "wrap-up") in desk.take()
    assert [one.contact.buyer for one in house.store.awaited()] == [OTHER]


def test_one_who_does_not_answer_may_be_called_again_and_keeps_the_place_in_the_flow(
    house: House, voice: Voice
):
    desk = house.sits("li", ready=False)
    waits(house, voice)
    house.gives(Keys("1"))
    hangs_up(house, voice)
    house.does(house.floor.ready, "li")
    house.does(house.floor.accept, "li", CALL)
    desk.take()
    with pytest.raises(RefusedError, match="being called"):
        house.floor.call_again("li", CALL)
    house.does(voice.phoned[CALL], Reached.NO_ANSWER)
    assert desk.take() == [
        ("refused", "the buyer could not be reached: no answer"),
        ("stage", CALL, "missed"),
    ]

    voice.take()
    house.does(house.floor.call_again, "li", CALL)
    assert voice.take() == [("phone", CALL, "4001", "trunk")]
    house.does(voice.phoned[CALL], Reached.BUSY)
    house.does(house.floor.finish, "li", CALL)
    assert house.store.awaited() == []
    assert "= hangup" in "\n".join(house.store.talk(ContactKey("shop", BUYER, "voice"), 1))


def test_a_place_is_kept_over_a_crash(house: House, voice: Voice, store, journal):
    house.sits("li", ready=False)
    waits(house, voice)
    house.gives(Keys("1"))
    hangs_up(house, voice)

    restarted = House(store, journal, house.clock)
    restarted.switchboard.voice = voice
    desk = Desk()
    restarted.does(restarted.floor.sign_in, "li", desk)
    restarted.does(restarted.floor.ready, "li")
    restarted.does(restarted.floor.accept, "li", CALL)
    assert voice.take()[-1] == ("phone", CALL, "4001", "trunk")


def test_a_call_that_a_crash_cut_off_is_made_again_by_who_answers(
    house: House, voice: Voice, store, journal
):
    house.sits("li", ready=False)
    waits(house, voice)

    restarted = House(store, journal, house.clock)
    restarted.switchboard.voice = again = Voice()
    restarted.does(restarted.floor.sign_in, "li", Desk())
    restarted.does(restarted.floor.ready, "li")
    restarted.does(restarted.floor.accept, "li", CALL)
    assert again.take()[-1] == ("phone", CALL, "4001", "trunk")


def test_who_calls_again_meanwhile_waits_on_and_is_connected(house: House, voice: Voice):
    house.sits("li", ready=False)
    waits(house, voice)
    house.gives(Keys("1"))
    hangs_up(house, voice)
    house.clock.passes(30)
    house.gives(Opened())
    voice.up.add(CALL)
    voice.take()
    house.does(house.floor.ready, "li")
    house.does(house.floor.accept, "li", CALL)

    assert voice.take() == [("connect", CALL, "li")]


def test_a_caller_goes_on_by_sms_with_place_basket_and_talk(house: House, voice: Voice):
    desk = house.sits("li", ready=False)
    house.gives(Opened())
    house.gives(Keys("1"))
    house.gives(Keys("2"))
    house.gives(Keys("0"))
    house.texts("人工", buyer=OTHER)
    house.clock.passes(46)
    voice.take()
    house.gives(Keys("2"))
    assert [told[0] for told in voice.take()] == ["farewell"]
    house.gives(HungUp())

    house.does(house.floor.ready, "li")
    first = next(told[1] for told in desk.take() if told[0] == "offered")
    assert first == f"shop/{BUYER}/sms/1/4"
    card = desk.cards[first]
    assert (card.channel, [line.code for line in card.basket]) == ("sms", ["1"])
    assert "> [0]" in card.transcript
    house.does(house.floor.accept, "li", first)
    house.does(house.floor.write, "li", first, "您好！")
    assert house.outbox(BUYER) == ["您好！"]
    assert house.texts("在吗") == []
    assert ("said", "buyer", "在吗") in desk.take()
    house.does(house.floor.finish, "li", first)
    assert [one.contact.buyer for one in house.store.awaited()] == [OTHER]


def test_a_place_moved_to_sms_is_kept_over_a_crash(house: House, voice: Voice, store, journal):
    house.sits("li", ready=False)
    waits(house, voice)
    house.gives(Keys("2"))

    restarted = House(store, journal, house.clock)
    desk = Desk()
    restarted.does(restarted.floor.sign_in, "li", desk)
    restarted.does(restarted.floor.ready, "li")
    (offered,) = [told[1] for told in desk.take() if told[0] == "offered"]
    assert offered == f"shop/{BUYER}/sms/1/2"


def test_a_caller_in_the_middle_of_something_by_sms_stays_on_the_line(house: House, voice: Voice):
    house.sits("li", ready=False)
    house.texts("苹果")
    waits(house, voice)
    voice.take()
    house.gives(Keys("2"))

    assert voice.take() == [("say", CALL, "call_back_not", 0.0)]
    house.does(house.floor.ready, "li")
    house.does(house.floor.accept, "li", CALL)
    assert voice.take() == [("connect", CALL, "li")]


def test_a_ussd_dialog_that_hands_over_goes_on_by_sms(house: House):
    desk = house.sits("li")
    house.gives(Opened(), channel="ussd")
    house.gives(Keys("0"), channel="ussd")
    reply = house.replies[-1]
    assert reply.ended
    assert "短信" in list(reply.said())[-1][0]
    contact = house.answers(desk, "li")
    assert contact == f"shop/{BUYER}/sms/1/2"

    house.does(house.floor.write, "li", contact, "您好！")
    assert house.outbox(BUYER) == ["您好！"]
    house.does(house.floor.finish, "li", contact)
    assert house.store.awaited() == []


def test_a_ussd_dialog_of_one_who_cannot_be_texted_finds_everybody_busy(house: House):
    house.sits("li")
    house.texts("TD")
    house.gives(Opened(), channel="ussd")
    house.gives(Keys("0"), channel="ussd")

    assert [text for text, _ in house.replies[-1].said()] == ["再见"]
