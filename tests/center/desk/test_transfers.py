"""Buyers whom an agent hands on, and those whose agent is gone."""

from __future__ import annotations

import pytest

from center.acd.agent import Agent, Skill
from center.acd.queue import Queue
from center.desk.desk import RefusedError
from center.desk.person import HOUSE
from center.desk.queues import Queues
from flows.inputs import HungUp, Keys, Opened
from tests.center.desk.house import BUYER, OTHER, Clock, House, Voice


def test_a_buyer_is_handed_on_to_an_agent_and_back_into_the_flow(house: House):
    first, second = house.sits("li"), house.sits("wang", ready=False)
    house.texts("苹果", "2", "人工")
    contact = house.answers(first, "li")
    first.take()
    house.does(house.floor.ready, "wang")
    house.does(house.floor.transfer, "li", contact, "agent", "wang")
    assert first.take() == [("ended", contact)]
    moved = house.answers(second, "wang")
    assert moved == f"{contact}#2"
    house.texts("还在吗")
    assert ("said", "buyer", "还在吗") in second.take()

    house.does(house.floor.transfer, "wang", moved, "step", "take")
    assert ("ended", moved) in second.take()
    assert house.outbox(BUYER)[-1].startswith("共10.00")
    assert house.texts("1")[-1].startswith("订单A0001")


def test_a_buyer_is_handed_on_to_a_queue_and_rings_under_a_new_name(house: House):
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")
    desk.take()
    house.does(house.floor.transfer, "li", contact, "queue", "sales")

    assert desk.take() == [("ended", contact), ("offered", f"{contact}#2")]


def test_a_caller_who_is_sent_back_into_the_flow_is_released(house: House):
    house.switchboard.voice = voice = Voice()
    desk = house.sits("li")
    voice.up.add(f"shop/{BUYER}/voice/1/2")
    house.gives(Opened())
    house.gives(Keys("0"))
    contact = house.answers(desk, "li")
    voice.take()
    house.does(house.floor.transfer, "li", contact, "step", "take")

    assert voice.take()[0] == ("release", contact)


def test_a_caller_who_is_sent_outside_stays_with_the_agent_until_somebody_answers(house: House):
    house.switchboard.voice = voice = Voice()
    desk = house.sits("li")
    voice.up.add(f"shop/{BUYER}/voice/1/2")
    house.gives(Opened())
    house.gives(Keys("0"))
    contact = house.answers(desk, "li")
    desk.take(), voice.take()
    house.does(house.floor.transfer, "li", contact, "outside", "95588")
    ((word, _, number, failed),) = voice.take()
    assert (word, number) == ("transfer", "95588")
    failed("486")
    assert desk.take() == [("refused", "the caller cannot be sent there now: 486")]

    house.gives(HungUp())
    assert ("stage", contact, "wrap-up") in desk.take()


@pytest.mark.parametrize("to", ["eve", "li", "nobody"])
def test_a_buyer_is_handed_on_to_nobody_who_may_not_serve_them(house: House, to: str):
    house.switchboard.set_agent(Agent("eve", "strangers"))
    house.clock.passes()
    house.sits("eve")
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")
    desk.take()

    with pytest.raises(RefusedError, match=f"{to} is nobody who may serve"):
        house.floor.transfer("li", contact, "agent", to)
    house.clock.passes()
    assert desk.take() == []
    assert house.switchboard.kept.router.tickets[contact].slot == "busy"


def test_a_caller_is_not_handed_on_to_one_who_is_on_a_call(house: House):
    house.switchboard.voice = voice = Voice()
    desks = {}
    calls = {}
    for agent, buyer in (("li", BUYER), ("wang", OTHER)):
        desks[agent] = house.sits(agent)
        voice.up.add(f"shop/{buyer}/voice/1/2")
        house.gives(Opened(), buyer=buyer)
        house.gives(Keys("0"), buyer=buyer)
        calls[agent] = house.answers(desks[agent], agent)
    desks["li"].take(), voice.take()

    with pytest.raises(RefusedError, match="wang is busy"):
        house.floor.transfer("li", calls["li"], "agent", "wang")
    house.clock.passes()
    assert (desks["li"].take(), voice.take()) == ([], [])

    house.does(house.floor.finish, "wang", calls["wang"])
    house.does(house.floor.wrap_up, "wang", calls["wang"], "other", "")
    desks["wang"].take()
    house.does(house.floor.transfer, "li", calls["li"], "agent", "wang")
    assert ("offered", f"{calls['li']}#2") in desks["wang"].take()


def test_a_buyer_is_not_handed_on_to_one_without_the_skills_of_the_queue(store, journal):
    tea = (Skill("tea", 3),)
    house = House(store, journal, Clock(), Queues({"sales": Queue("", "", requires=tea)}))
    house.switchboard.set_agent(Agent("mei", HOUSE, tea))
    house.clock.passes()
    desk = house.sits("mei")
    house.sits("wang")
    house.texts("人工")
    contact = house.answers(desk, "mei")

    with pytest.raises(RefusedError, match="wang cannot do what this queue asks for"):
        house.floor.transfer("mei", contact, "agent", "wang")
