"""Rules of safety."""

import pytest

from tests.flows.checker.ruling import messages

ASK = """
shop 小店
  currency CNY
  channels sms
step start
  ask x as {kind}
    say {say}
  {then}
  goodbye
"""


def ask(kind: str, say: str, then: str = "say 好。") -> str:
    return ASK.format(kind=kind, say=say, then=then)


def test_a_pin_is_never_shown() -> None:
    assert messages("S801", ask("pin 4", "请输入。", "say {{ x }}")) == [
        "this text shows the pin `x`"
    ]
    assert not messages("S801", ask("digits 4", "请输入。", "say {{ x }}"))


def test_a_copy_of_a_pin_is_a_pin() -> None:
    assert messages("S801", ask("pin 4", "请输入。", "set y = x\n  send sms {{ y }}"))
    assert messages("S801", ask("pin 4", "请输入。", "set buyer.name = x"))


@pytest.mark.parametrize(
    "text",
    ["请输入银行卡号。", "请输入卡号。", "请说密码。", "短信验证码是多少？", "Your card number?",
     "Enter your PIN.", "The CVV on the back?", "Enter the verification code."],
)  # fmt: skip
def test_secrets_are_asked_for_masked(text: str) -> None:
    assert messages("S802", ask("digits 4..16", text))
    assert not messages("S802", ask("pin 4..16", text))


@pytest.mark.parametrize(
    "text",
    ["请输入会员卡号。", "请输入礼品卡号。", "请输入优惠码。", "请输入编号，切勿告诉别人密码。",
     "Your PIN code and city?", "Your membership card number?", "What did the postman spin?"],
)  # fmt: skip
def test_what_is_no_secret_is_asked_freely(text: str) -> None:
    assert not messages("S802", ask("digits 4..16", text))


def test_an_advertisement_needs_a_way_out() -> None:
    flow = ask("number 1..9", "几份？", "send sms 【小店】今天特价。")
    assert messages("S803", flow)
    way_out = "anywhere\n  on sms TD -> off\nstep off\n  set buyer.opted_out = yes\n  goodbye\n"
    assert not messages("S803", flow + way_out)
    assert messages("S803", flow + way_out.replace("  set buyer.opted_out = yes\n", ""))
    assert not messages("S803", ask("number 1..9", "几份？", "send sms 【小店】已送达。"))


def test_a_buyers_own_words_are_cut_before_they_are_sent() -> None:
    assert messages("S804", ask("text", "请留言。", "tell shop {{ x }}"))
    assert not messages("S804", ask("text", "请留言。", "tell shop {{ x|cut(60) }}"))
    assert not messages("S804", ask("address", "地址？", "tell shop {{ x }}"))


def test_a_chinese_message_says_whom_it_is_from() -> None:
    assert messages("S805", ask("text", "请留言。", "send sms 已送达。"))
    assert not messages("S805", ask("text", "请留言。", "send sms 【小店】已送达。"))
    assert not messages("S805", ask("text", "请留言。", "send sms Delivered."))
