"""Yes and no as buyers say them."""

import pytest

from grammars.languages import LANGUAGES
from grammars.yesno import read_yesno

YES = """
1 １ 1. 是 对 好 好的 可以 嗯 行 要 没错 确认 確認 對 没问题 不错 嗯嗯 对对对 是的没错 好的，谢谢 好的呀 👍 👍🏻 OK! ＹＥＳ
yes y ok sure yep correct Yes_please that’s_right no_problem
"""
NO = """
2 ２ 不 不是 不要 不用 没有 沒有 错 取消 不用了，谢谢 不是，不要 算了 👎
no n nope wrong No,_thanks don't cancel not_correct
"""
NEITHER = """
不行吧好 好不好 要不要 是不是 是吗 不要取消 不取消 对不起 不确定 别取消 谢谢 12 0 3 yes_no yes_or_no not_sure don't_cancel
yesno nothing maybe 也许 okra north
"""


@pytest.mark.parametrize("text", YES.split())
def test_yes_in_many_words(text: str) -> None:
    assert read_yesno(text.replace("_", " ")) is True


@pytest.mark.parametrize("text", NO.split())
def test_no_in_many_words(text: str) -> None:
    assert read_yesno(text.replace("_", " ")) is False


@pytest.mark.parametrize("text", ["", *NEITHER.split()])
def test_what_points_both_ways_or_nowhere_is_asked_again(text: str) -> None:
    assert read_yesno(text.replace("_", " ")) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_means_two_things(language: str) -> None:
    words = LANGUAGES[language]
    assert {read_yesno(word) for word in words.yes} == {True}
    assert {read_yesno(word) for word in words.no} == {False}
    assert {read_yesno(word) for word in words.unsure} == {None}
