"""Who sits at which desk: coming back, staying away, and losing the seat."""

from __future__ import annotations

import pytest

from center.desk.desk import RefusedError
from center.desk.sitting import AWAY_S, GIVEN_BACK, RELOAD_S
from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.gate import Gate
from center.uap.models import model
from tests.center.desk.house import Clock, Desk, House, Voice
from tests.center.desk.test_calls import CALL, waits


def test_a_desk_that_comes_back_is_told_everything_anew(house: House):
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.floor.sign_out("li", desk)
    house.clock.passes(RELOAD_S + 1)
    again = Desk()
    house.does(house.floor.sign_in, "li", again)

    assert ("card", contact) in again.told
    assert ("stage", contact, "talking") in again.told
    assert ("presence", "ready", "") in again.told


@pytest.mark.parametrize("since_s", [RELOAD_S, AWAY_S])
def test_an_absence_of_a_while_ago_is_no_part_of_this_one(house: House, since_s: float):
    desk = house.sits("li")
    house.floor.sign_out("li", desk)
    house.clock.passes(1)
    again = house.sits("li", ready=False)
    house.clock.passes(since_s - 2)
    house.floor.sign_out("li", again)
    house.clock.passes(2)

    assert house.switchboard.kept.router.people["li"].presence == "ready"


def test_a_caller_hears_music_while_the_desk_is_away(house: House):
    house.switchboard.voice = voice = Voice()
    desk = house.sits("li")
    voice.up.add(CALL)
    waits(house)
    contact = house.answers(desk, "li")
    voice.take()
    house.floor.sign_out("li", desk)
    house.clock.passes(RELOAD_S - 1)
    assert voice.take() == [("hang_up", "li")], "a page is loaded anew"
    house.clock.passes(2)
    assert voice.take() == [("hold", contact)]

    house.sits("li", ready=False)
    assert voice.take() == [("resume", contact)]


def test_a_caller_hears_music_until_the_headset_is_heard_again(house: House):
    house.switchboard.voice = voice = Voice()
    desk = house.sits("li")
    voice.up.add(CALL)
    waits(house)
    contact = house.answers(desk, "li")
    voice.take()
    voice.loses("li")
    assert voice.take() == [("hold", contact)]
    house.floor.sign_out("li", desk)
    house.clock.passes(RELOAD_S + 1)
    house.sits("li", ready=False)
    assert voice.take() == [("hang_up", "li")], "the page is there sooner than its headset"

    voice.finds("li")
    assert voice.take() == [("resume", contact)]
    voice.finds("li")
    assert voice.take() == []


def test_who_is_on_hold_stays_so_whatever_becomes_of_the_headset(house: House):
    house.switchboard.voice = voice = Voice()
    desk = house.sits("li")
    voice.up.add(CALL)
    waits(house)
    contact = house.answers(desk, "li")
    house.floor.hold("li", contact)
    voice.take()
    voice.loses("li")
    voice.finds("li")
    assert voice.take() == []


def test_nobody_answers_without_being_heard(house: House):
    house.switchboard.voice = voice = Voice()
    desk = house.sits("li")
    waits(house)
    (contact,) = (told[1] for told in desk.take() if told[0] == "offered")
    voice.loses("li")
    with pytest.raises(RefusedError, match="headset is not connected"):
        house.floor.accept("li", contact)


def test_a_desk_that_stays_away_gives_its_buyers_back(house: House):
    desk, other = house.sits("li"), house.sits("wang", ready=False)
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.floor.sign_out("li", desk)
    house.clock.passes(AWAY_S + 1)
    house.does(house.floor.ready, "wang")

    assert house.answers(other, "wang") == f"{contact}#2"
    told = ("refused", GIVEN_BACK)
    assert told in comes_back(house), "who comes back looks for the buyer"
    house.floor.leave("li")
    assert told not in comes_back(house), "once"


def comes_back(house: House) -> list[tuple]:
    """What the desk of somebody who was away is told."""
    again = Desk()
    house.does(house.floor.sign_in, "li", again)
    return again.told


def test_who_was_away_with_nobody_is_told_nothing(house: House):
    house.floor.sign_out("li", house.sits("li"))
    house.clock.passes(AWAY_S + 1)

    assert [told[0] for told in comes_back(house)] == ["presence"]


def test_who_signs_in_elsewhere_leaves_the_first_desk(house: House):
    desk = house.sits("li")
    house.sits("li", ready=False)
    house.texts("人工")

    assert desk.take() == [("closed",)]


def test_who_loses_the_seat_with_its_board_is_signed_out_and_the_buyer_waits_anew(house: House):
    desk, other = house.sits("li"), house.sits("wang", ready=False)
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.does(house.switchboard.sitting.lose_seat, "li")
    told = desk.take()
    assert ("presence", "signed out", "") in told
    assert "board has failed" in next(words[1] for words in told if words[0] == "refused")
    house.does(house.switchboard.sitting.lose_seat, "li")
    house.does(house.floor.ready, "wang")

    assert house.answers(other, "wang") == f"{contact}#2"


def one_seat(clock: Clock) -> Gate:
    """A platform on which one seat is left."""
    of = model("UAP2100")
    capacity = Capacity()
    capacity.add_chassis("1", of)
    capacity.insert(Place("1", 1), "GPU", 0.0)
    gate = Gate(capacity, lambda: clock.now)
    for n in range(of.boards["GPU"].gives["seats"].whole - 1):
        gate.seat(f"other {n}")
    return gate


def test_an_agent_takes_a_seat_of_the_platform_and_gives_it_back_when_gone(house: House):
    house.switchboard.sitting.gate = one_seat(house.clock)
    desk = house.sits("li")
    with pytest.raises(RefusedError, match="all seats of the platform are taken"):
        house.floor.sign_in("wang", Desk())
    house.does(house.floor.sign_out, "li", desk)
    house.clock.passes(AWAY_S)
    house.sits("wang")


def test_who_was_signed_in_finds_the_seat_free_after_a_start(house: House, store, journal):
    house.sits("li")
    again = House(store, journal, house.clock, gate=one_seat(house.clock))
    with pytest.raises(RefusedError, match="all seats of the platform are taken"):
        again.floor.sign_in("wang", Desk())
    again.sits("li")


def test_who_signs_out_in_earnest_leaves_at_once(house: House):
    desk, other = house.sits("li"), house.sits("wang", ready=False)
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.does(house.floor.ready, "wang")
    house.does(house.floor.leave, "li")

    assert house.switchboard.kept.router.people["li"].presence == "signed out"
    assert house.answers(other, "wang") == f"{contact}#2"
    house.floor.sign_out("li", desk)
