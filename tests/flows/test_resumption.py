"""Who comes back: what is offered to go on with, and for how long."""

from msgspec.structs import replace

from flows import effects
from flows.inputs import HungUp, Keys, Opened
from flows.resumption import RESUME_OFFER_MAX_S
from tests.flows.shops import ORDER, SHOP, Visitor, machine_of


def test_a_session_that_ran_out_offers_to_go_on_and_does() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += 2 * 3600 + 1
    assert visitor.says("喂") == ["您上次的订单还没有完成（苹果x2）。继续吗？\n1 继续\n2 重新开始"]
    assert visitor.says("1") == ["共5.00\n1 下单\n2 再加"]


def test_a_screen_names_as_much_of_a_basket_as_leaves_room_for_the_choices() -> None:
    goods = "".join(
        f"  item {number} price 2.50 stock 100 老王家的牛肉面第{number}种\n    en: Noodles\n"
        for number in range(1, 6)
    )
    head, _, rest = SHOP.partition("  item ")
    shop = head + goods + "\n" + rest[rest.index("anywhere") :]
    visitor = Visitor(machine_of(ORDER, shop), "ussd")
    visitor.opens()
    for number in range(1, 6):
        visitor.says(str(number), "2", "2")
    visitor.give(HungUp())
    named = "、".join(f"老王家的牛肉面第{number}种x2" for number in range(1, 4))
    assert visitor.opens() == [
        f"您上次的订单还没有完成（{named}...）。继续吗？\n1.继续\n2.重新开始"
    ]


def test_a_session_that_ran_out_can_begin_again() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += 3 * 3600
    visitor.says("喂")
    assert visitor.says("2") == ["要什么？"]
    assert visitor.session is not None
    assert visitor.session.cart == ()


def test_a_session_exactly_at_its_limit_still_goes_on() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += 2 * 3600
    visitor.says("1")
    assert visitor.has(effects.PlaceOrder)


def test_after_a_day_nothing_is_offered() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += RESUME_OFFER_MAX_S + 1
    assert visitor.says("喂") == ["要什么？"]


def test_anywhere_works_instead_of_the_offer_to_go_on() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += 3 * 3600
    visitor.says("人工")
    assert visitor.effects == [effects.HandOver("sales")]


def test_a_dropped_call_is_offered_to_go_on_at_the_next() -> None:
    visitor = Visitor(machine_of(), "voice")
    visitor.opens()
    visitor.give(Keys("1"))
    visitor.give(HungUp())
    assert visitor.heard() == []
    visitor.give(Opened())
    assert visitor.heard()[0].startswith("您上次还没有说完。继续吗？")
    visitor.give(Keys("1"))
    assert visitor.heard() == ["要几个？"]


def test_a_session_of_a_program_that_lost_its_question_begins_again() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    assert visitor.session is not None
    visitor.session = replace(visitor.session, at="nowhere.7")
    assert visitor.says("1") != []
    assert visitor.at.startswith(("start", "take"))
