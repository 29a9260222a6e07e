"""Calls of buyers who were handed over: without a voice channel, with a call that is up, with one that cannot be made."""

from __future__ import annotations

import pytest

from center.desk.desk import RefusedError
from flows.inputs import HungUp, Keys, Opened
from tests.center.desk.house import BUYER, Clock, Desk, House, Voice, with_wrap_up

CALL = f"shop/{BUYER}/voice/1/2"


def waits(house: House) -> None:
    house.gives(Opened())
    house.gives(Keys("0"))


@pytest.mark.parametrize("wrap_up_s", [30.0, 0.0])
@pytest.mark.parametrize("ends", ["the agent", "the caller"])
def test_a_caller_who_is_on_the_line_is_connected_at_once_and_released_in_the_end(
    store, journal, wrap_up_s: float, ends: str
):
    house = House(store, journal, Clock(), with_wrap_up(wrap_up_s))
    house.switchboard.voice = voice = Voice()
    desk = house.sits("li")
    voice.up.add(CALL)
    waits(house)
    contact = house.answers(desk, "li")
    assert voice.take() == [("connect", contact, "li")]
    if ends == "the agent":
        house.does(house.floor.finish, "li", contact)
    else:
        house.gives(HungUp())

    assert voice.take() == [("release", contact)]
    assert house.store.awaited() == [], "the flow goes on"
    assert desk.take()[-1] == (("stage", contact, "wrap-up") if wrap_up_s else ("ended", contact))


def test_without_a_voice_channel_a_call_is_refused(house: House):
    house.sits("li")
    waits(house)

    with pytest.raises(RefusedError, match="calls are not connected here"):
        house.floor.accept("li", CALL)


def test_a_caller_who_cannot_be_phoned_is_missed_and_the_desk_told_why(house: House):
    house.switchboard.voice = voice = Voice()
    voice.phones = False
    desk = house.sits("li")
    waits(house)
    contact = house.answers(desk, "li")

    told = desk.take()
    assert told.index(("refused", "no call can be made from here")) < told.index(
        ("stage", contact, "missed")
    )


def test_after_a_restart_the_call_is_gone_and_its_agent_has_whoever_calls_again(
    store, journal, house: House
):
    house.switchboard.voice = voice = Voice()
    voice.up.add(CALL)
    desk = house.sits("li")
    waits(house)
    house.answers(desk, "li")

    again = House(store, journal, house.clock)
    again.switchboard.voice = voice = Voice()
    back = Desk()
    again.does(again.floor.sign_in, "li", back)
    assert ("stage", CALL, "missed") in back.take()
    again.gives(Opened())
    assert voice.take() == [("connect", CALL, "li")]
    assert back.take() == [("stage", CALL, "talking")]
