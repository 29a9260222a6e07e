"""The switchboard: buyers handed over by a flow, agents at desks, all of it kept; stories on a clock that a test moves."""

from __future__ import annotations

import pytest

from center.acd.agent import Agent
from center.acd.events import ContactArrived
from center.acd.explain import explain
from center.acd.journal import decode
from center.acd.queue import NOBODY_S, Queue
from center.changes import HandOverRequest
from center.contact import ContactKey
from center.desk.card import BasketLine
from center.desk.person import HOUSE
from center.ports import StoreFullError
from flows.inputs import HungUp, Keys, Opened, Text
from tests.center.desk.house import BUYER, OTHER, House, assert_counted_as_it_stands
from tests.flows.shops import NOON, ORDER, SHOP, program_of


def test_without_anybody_signed_in_the_flow_goes_on_at_once(house: House):
    assert house.texts("苹果", "人工")[-1] == "再见"
    assert house.store.awaited() == []


def closing(house: House) -> House:
    """The same shop with a way of its own for when nobody is there."""
    told = ORDER.replace("    when busy -> bye", "    when closed -> shut\n    when busy -> bye")
    told += "\nstep shut\n  say 打烊了\n    en: We are closed\n  goodbye\n"
    house.store.publish("shop", program_of(told, SHOP), NOON)
    return House(house.store, house.journal, house.clock)


@pytest.mark.parametrize("channel", ["sms", "ussd", "voice"])
def test_without_anybody_signed_in_the_flow_takes_its_way_for_closed(house: House, channel: str):
    house = closing(house)
    house.gives(Opened(), channel=channel)
    house.gives(Text("人工") if channel != "voice" else Keys("0"), channel=channel)

    lines = house.store.talk(ContactKey("shop", BUYER, channel), 1)
    assert any("打烊了" in line for line in lines), lines
    assert house.store.awaited() == []
    (queue,) = house.floor.view("li").queues
    assert (queue.queue, queue.turned_away, queue.waiting, queue.abandoned) == (
        "shop/sales",
        1,
        0,
        0,
    )
    events = [decode(record) for record in house.journal.records()]
    (name,) = {event.contact for event in events if isinstance(event, ContactArrived)}
    assert any("leaves the queue by `no agents`" in line for line in explain(events, name))


def test_who_waits_when_the_last_agent_leaves_takes_the_way_for_closed_in_a_minute(house: House):
    house = closing(house)
    house.sits("li", ready=False)
    house.texts("人工")
    house.does(house.floor.leave, "li")
    house.clock.passes(NOBODY_S - 1)
    assert house.store.awaited() != []

    house.clock.passes(1)
    assert house.store.awaited() == []
    assert "打烊了" in house.outbox(BUYER)[-1]
    assert_counted_as_it_stands(house)


def test_who_signs_in_just_after_is_not_offered_one_who_was_turned_away(house: House):
    asked = HandOverRequest(ContactKey("shop", BUYER, "sms"), 1, "sales", NOON)
    desk = house.sits("li")
    house.switchboard.turned_away([asked])
    house.clock.passes()

    assert all(told[0] != "offered" for told in desk.take())
    assert house.switchboard.kept.router.tickets == {}


def test_a_buyer_is_offered_answered_and_written_with(house: House):
    desk = house.sits("li")
    house.texts("苹果", "2", "人工")
    card = next(iter(desk.cards.values()))
    assert card.basket == (BasketLine("1", 2),)
    assert (card.shop, card.queue, card.number, card.step) == ("小店", "sales", BUYER, "take")
    assert card.names == {"zh": "小店", "en": "Corner shop"}
    assert card.templates[0] == "您好，我是小店的客服，请问有什么可以帮您？"
    assert "> 苹果" in card.transcript
    contact = house.answers(desk, "li")
    assert ("stage", contact, "talking") in desk.take()

    assert house.texts("有人吗？") == []
    assert desk.take() == [("said", "buyer", "有人吗？")]
    house.does(house.floor.write, "li", contact, "您好！")
    assert house.outbox(BUYER)[-1] == "您好！"
    assert desk.take() == [("said", "agent", "您好！")]

    house.does(house.floor.finish, "li", contact)
    assert desk.take() == [("stage", contact, "wrap-up")]
    assert desk.ends[contact] == pytest.approx(house.clock.now + Queue("", "").wrap_up_s, abs=0.2)
    house.does(house.floor.wrap_up, "li", contact, "question", "about apples")
    assert desk.take() == [("ended", contact)]
    assert house.store.awaited() == []
    lines = house.store.talk(ContactKey("shop", BUYER, "sms"), 1)
    assert "> 有人吗？" in lines
    assert "# agent: 您好！" in lines
    assert "# li: [question] about apples" in lines


def test_a_desk_is_cleared_when_the_time_to_write_up_is_over(house: House):
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.does(house.floor.finish, "li", contact)
    house.clock.passes(20)
    assert desk.take()[-1] == ("stage", contact, "wrap-up")
    house.clock.passes(15)
    assert desk.take() == [("ended", contact)]


def test_an_offer_that_nobody_answers_goes_to_the_next(house: House):
    first, second = house.sits("li"), house.sits("wang")
    house.texts("人工")
    assert [told[0] for told in first.take()] == ["offered"]
    house.clock.passes(16)

    assert [told[0] for told in first.take()] == ["presence", "withdrawn"]
    assert [told[0] for told in second.take()] == ["offered"]


def test_who_waits_is_told_how_long_and_gives_up_after_the_queues_limit(house: House):
    desk = house.sits("li", ready=False)
    assert house.texts("人工") == []
    house.clock.passes(120)
    assert all("分钟" in text for text in house.outbox(BUYER)[-2:])
    house.clock.passes(600)

    assert house.outbox(BUYER)[-1] == "再见"
    assert house.store.awaited() == []
    assert desk.take() == []


def test_a_journal_that_is_full_delays_and_loses_nothing(house: House, journal, monkeypatch):
    desk = house.sits("li")
    with monkeypatch.context() as patch:

        def full(records):
            raise StoreFullError("no room")

        patch.setattr(journal, "append", full)
        house.texts("人工")
        house.clock.passes(2)
        assert desk.take() == []
    house.clock.passes(2)

    assert [told[0] for told in desk.take()] == ["offered"]


def test_stop_works_while_an_agent_has_the_buyer(house: House):
    desk = house.sits("li")
    house.texts("人工")
    house.answers(desk, "li")

    assert "退订" in house.texts("TD")[-1]


def test_who_hangs_up_while_waiting_is_no_trouble_in_a_flow_without_a_way_for_it(house: House):
    house.sits("li", ready=False)
    house.gives(Opened())
    house.gives(Keys("0"))
    house.gives(HungUp())
    house.clock.passes()
    talk = "\n".join(house.store.talk(ContactKey("shop", BUYER, "voice"), 1))
    assert "= hangup" in talk
    assert "trouble" not in talk


def test_a_contract_that_ends_leaves_the_talk_and_offers_nobody_more(house: House):
    house.switchboard.set_agent(Agent("wu", "tea-desk", sms_slots=3))
    house.switchboard.contract("tea-desk", "shop")
    house.clock.passes()
    wu = house.sits("wu")
    house.texts("人工")
    served = house.answers(wu, "wu")
    house.texts("人工", buyer=OTHER)
    rings = next(told[1] for told in wu.take() if told[0] == "offered")
    house.switchboard.end_contract("tea-desk", "shop")
    house.clock.passes()
    assert wu.take() == [("withdrawn", rings)]

    house.texts("还在吗？")
    assert wu.take() == [("said", "buyer", "还在吗？")]
    house.does(house.floor.write, "wu", served, "在的")
    assert house.outbox(BUYER)[-1] == "在的"
    house.does(house.floor.finish, "wu", served)
    house.does(house.floor.wrap_up, "wu", served, "", "")
    assert ("ended", served) in wu.take()
    house.sits("li")
    assert house.switchboard.kept.router.agent_measure("li").contacts == ((rings, "offered"),)


def test_the_platforms_own_people_serve_a_seller_whose_flow_is_gone(house: House):
    desk = house.sits("li")
    house.switchboard.end_contract(HOUSE, "shop")
    house.texts("人工")
    assert [told[0] for told in desk.take()] == ["offered"]
