"""An order that was paid before it is placed: its payment vouches for it, and no code is asked for."""

from typing import Any

import pytest

from center.limits.policy import Policy
from center.unconfirmed import GIVEN_UP
from commands.flows_on_disk import LIBRARY, load
from flows import effects
from flows.inputs import Outcome
from flows.session import unpack
from store.memory import MemoryStore
from tests.center.limits.writing import BUYER, Writing
from tests.flows.shops import program_of

TOPUP = load(LIBRARY / "topup").compile().program
SHOP = """flow 1

shop 小店
  languages zh
  currency CNY
  channels sms

catalog
  item 1 price 9.00 stock 5 in dish 苹果

step start
  ask dish as product of dish
    say 要什么？
  add 1 of dish to cart
  pay {paid}
    when declined -> agent
    when failed -> agent
  -> order

step order
  menu 下单？
    1 下单 -> place
    2 再买 -> more

step more
  add 1 of dish to cart
  -> order

step place
  place order
    when sold out -> agent
    when failed -> agent
  say 订单{{{{ order.number }}}}。
  -> order

step agent
  say 失败。
  goodbye
"""


class Buyer(Writing):
    """See Writing; the shop is in memory."""

    def __init__(self, program: Any = TOPUP, **limits: object) -> None:
        super().__init__(MemoryStore(), program, Policy(**limits))  # type: ignore[arg-type]

    def tops_up(self) -> None:
        """Choose a card, up to where it is to be paid."""
        self.writes("13900139000 50")
        account = {"network": "移动", "balance": 320, "barred": False}
        self.hears_of(effects.Request, Outcome("ok", account))
        self.writes("1", "50", "1")

    def waits_for_a_code(self) -> bool:
        return any(isinstance(one.effect, effects.PlaceOrder) for one in self.store.awaited())

    def orders(self) -> list[int]:
        return [order.total for order in self.store.orders()]


def shop(paid: str) -> object:
    return program_of("", SHOP.format(paid=paid))


@pytest.mark.parametrize("confirm_by", ["code", "call back"])
def test_what_was_paid_is_placed_without_a_code_or_a_call(confirm_by: str) -> None:
    buyer = Buyer(confirm_over={"CNY": 1_000}, confirm_by=confirm_by)
    buyer.tops_up()
    buyer.is_paid()
    assert not buyer.waits_for_a_code()
    assert buyer.orders() == [4_940]
    assert buyer.store.messages("shop") == []


def test_paid_orders_do_not_count_as_unconfirmed() -> None:
    buyer = Buyer(confirm_over={"CNY": 5_000})
    for _ in range(3):
        buyer.tops_up()
        buyer.is_paid()
    assert buyer.orders() == [4_940] * 3


def test_what_is_too_much_for_a_day_stays_too_much() -> None:
    buyer = Buyer(spend_per_sender={"CNY": 4_000}, confirm_over={"CNY": 1_000})
    buyer.tops_up()
    buyer.is_paid()
    assert buyer.orders() == []
    [(_, _, text, _)] = buyer.store.messages("shop")
    assert text == "[over the limit] 1x50, 49.40 (49.40 paid), "


@pytest.mark.parametrize(("paid", "is_asked"), [("9.00", False), ("8.99", True), ("20.00", False)])
def test_a_payment_vouches_for_what_it_pays(paid: str, is_asked: bool) -> None:
    buyer = Buyer(shop(paid), confirm_over={"CNY": 500})
    buyer.writes("你好", "苹果")
    buyer.is_paid()
    buyer.writes("1")
    assert buyer.waits_for_a_code() is is_asked


def test_a_payment_vouches_once() -> None:
    buyer = Buyer(shop("10.00"), confirm_over={"CNY": 500})
    buyer.writes("你好", "苹果")
    buyer.is_paid()
    buyer.writes("1", "2", "1")
    assert buyer.orders() == [900]
    assert buyer.waits_for_a_code()


def test_what_part_of_a_payment_pays_is_used_up_by_an_order_with_a_code() -> None:
    buyer = Buyer(shop("9.00"), confirm_over={"CNY": 500})
    buyer.writes("你好", "苹果")
    buyer.is_paid()
    buyer.writes("2", "1")
    [awaited] = buyer.store.awaited()
    buyer.writes(buyer.guard.code(awaited.key), "2", "1")
    assert buyer.orders() == [1_800]
    assert buyer.waits_for_a_code()


@pytest.mark.parametrize("outcome", ["declined", "failed", "timeout"])
def test_what_was_not_surely_paid_vouches_for_nothing(outcome: str) -> None:
    flow = SHOP.format(paid="9.00").replace("-> agent\n    when failed -> agent\n  ->", "-> order\n    when failed -> order\n  ->")  # fmt: skip
    buyer = Buyer(program_of("", flow), confirm_over={"CNY": 500})
    buyer.writes("你好", "苹果")
    buyer.hears_of(effects.Pay, Outcome(outcome))
    buyer.writes("1")
    assert buyer.waits_for_a_code()


def part_paid() -> Buyer:
    """Somebody who has paid for one apple and would like two, up to the code."""
    buyer = Buyer(shop("9.00"), confirm_over={"CNY": 500})
    buyer.writes("你好", "苹果")
    buyer.is_paid()
    buyer.writes("2", "1")
    assert buyer.waits_for_a_code()
    return buyer


def test_what_was_paid_of_an_order_that_is_given_up_is_told_to_seller_and_buyer() -> None:
    buyer = part_paid()
    [awaited] = buyer.store.awaited()
    buyer.give(GIVEN_UP, (awaited.serial, awaited.turn))
    assert buyer.told() == ["[not confirmed] 2x1, 18.00 (9.00 paid), "]
    _, text = buyer.store.waiting_texts(0, 100)[-1]
    assert (
        text.text == "订单（共18.00）没有确认，未下单。您已付9.00，店家已收到通知，请与店家联系。"
    )
    # The seller may pay it back: it vouches for nothing any more.
    buyer.writes("你好", "苹果")
    buyer.hears_of(effects.Pay, Outcome("declined"))
    assert buyer.orders() == []
    buyer.writes("你好")
    contact = buyer.store.contact(BUYER)
    assert contact is not None
    assert unpack(contact.session).paid == 0


def test_what_was_paid_of_an_order_without_its_code_is_told_to_the_seller() -> None:
    buyer = part_paid()
    buyer.writes("0")
    assert buyer.told() == ["[not confirmed] 2x1, 18.00 (9.00 paid), "]
    called = Buyer(shop("9.00"), confirm_over={"CNY": 500}, confirm_by="call back")
    called.writes("你好", "苹果")
    called.is_paid()
    called.writes("2", "1")
    assert called.told() == ["[call back] 2x1, 18.00 (9.00 paid), "]


@pytest.mark.parametrize("limits", [{}, {"confirm_over": {"CNY": 0}}])
def test_what_is_sold_out_when_it_is_paid_is_told_to_the_seller(limits: dict[str, object]) -> None:
    buyer = Buyer(shop("8.00"), **limits)
    buyer.writes("你好", "苹果")
    buyer.is_paid()
    buyer.store.set_stock("shop", "1", 0)
    buyer.writes("1")
    assert buyer.orders() == []
    assert buyer.told() == ["[sold out] 1x1, 9.00 (8.00 paid), "]


def test_what_is_sold_out_and_not_paid_is_the_flows_to_tell() -> None:
    flow = SHOP.format(paid="9.00").replace("when declined -> agent", "when declined -> order")
    buyer = Buyer(program_of("", flow))
    buyer.writes("你好", "苹果")
    buyer.hears_of(effects.Pay, Outcome("declined"))
    buyer.store.set_stock("shop", "1", 0)
    buyer.writes("1")
    assert buyer.told() == []


def test_what_was_paid_and_never_ordered_is_told_when_its_buyer_begins_anew() -> None:
    buyer = Buyer(shop("9.00"))
    buyer.writes("你好", "苹果")
    buyer.is_paid()
    buyer.now += 3 * 86_400
    buyer.writes("你好")
    assert buyer.told() == ["[paid, not ordered] 1x1, 9.00 paid"]
    buyer.writes("苹果")
    buyer.is_paid()
    buyer.writes("1")
    buyer.now += 3 * 86_400
    buyer.writes("你好")
    assert len(buyer.told()) == 1
    assert buyer.orders() == [900]


BACK = SHOP.replace("    when sold out -> agent\n    when failed -> agent\n  say 订单", "    when sold out -> order\n    when failed -> order\n  say 订单")  # fmt: skip


def test_one_payment_is_told_as_one_where_the_flow_goes_back_to_its_menu() -> None:
    buyer = Buyer(program_of("", BACK.format(paid="9.00")), spend_per_sender={"CNY": 800})
    buyer.writes("你好", "苹果")
    buyer.is_paid()
    buyer.writes("1", "2", "1")
    assert buyer.told() == [
        "[over the limit] 1x1, 9.00 (9.00 paid), ",
        "[over the limit] 2x1, 18.00 (9.00 paid, told before), ",
    ]
    buyer.now += 3 * 86_400
    buyer.writes("你好")
    assert len(buyer.told()) == 2


def test_what_is_sold_out_each_time_is_told_once() -> None:
    buyer = Buyer(program_of("", BACK.format(paid="9.00")))
    buyer.writes("你好", "苹果")
    buyer.is_paid()
    buyer.store.set_stock("shop", "1", 0)
    buyer.writes("1", "1")
    assert buyer.told() == ["[sold out] 1x1, 9.00 (9.00 paid), "]
    # An order in that session uses it all the same.
    buyer.store.set_stock("shop", "1", 1)
    buyer.writes("1")
    [order] = buyer.store.orders()
    assert order.paid == 900


def test_of_a_further_payment_the_seller_reads_what_is_new() -> None:
    again = BACK.replace("  add 1 of dish to cart\n  -> order", "  -> pays").replace("step order", "step pays\n  pay {paid}\n    when declined -> agent\n    when failed -> agent\n  -> order\n\nstep order")  # fmt: skip
    buyer = Buyer(program_of("", again.format(paid="5.00")))
    buyer.writes("你好", "苹果")
    buyer.is_paid()
    buyer.store.set_stock("shop", "1", 0)
    buyer.writes("1", "2")
    buyer.is_paid()
    buyer.writes("1")
    assert buyer.told() == [
        "[sold out] 1x1, 9.00 (5.00 paid), ",
        "[sold out] 1x1, 9.00 (10.00 paid, 5.00 of it told before), ",
    ]
    # What an order uses is no more theirs to tell of; what is left of it they know.
    buyer.store.set_stock("shop", "1", 1)
    buyer.writes("1")
    assert [order.paid for order in buyer.store.orders()] == [900]
    contact = buyer.store.contact(BUYER)
    assert contact is not None
    session = unpack(contact.session)
    assert (session.paid, session.told) == (100, 100)
