"""A flow is edited while buyers are in the middle of it."""

import pytest

from flows import program as p
from flows.checker import Beside, check_flow
from flows.compiler import compile_flow
from flows.folder import flow_of
from flows.inputs import Line
from flows.packed import fingerprint
from flows.publish import Verdict, compare, move
from flows.session import ENDED, Session

SHOP = """\
flow 1
shop 小店
  languages zh
  channels sms
catalog
  item 1 price 2.50 stock 5 苹果
  item 2 price 10.00 stock 1 西瓜
step start
  menu 请选择：
    1 下单 -> order
    2 再见 -> bye
step order
  ask what as product of catalog
    say 要什么？
  ask count as number 1..9
    say 几个？
  call address
  add count of what to cart
  menu 共{{ cart.total|money }}
    1 下单 -> place
    2 算了 -> bye
step address
  ask size as choice
    say 多大？
    1 大 = large
    2 小 = small
  return
step quick
  -> order
step place
  place order
    when sold out -> order
    when failed -> bye
  goodbye
step bye
  say 再见。
  goodbye
"""


def compiled(text: str) -> p.Program:
    return compile_flow(flow_of("shop", text)[0]).program


def edited(*changes: tuple[str, str]) -> p.Program:
    text = SHOP
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return compiled(text)


OLD = compiled(SHOP)


def verdict(name: str, *changes: tuple[str, str]) -> Verdict:
    return compare(OLD, edited(*changes))[name]


def waiting(at: str, **values: int | str | bool) -> Session:
    return Session(fingerprint(OLD), 1, "zh", at=at, values=values)


def test_a_flow_that_did_not_change_moves_nobody_elsewhere() -> None:
    assert set(compare(OLD, compiled(SHOP)).values()) == {Verdict.SAME}


@pytest.mark.parametrize(
    "change",
    [
        ("say 几个？", "say 要几个？"),
        ("1 下单 -> order", "1 我要下单 | 点餐 -> order"),
        ("  add count", "  say 好的。\n  add count"),
        ("price 2.50", "price 3.00"),
        ("step bye\n", "step thanks\n  say 谢谢！\n  goodbye\nstep bye\n"),
    ],
    ids=["wording", "phrases", "a line between", "price", "a further step"],
)
def test_an_edit_that_no_answer_feels_leaves_every_question_the_same(
    change: tuple[str, str],
) -> None:
    assert set(compare(OLD, edited(change)).values()) == {Verdict.SAME}


def test_one_more_option_is_compatible() -> None:
    assert verdict("start.1", ("2 再见 -> bye", "2 再见 -> bye\n    3 快 -> quick")) == "compatible"


def test_a_wider_range_and_one_more_choice_are_compatible() -> None:
    assert verdict("order.2", ("1..9", "1..20")) == "compatible"
    assert verdict("address.1", ("2 小 = small", "2 小 = small\n    3 中 = middle")) == "compatible"


def test_a_narrower_range_and_a_choice_fewer_are_changes() -> None:
    assert verdict("order.2", ("1..9", "1..5")) == "changed"
    assert verdict("address.1", ("    2 小 = small\n", "")) == "changed"


def test_a_key_that_leads_elsewhere_or_nowhere_is_a_change() -> None:
    assert verdict("start.1", ("2 再见 -> bye", "2 再见 -> place")) == "changed"
    assert verdict("start.1", ("    2 再见 -> bye\n", "")) == "changed"


def test_an_option_taken_from_a_channel_is_a_change() -> None:
    assert verdict("start.1", ("2 再见 -> bye", "on sms 2 再见 -> bye")) == "changed"
    assert verdict("start.1", ("1 下单 -> order", "1 下单 -> order\n    on sms 3 快 -> quick")) == (
        "compatible"
    )


def test_another_kind_of_answer_is_a_change() -> None:
    assert verdict("order.2", ("count as number 1..9", "count as text")) == "changed"
    assert verdict("order.2", ("ask count as", "ask pieces as")) == "changed"


def test_a_question_taken_away_is_gone() -> None:
    assert verdict("address.1", ("step address", "step where")) == "gone"


def test_an_outcome_that_leads_elsewhere_is_a_change() -> None:
    assert verdict("place.order1", ("when failed -> bye", "when failed -> start")) == "changed"


def test_a_step_that_only_led_on_may_come_to_do_something_by_itself() -> None:
    changes = compare(OLD, edited(("step quick\n  -> order", "step quick\n  say 快！\n  -> order")))
    assert set(changes.values()) == {Verdict.SAME}


def test_buyers_follow_a_step_to_its_new_name() -> None:
    new = edited(
        ("step address", "renamed address -> where\nstep where"), ("call address", "call where")
    )
    assert compare(OLD, new)["address.1"] is Verdict.SAME
    moved = move(waiting("address.1"), OLD, new)
    assert moved is not None
    assert (moved.at, moved.program) == ("where.1", fingerprint(new))


def test_a_buyer_at_a_changed_question_stays_in_the_old_version() -> None:
    assert move(waiting("order.2"), OLD, edited(("1..9", "1..5"))) is None


def test_a_buyer_stays_where_a_call_to_return_to_is_gone() -> None:
    inside = Session(fingerprint(OLD), 1, "zh", at="address.1", calls=("order.call1",))
    without = edited(("  call address\n", ""), ("1 下单 -> order", "1 下单 -> address"))
    assert move(inside, OLD, without) is None
    assert move(inside, OLD, compiled(SHOP)) is not None


def test_marks_before_a_question_are_kept() -> None:
    moved = move(waiting("~order.2"), OLD, edited(("say 几个？", "say 要几个？")))
    assert moved is not None
    assert moved.at == "~order.2"


def test_a_buyer_with_a_value_of_another_kind_or_a_product_that_is_gone_stays() -> None:
    new = edited(("count as number 1..9", "count as text"))
    assert move(waiting("start.1", count=3), OLD, new) is None
    assert move(waiting("start.1"), OLD, new) is not None
    cart = Session(fingerprint(OLD), 1, "zh", at="start.1", cart=(Line("2", 1),))
    assert move(cart, OLD, edited(("  item 2 price 10.00 stock 1 西瓜\n", ""))) is None


def test_a_session_that_is_over_is_not_moved() -> None:
    assert move(waiting(ENDED), OLD, compiled(SHOP)) is None


def test_the_seller_is_told_which_waiting_buyers_stay_behind() -> None:
    flow, found = flow_of("shop", SHOP.replace("1..9", "1..5").replace("address", "where"))
    told = [d.message for d in check_flow(flow, found, Beside(OLD)) if d.code == "D901"]
    assert any(
        "question 2 of `order` finish in the version they began: its answers" in message
        for message in told
    )
    assert any(
        "question 1 of `address` finish in the version they began: it is gone" in message
        for message in told
    )
