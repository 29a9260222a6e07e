"""Menus: what a channel shows of one, and which key or word chooses what."""

import pytest

from flows.inputs import Buyer, Keys, Line, Order
from tests.flows.shops import WITHOUT_TAKE, Visitor, machine_of

BY_CHANNEL = """
step start
  menu 请选择
    en: Choose
    on voice 1 下单 -> voice_order
      en: Order
    on sms 1 订购 -> text_order
      en: Buy
    2 再见 -> bye
      en: Bye
    on ussd 3 帮助  [if channel == "ussd"] -> bye
      en: Help

step voice_order
  say 电话
    en: By phone
  goodbye

step text_order
  say 短信
    en: By text
  goodbye

step agent
  goodbye

step bye
  say 再见
    en: Bye
  goodbye
"""


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        ("voice", "请选择 下单请按1，再见请按2。"),
        ("sms", "请选择\n1 订购\n2 再见"),
        ("ussd", "请选择\n2.再见\n3.帮助"),
    ],
)
def test_a_menu_shows_the_options_of_its_channel(channel: str, shown: str) -> None:
    assert Visitor(machine_of(BY_CHANNEL, WITHOUT_TAKE), channel).opens() == [shown]


@pytest.mark.parametrize(
    ("channel", "said", "heard"),
    [
        ("sms", "1", "短信"),
        ("sms", "订购", "短信"),
        ("sms", "我想下单", "请选择\n1 订购\n2 再见"),
        ("ussd", "1", "请选择\n2.再见\n3.帮助"),
        ("ussd", "3", "再见"),
    ],
)
def test_an_option_is_chosen_on_its_channel_alone(channel: str, said: str, heard: str) -> None:
    visitor = Visitor(machine_of(BY_CHANNEL, WITHOUT_TAKE), channel)
    visitor.opens()
    assert visitor.says(said)[-1] == heard


def test_a_key_may_mean_one_thing_on_calls_and_another_in_texts() -> None:
    visitor = Visitor(machine_of(BY_CHANNEL, WITHOUT_TAKE), "voice")
    visitor.opens()
    visitor.give(Keys("1"))
    assert visitor.heard() == ["电话"]


def test_each_channel_words_a_menu_its_own_way() -> None:
    said = {}
    for channel in ("sms", "ussd", "voice"):
        visitor = Visitor(machine_of(), channel)
        visitor.opens()
        said[channel] = visitor.says("1", "1")[0]
    assert said["sms"] == "共2.50\n1 下单\n2 再加"
    assert said["ussd"] == "共2.50\n1.下单\n2.再加"
    assert said["voice"].endswith("下单请按1，再加请按2。")


def test_an_option_whose_guard_is_false_is_neither_shown_nor_taken() -> None:
    machine = machine_of("""
step start
  menu 选
    1 再来 [if buyer.has_last_order] -> again
    2 走 -> bye

step again
  set cart = buyer.last_order.lines
  say {{ cart.summary }}
  goodbye

step take
  goodbye

step agent
  goodbye

step bye
  goodbye
""")
    new = Visitor(machine)
    assert new.opens() == ["选\n2 走"]
    new.says("1")
    assert new.at == "start.1"
    order = Order("A1", "placed", 250, "x", (Line("1", 1), Line("gone", 2)))
    known = Visitor(machine, buyer=Buyer("1", last_order=order))
    assert known.opens() == ["选\n1 再来\n2 走"]
    assert known.says("1") == ["苹果x1"]
