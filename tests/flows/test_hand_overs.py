"""What a flow does after a person had its buyer, or nobody came."""

import pytest

from flows import effects
from tests.flows.shops import WITHOUT_TAKE, Visitor, machine_of

CALLED = """
step start
  call where
  say 送到{{{{ place }}}}
    en: To {{{{ place }}}}
  goodbye

step where
  ask place as address
    say 送到哪里？
      en: Where to?
    tries 1 then -> agent
  return

step agent
  hand over to sales
    when busy -> bye
    when timeout -> bye
{below}
step bye
  say 再见
    en: Bye
  goodbye
"""


def handed_over(below: str) -> Visitor:
    visitor = Visitor(machine_of(CALLED.format(below=below), WITHOUT_TAKE))
    visitor.opens()
    visitor.says(" ")
    assert visitor.has(effects.HandOver)
    visitor.learns("ok")
    return visitor


def test_a_session_ends_with_the_person_also_in_a_called_step() -> None:
    visitor = handed_over("")
    assert visitor.over
    assert visitor.heard() == []


def test_what_stands_below_a_hand_over_is_done_after_it() -> None:
    assert handed_over("  say 谢谢\n    en: Thanks\n  goodbye\n").heard() == ["谢谢"]


def test_a_return_below_a_hand_over_goes_back_to_the_call() -> None:
    visitor = Visitor(
        machine_of(CALLED.format(below='  set place = "B"\n  return\n'), WITHOUT_TAKE)
    )
    visitor.opens()
    visitor.says(" ")
    assert visitor.learns("ok") == ["送到B"]


WAYS = """
step start
  hand over to sales
    when busy -> busy
    when timeout -> late
{more}
step busy
  say 忙
  goodbye

step late
  ask note as text
    say 请留言
  goodbye

step gone
  say 走了
  goodbye
"""


@pytest.mark.parametrize(
    ("outcome", "more", "heard"),
    [
        ("closed", "", ["忙"]),
        ("failed", "", ["忙"]),
        ("hangup", "", ["请留言"]),
        ("closed", "    when closed -> gone\n", ["走了"]),
        ("hangup", "    when hangup -> gone\n", ["走了"]),
    ],
)
def test_a_hand_over_without_a_way_for_what_came_back_takes_another(outcome, more, heard) -> None:
    shop = WITHOUT_TAKE.replace("languages zh, en", "languages zh")
    visitor = Visitor(machine_of(WAYS.format(more=more), shop))
    visitor.opens()
    assert visitor.learns(outcome) == heard
    assert not visitor.has(effects.Trouble)
