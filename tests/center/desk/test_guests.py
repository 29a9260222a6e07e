"""Colleagues who are asked into a call: they are asked, come or do not, and are offered nothing else meanwhile."""

from __future__ import annotations

import pytest

from center.acd.agent import Agent
from center.desk.desk import RefusedError
from center.desk.guests import ASK_S, GUESTS_MAX
from center.desk.person import HOUSE
from center.desk.sitting import AWAY_S, RELOAD_S
from flows.inputs import HungUp, Keys, Opened
from tests.center.desk.house import BUYER, OTHER, Desk, House, Voice

CALL = f"shop/{BUYER}/voice/1/2"


@pytest.fixture
def voice(house: House) -> Voice:
    house.switchboard.voice = voice = Voice()
    voice.up.update((CALL, f"shop/{OTHER}/voice/1/2"))
    return voice


def rings(house: House, buyer: str = BUYER) -> None:
    house.gives(Opened(), buyer=buyer)
    house.gives(Keys("0"), buyer=buyer)


@pytest.fixture
def desks(house: House, voice: Voice) -> tuple[Desk, Desk]:
    """Li has a call; wang is ready."""
    li = house.sits("li")
    rings(house)
    house.answers(li, "li")
    wang = house.sits("wang")
    li.take(), voice.take()
    return li, wang


def join(house: House, voice: Voice, desks: tuple[Desk, Desk]) -> None:
    house.does(house.floor.invite, "li", CALL, "wang")
    house.does(house.floor.accept, "wang", CALL)
    for desk in desks:
        desk.take()
    voice.take()


def test_a_colleague_is_asked_comes_in_and_leaves_again(house: House, voice: Voice, desks):
    li, wang = desks
    house.does(house.floor.invite, "li", CALL, "wang")
    assert wang.take() == [("offered", CALL), ("stage", CALL, "invited")]
    assert wang.cards[CALL].agent == "li"
    assert voice.take() == []
    house.does(house.floor.accept, "wang", CALL)
    assert voice.take() == [("invite", CALL, "wang")]
    assert wang.take() == [("stage", CALL, "guest")]
    assert li.cards[CALL].guests == ("wang",)

    house.does(house.floor.finish, "wang", CALL)
    assert voice.take() == [("dismiss", CALL, "wang")]
    assert wang.take() == [("ended", CALL)]
    assert li.cards[CALL].guests == ()
    assert not any(told[0] == "ended" for told in li.take())


def test_who_is_on_a_call_as_a_guest_is_offered_no_other(house: House, voice: Voice, desks):
    _, wang = desks
    join(house, voice, desks)
    rings(house, OTHER)
    assert wang.take() == []
    house.does(house.floor.finish, "wang", CALL)
    assert [told[0] for told in wang.take()] == ["ended", "offered"]


def test_who_declines_or_does_not_answer_is_told_to_who_asked(house: House, desks):
    li, wang = desks
    for refuses in (
        lambda: house.does(house.floor.decline, "wang", CALL),
        lambda: house.clock.passes(ASK_S + 1),
    ):
        house.does(house.floor.invite, "li", CALL, "wang")
        wang.take(), li.take()
        refuses()
        assert wang.take() == [("withdrawn", CALL)]
        assert ("refused", "wang does not come in now") in li.take()
    assert house.switchboard.kept.router.people["wang"].presence == "ready"


def test_one_who_was_offered_another_call_meanwhile_cannot_come(house: House, voice: Voice, desks):
    li, _ = desks
    house.does(house.floor.invite, "li", CALL, "wang")
    rings(house, OTHER)
    voice.take()
    house.does(house.floor.accept, "wang", CALL)
    assert ("refused", "wang does not come in now") in li.take()
    assert not any(told[0] == "invite" for told in voice.take())


def test_the_end_of_the_call_is_the_end_for_all(house: House, voice: Voice, desks):
    li, wang = desks
    join(house, voice, desks)
    house.gives(HungUp())
    assert wang.take() == [("ended", CALL)]
    assert ("stage", CALL, "wrap-up") in li.take()
    rings(house, OTHER)
    assert [told[0] for told in wang.take()] == ["offered"]


def test_a_call_is_handed_on_to_the_guest_after_a_word_with_all(house: House, voice: Voice, desks):
    li, wang = desks
    join(house, voice, desks)
    house.does(house.floor.transfer, "li", CALL, "agent", "wang")
    assert [told[0] for told in wang.take()] == ["ended", "offered"]
    assert ("ended", CALL) in li.take()


def test_a_guest_who_goes_away_is_off_the_call(house: House, voice: Voice, desks):
    li, wang = desks
    join(house, voice, desks)
    house.floor.sign_out("wang", wang)
    house.clock.passes(AWAY_S + 1)
    assert ("dismiss", CALL, "wang") in voice.take()
    assert li.cards[CALL].guests == ()


def test_a_guest_who_comes_while_the_desk_is_away_takes_the_caller_off_the_music(
    house: House, voice: Voice, desks
):
    li, _ = desks
    house.does(house.floor.invite, "li", CALL, "wang")
    house.floor.sign_out("li", li)
    house.clock.passes(RELOAD_S + 1)
    assert voice.take() == [("hang_up", "li"), ("hold", CALL)]
    house.does(house.floor.accept, "wang", CALL)
    assert voice.take() == [("invite", CALL, "wang"), ("resume", CALL)]

    house.does(house.floor.finish, "wang", CALL)
    assert voice.take() == [("dismiss", CALL, "wang"), ("hold", CALL)], "alone again"
    house.sits("li", ready=False)
    assert voice.take() == [("resume", CALL)]


def test_a_call_that_its_agent_holds_is_held_when_the_desk_is_back(
    house: House, voice: Voice, desks
):
    li, _ = desks
    house.does(house.floor.hold, "li", CALL)
    house.floor.sign_out("li", li)
    house.clock.passes(RELOAD_S + 1)
    house.sits("li", ready=False)
    assert voice.take() == [("hold", CALL), ("hang_up", "li")]


def test_one_who_cannot_come_in_the_end_keeps_no_news_from_other_desks(
    house: House, voice: Voice, desks, monkeypatch
):
    def gone(contact, agent):
        raise RefusedError("the buyer has hung up")

    li, wang = desks
    house.does(house.floor.invite, "li", CALL, "wang")
    li.take(), wang.take()
    monkeypatch.setattr(voice, "invite", gone, raising=False)
    house.floor.accept("wang", CALL)
    house.does(house.floor.not_ready, "li", "lunch")

    told = li.take()
    assert ("refused", "the buyer has hung up") in told
    assert ("presence", "not ready", "lunch") in told, "in the same batch"
    assert wang.take() == [("withdrawn", CALL)]
    rings(house, OTHER)
    assert [told[0] for told in wang.take()] == ["offered"], "the slot for calls is free again"


def test_nobody_is_asked_who_may_not_serve_the_seller_or_cannot_hear(
    house: House, voice: Voice, desks, monkeypatch
):
    house.switchboard.set_agent(Agent("eve", "strangers"))
    house.clock.passes()
    house.sits("eve")
    assert house.floor.colleagues("li", CALL) == ("wang",)
    for other in ("eve", "li", "nobody"):
        with pytest.raises(RefusedError, match="cannot be invited"):
            house.floor.invite("li", CALL, other)
    monkeypatch.setattr(voice, "has_line", lambda agent: agent != "wang")
    with pytest.raises(RefusedError, match="no headset"):
        house.floor.invite("li", CALL, "wang")


def test_the_first_of_all_pools_are_named_and_the_others_may_be_asked_too(
    house: House, voice: Voice, desks, monkeypatch
):
    monkeypatch.setattr("center.desk.colleagues.COLLEAGUES_SHOWN_MAX", 2)
    for name, pool in (("zoe", HOUSE), ("amy", "shop"), ("bea", "shop")):
        house.switchboard.set_agent(Agent(name, pool))
        house.clock.passes()
        house.sits(name, ready=name != "bea")
    assert house.floor.colleagues("li", CALL) == ("amy", "wang")
    with pytest.raises(RefusedError, match="cannot be invited"):
        house.floor.invite("li", CALL, "bea")
    house.does(house.floor.invite, "li", CALL, "zoe")


def test_so_many_and_no_more_are_asked(house: House, voice: Voice, desks):
    names = [f"w{n}" for n in range(GUESTS_MAX)]
    for name in names:
        house.switchboard.set_agent(Agent(name, HOUSE))
        house.clock.passes()
        house.sits(name)
        house.does(house.floor.invite, "li", CALL, name)
    with pytest.raises(RefusedError, match="at most"):
        house.floor.invite("li", CALL, "wang")


def test_a_guest_changes_nothing_and_hands_nobody_on(house: House, voice: Voice, desks):
    join(house, voice, desks)
    for asks in (
        lambda: house.floor.order("wang", CALL, "文三路1号"),
        lambda: house.floor.transfer("wang", CALL, "queue", "sales"),
        lambda: house.floor.write("wang", CALL, "你好"),
        lambda: house.floor.invite("wang", CALL, "li"),
    ):
        with pytest.raises(RefusedError, match="not with you"):
            asks()
