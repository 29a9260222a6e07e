"""Speech alone does nothing that nobody can take back; keys do, and so does speech that was read back."""

import pytest

from flows import effects
from flows.effects import KeepBuyer, TellShop
from flows.inputs import HungUp, Input, Keys, Opened, Silence, Speech
from tests.flows.shops import SHOP, Visitor, machine_of

STEPS = """
step start
  ask dish as product of catalog
    say 菜
  add 1 of dish to cart
  -> middle

step middle
  menu 好吗
    1 下单 -> take
    2 清空 -> clear
    3 不买 -> agent
    4 加单 -> start
    5 再来 -> again
    6 回电 -> back
    7 退订 -> leave
    8 留言 -> message
    9 分支 -> maybe

step take
  say 好
  place order
    when sold out -> agent
    when failed -> agent
  goodbye

step clear
  empty cart
  say 空了
  -> start

step again
  set cart = buyer.last_order.lines
  -> middle

step back
  tell shop 请回电
  -> middle

step leave
  set buyer.opted_out = yes
  -> middle

step message
  ask note as text
    say 请讲
  tell shop {{ note }}
  -> middle

step maybe
  if cart.is_empty -> agent
  say 没有
  -> middle

step agent
  goodbye
"""


@pytest.fixture(scope="module")
def machine():
    return machine_of(
        STEPS,
        SHOP.replace(
            "  0 人工 -> agent\n    en: agent\n",
            "  0 人工 -> agent\n    en: agent\n  全退 -> clear\n",
        ),
    )


def caller_with_basket(machine) -> Visitor:
    caller = Visitor(machine, "voice")
    caller.opens()
    caller.give(Keys("1"))
    assert caller.at == "middle.1"
    return caller


@pytest.mark.parametrize("said", ["下单", "清空", "不买", "再来", "回电", "退订", "人工", "全退"])
def test_what_nobody_can_take_back_is_read_back_first(machine, said) -> None:
    caller = caller_with_basket(machine)
    before = caller.session.cart
    caller.give(Speech(said, 0.99))
    assert caller.heard() == [f"您说的是{said}，对吗？是请按1，不是请按2。"]
    assert [type(each) for each in caller.effects] == [effects.Say]
    assert caller.session.cart == before
    caller.give(Keys("2"))
    assert caller.heard()[0].startswith("好吗")
    assert caller.session.cart == before


@pytest.mark.parametrize("yes", [Keys("1"), Speech("是", 0.9)])
def test_a_yes_by_voice_or_key_does_it(machine, yes) -> None:
    caller = caller_with_basket(machine)
    caller.give(Speech("下单", 0.99))
    caller.give(yes)
    assert caller.has(effects.PlaceOrder)
    caller = caller_with_basket(machine)
    caller.give(Speech("清空", 0.99))
    caller.give(yes)
    assert caller.session.cart == ()


@pytest.mark.parametrize(
    ("key", "kind"), [("1", effects.PlaceOrder), ("6", TellShop), ("7", KeepBuyer)]
)
def test_keys_need_no_confirmation(machine, key, kind) -> None:
    caller = caller_with_basket(machine)
    caller.give(Keys(key))
    assert caller.has(kind)


@pytest.mark.parametrize(
    ("said", "at"), [("加单", "start.1"), ("留言", "message.1"), ("分支", "middle.1")]
)
def test_what_can_be_taken_back_is_done_at_once(machine, said, at) -> None:
    caller = caller_with_basket(machine)
    caller.give(Speech(said, 0.99))
    assert caller.at == at


def test_a_session_without_a_basket_is_given_up_at_once(machine) -> None:
    caller = Visitor(machine, "voice")
    caller.opens()
    caller.give(Speech("人工", 0.99))
    assert caller.over


def test_a_message_in_the_callers_own_voice_is_not_read_back(machine) -> None:
    caller = caller_with_basket(machine)
    caller.give(Keys("8"))
    caller.give(Speech("录音12", 1.0))
    assert TellShop("录音12") in caller.effects


@pytest.fixture
def confirming() -> Visitor:
    """Has a basket, and is at a question that confirms its own answers and takes what works anywhere, too."""
    caller = Visitor(
        machine_of(STEPS.replace("    say 菜\n", "    say 菜\n    confirm\n")), "voice"
    )
    caller.opens()
    caller.give(Keys("1"))
    caller.give(Keys("1"))
    caller.give(Keys("4"))
    caller.give(Speech("人工", 0.9))
    assert caller.heard() == ["您说的是人工，对吗？是请按1，不是请按2。"]
    assert caller.session.cart
    return caller


def test_a_yes_at_a_question_that_confirms_does_what_was_said_and_is_no_answer(confirming) -> None:
    confirming.give(Keys("1"))
    assert confirming.over
    assert confirming.session.values["dish"] == "1"


def test_a_no_at_a_question_that_confirms_asks_it_again(confirming) -> None:
    before = confirming.session.cart
    confirming.give(Speech("", 0.0))
    assert confirming.heard() == ["您说的是人工，对吗？是请按1，不是请按2。"]
    confirming.give(Keys("2"))
    assert confirming.heard() == ["菜"]
    confirming.give(Keys("2"))
    confirming.give(Keys("1"))
    assert confirming.at == "middle.1"
    assert [line.code for line in confirming.session.cart] == ["1", "2"]
    assert confirming.session.cart[:1] == before


def test_speech_that_leads_where_the_flow_breaks_is_read_back_while_there_is_a_basket() -> None:
    caller = caller_with_basket(
        machine_of(STEPS.replace("step maybe\n", "step maybe\n  say {{ note }}\n"))
    )
    caller.give(Speech("分支", 0.9))
    assert caller.heard() == ["您说的是分支，对吗？是请按1，不是请按2。"]
    assert caller.session.cart
    caller.give(Keys("1"))
    assert caller.has(effects.Trouble)
    assert caller.over


def back_again(machine) -> Visitor:
    """Cut off with a basket, and called again."""
    caller = caller_with_basket(machine)
    caller.give(HungUp())
    caller.give(Opened())
    assert "继续吗" in caller.heard()[0]
    return caller


def test_start_again_by_voice_is_read_back_before_the_basket_is_lost(machine) -> None:
    caller = back_again(machine)
    caller.give(Speech("不", 0.9))
    assert caller.heard() == ["您说的是重新开始，对吗？是请按1，不是请按2。"]
    caller.give(Keys("2"))
    assert "继续吗" in caller.heard()[0]
    assert caller.session.cart
    caller.give(Speech("不", 0.9))
    caller.give(Keys("1"))
    assert caller.heard() == ["菜"]
    assert caller.session.cart == ()


def test_start_again_by_key_is_done_at_once(machine) -> None:
    caller = back_again(machine)
    caller.give(Keys("2"))
    assert caller.session.cart == ()


@pytest.mark.parametrize("noise", [Speech("全退", 0.9), Speech("", 0.0), Silence(), Keys("77")])
def test_no_noise_at_the_offer_to_go_on_costs_the_basket(machine, noise: Input) -> None:
    caller = back_again(machine)
    caller.give(noise)
    assert "继续吗" in caller.heard()[0]
    caller.give(noise)
    assert caller.session.cart
    assert caller.at == "middle.1"


def test_after_a_no_the_second_best_is_read_back_once(machine) -> None:
    caller = caller_with_basket(machine)
    caller.give(Speech("下单", 0.9, "清空"))
    caller.give(Speech("", 0.0))
    assert caller.heard() == ["您说的是下单，对吗？是请按1，不是请按2。"]
    caller.give(Keys("2"))
    assert caller.heard() == ["您说的是清空，对吗？是请按1，不是请按2。"]
    assert caller.session.cart
    caller.give(Keys("2"))
    assert caller.heard()[0].startswith("好吗")
    caller.give(Speech("下单", 0.9, "清空"))
    caller.give(Keys("2"))
    caller.give(Speech("是", 0.9))
    assert caller.heard()[0] == "空了"
    assert caller.session.cart == ()


def test_a_second_best_that_could_be_taken_back_is_read_back_after_a_no_all_the_same(
    machine,
) -> None:
    caller = caller_with_basket(machine)
    caller.give(Speech("下单", 0.9, "加单"))
    caller.give(Keys("2"))
    assert caller.heard() == ["您说的是加单，对吗？是请按1，不是请按2。"]
    caller.give(Keys("1"))
    assert caller.at == "start.1"


@pytest.mark.parametrize("other", ["", "1", "下单 ", "胡说"])
def test_a_second_best_that_means_the_same_or_nothing_is_not_offered(machine, other) -> None:
    caller = caller_with_basket(machine)
    caller.give(Speech("下单", 0.9, other))
    assert caller.session.other == ""
    caller.give(Keys("2"))
    assert caller.heard()[0].startswith("好吗")


def test_the_second_best_of_an_answer_that_a_question_reads_back() -> None:
    caller = Visitor(
        machine_of(STEPS.replace("    say 菜\n", "    say 菜\n    confirm\n")), "voice"
    )
    caller.opens()
    caller.give(Speech("苹果", 0.9, "西瓜"))
    assert caller.heard() == ["您说的是苹果，对吗？是请按1，不是请按2。"]
    caller.give(Keys("2"))
    assert caller.heard() == ["您说的是大西瓜，对吗？是请按1，不是请按2。"]
    caller.give(Keys("1"))
    assert caller.at == "middle.1"
    assert [line.code for line in caller.session.cart] == ["2"]


def test_a_hang_up_loses_the_second_best_as_it_loses_what_was_heard_first(machine) -> None:
    caller = caller_with_basket(machine)
    caller.give(Speech("下单", 0.9, "清空"))
    caller.give(HungUp())
    caller.give(Opened())
    assert "继续吗" in caller.heard()[0]
    assert caller.session.other == ""
