"""Keys as they come, into whole answers."""

import pytest

from center.reply import Expected
from ivr.channel.keying import BETWEEN_S, KEYS_MAX, Keying

MENU = Expected("main.1", "menu", ("1", "2", "9", "0", "*"), 0, 6)
PRODUCT = Expected("dish", "product", ("101", "102", "201", "0", "*"), 0, 6)
NUMBER = Expected("qty", "number", ("0", "*"), 2, 6)
PHONE = Expected("phone", "phone", (), 15, 6)
MONEY = Expected("amount", "money", ("0", "*"), 9, 6, decimals=2)
YEN = Expected("amount", "money", ("0", "*"), 9, 6)


def press(expected, keys, now=0.0):
    keying = Keying(expected)
    return [keying.press(key, now) for key in keys]


@pytest.mark.parametrize(
    ("expected", "keys", "answers"),
    [
        (MENU, "1", ["1"]),
        (MENU, "7", ["7"]),
        (PRODUCT, "101", [None, None, "101"]),
        (PRODUCT, "0", ["0"]),
        (PRODUCT, "15", [None, None]),
        (PRODUCT, "999", [None, None, "999"]),
        (PRODUCT, "301", [None, None, "301"]),
        (PRODUCT, "15#", [None, None, "15"]),
        (NUMBER, "12", [None, "12"]),
        (NUMBER, "2#", [None, "2"]),
        (NUMBER, "#", ["#"]),
        (PHONE, "138#", [None, None, None, "138"]),
        (MENU, "*", ["*"]),
        (NUMBER, "1*2#", [None, "*", None, "2"]),
        (PHONE, "13*4#", [None, None, None, None, "4"]),
        (MONEY, "18#", [None, None, "18"]),
        (MONEY, "18*5#", [None, None, None, None, "18*5"]),
        (MONEY, "18*50", [None, None, None, None, "18*50"]),
        (MONEY, "18**", [None, None, None, "*"]),
        (MONEY, "18**7#", [None, None, None, "*", None, "7"]),
        (MONEY, "*", ["*"]),
        (YEN, "18*", [None, None, "*"]),
    ],
)
def test_an_answer_is_whole_as_soon_as_nothing_longer_can_be_meant(expected, keys, answers):
    assert press(expected, keys) == answers


def test_a_wrong_code_that_is_too_short_is_one_mistake_once_no_further_key_comes():
    keying = Keying(PRODUCT)
    assert [keying.press(key, 10.0) for key in "15"] == [None, None]
    assert keying.run_out(10.0 + BETWEEN_S) == "15"


def test_what_was_typed_is_whole_when_no_further_key_comes():
    keying = Keying(NUMBER)
    assert keying.due() is None
    assert keying.press("2", 10.0) is None
    assert keying.due() == 10.0 + BETWEEN_S
    assert keying.run_out(10.0 + BETWEEN_S - 0.01) is None
    assert keying.run_out(10.0 + BETWEEN_S) == "2"
    assert keying.due() is None


@pytest.mark.parametrize(("count", "whole"), [(KEYS_MAX - 1, False), (KEYS_MAX, True)])
def test_an_answer_has_a_longest(count, whole):
    endless = Expected("code", "digits", (), 100, 6)
    assert (press(endless, "1" * count)[-1] is not None) == whole
