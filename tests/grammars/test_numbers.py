"""Numbers as buyers write and say them."""

import importlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.folding import TEXT_LENGTH_MAX
from grammars.languages import LANGUAGES
from grammars.numbers import NUMBER_MAX, read_number, write_number

UNDERSTOOD = """
3=3 ３=3 三=3 零五=5 叁=3 仨=3 007=7 ①=1 1️⃣=1 3。=3 3#=3 x3=3 *3=3 3份=3 3_份=3 ２份吧=2
两份=2 兩個=2 俩=2 十=10 十二=12 二十=20 廿五=25 卅=30 两打=24 一百零五=105 一百二=120 一百十五=115
两千=2000 两千五=2500 一万二=12000 三万零五十=30050 十万五=105000 一亿零三百=100000300
一千五十=1050 壹佰贰拾叁=123 二〇二六=2026 一零=10 3万=30000 3千5=3500 1,200=1200 1,234,567=1234567
我要两碗=2 要三个=3 来_三_份=3 要3个，谢谢=3 一共五斤=5 再来一份=1
three=3 Three=3 twenty-one=21 twenty_one=21 a_dozen=12 half_a_dozen=6 two_dozen_bowls=24
one_hundred_and_five=105 one_hundred_five=105 a_hundred=100 fifteen_hundred=1500
two_thousand_and_six=2006 2_thousand=2000 3_pcs=3 3pcs=3 2_kg=2 two_please=2 I'd_like_two_bowls,_please=2
"""
NOT_UNDERSTOOD = """
1.5 １．５ .5 3.14 -3 －3 +3 3/4 50% 1,5 12,00 第二 两三个 三五个 二两 一会儿 三鲜面 十十 百 半斤 一个半
2_3 2份3 三_3 x 份 我要 3元 3,4 one_five twenty_twenty ten_hundred_thousand and one_and hundred twentyone
一百零 一万万 三百二百 一百二百 two_hundred_hundred 10:30 none someone 1000000000001 一万亿零一 九万亿
"""


def _said(text: str) -> str:
    return text.replace("_", " ")


@pytest.mark.parametrize("example", UNDERSTOOD.split())
def test_a_number_is_read_however_it_is_written(example: str) -> None:
    text, _, value = _said(example).rpartition("=")
    assert read_number(text) == int(value)


@pytest.mark.parametrize("text", NOT_UNDERSTOOD.split())
def test_what_is_not_one_whole_number_is_asked_again(text: str) -> None:
    assert read_number(_said(text)) is None


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "零", "zero"),
        (2, "二", "two"),
        (12, "十二", "twelve"),
        (21, "二十一", "twenty-one"),
        (105, "一百零五", "one hundred and five"),
        (110, "一百一十", "one hundred and ten"),
        (200, "两百", "two hundred"),
        (2_222, "两千二百二十二", "two thousand two hundred and twenty-two"),
        (10_010, "一万零一十", "ten thousand and ten"),
        (100_000, "十万", "one hundred thousand"),
        (10**8 + 10**4, "一亿零一万", "one hundred million ten thousand"),
        (NUMBER_MAX, "一万亿", "one trillion"),
    ],
)
def test_a_number_is_written_as_it_is_said(value: int, chinese: str, english: str) -> None:
    assert write_number(value, "zh") == chinese
    assert write_number(value, "en") == english


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.integers(0, NUMBER_MAX) | st.integers(0, 100_000))
def test_what_is_written_is_read_back(language: str, value: int) -> None:
    assert read_number(write_number(value, language)) == value


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.integers(0, NUMBER_MAX) | st.integers(0, 10_000))
def test_every_wording_is_read_back(language: str, value: int) -> None:
    for wording in LANGUAGES[language].spellings(value):
        assert read_number(wording) == value


@pytest.mark.parametrize("value", [-1, NUMBER_MAX + 1])
def test_a_number_past_the_limits_is_not_written(value: int) -> None:
    with pytest.raises(ValueError, match="is not from 0"):
        write_number(value, "zh")


def test_the_largest_number_is_read_and_no_larger_one() -> None:
    assert read_number(str(NUMBER_MAX)) == NUMBER_MAX
    assert read_number(str(NUMBER_MAX + 1)) is None
    assert read_number("9" * TEXT_LENGTH_MAX) is None


def test_a_text_past_the_limit_is_not_read() -> None:
    assert read_number("3" + " " * (TEXT_LENGTH_MAX - 1)) == 3
    assert read_number("3" + " " * TEXT_LENGTH_MAX) is None


def test_chinese_numbers_agree_with_another_implementation() -> None:
    cn2an = importlib.import_module("cn2an")
    chance = random.Random(5)
    values = [*range(130), *(chance.randrange(10 ** chance.randrange(2, 12)) for _ in range(400))]
    for value in values:
        assert cn2an.cn2an(write_number(value, "zh"), "smart") == value
        assert read_number(cn2an.an2cn(value, "low")) == value
        assert read_number(cn2an.an2cn(value, "up")) == value
