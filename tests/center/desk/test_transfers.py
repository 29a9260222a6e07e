"""Buyers whom an agent hands on, and those whose agent is gone."""

from __future__ import annotations

from flows.inputs import HungUp, Keys, Opened
from tests.center.desk.house import BUYER, House, Voice


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
