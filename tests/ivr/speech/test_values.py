"""Values in a text, as words."""

import pytest

from grammars import saying
from ivr.speech.phrasing import Phrasing
from ivr.speech.pieces import Fragment
from ivr.speech.values import Currency


def said(text, language, phrasing):
    return " ".join(
        (piece.text + ("" if piece.known else "?")) if isinstance(piece, Fragment) else "|"
        for piece in phrasing.pieces(text)
    )


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("¥28", "twenty-eight yuan"),
        ("¥1,234.56", "one thousand two hundred and thirty-four yuan fifty-six"),
        ("¥1000000", "one million yuan"),
        ("¥0.50", "zero point five yuan"),
        ("-¥5.00", "minus five yuan"),
        ("$5", "five dollars"),
        ("12345678 yuan", "twelve million three hundred and forty-five thousand six hundred and seventy-eight yuan?"),
        ("1,000", "one thousand"),
        ("below -5", "below? minus five"),
        ("the 21st", "the? twenty-first"),
        ("10-20", "ten twenty"),
        ("400-123-4567", "four zero zero | one two three | four five six seven"),
        ("100-200", "one hundred two hundred"),
    ],
)  # fmt: skip
def test_numbers_as_sellers_write_them(text, heard):
    assert said(text, "en", Phrasing("en", Currency("CNY", 2), [])) == heard


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("¥28", "二十八 元"),
        ("¥1,234.56", "一千 二百 三十四 元 五 角 六 分"),
        ("2元", "两 元?"),
        ("12345678元", "一千 二百 三十四 万 五千 六百 七十八 元?"),
        ("$5", "五 美元"),
        ("400-123-4567", "四 零 零 | 幺 二 三 | 四 五 六 七"),
        ("13800138000", "幺 三 八 | 零 零 幺 三 | 八 零 零 零"),
    ],
)
def test_chinese_numbers_as_sellers_write_them(text, heard):
    assert said(text, "zh", Phrasing("zh", Currency("CNY", 2), [])) == heard


@pytest.mark.parametrize(
    ("currency", "decimals", "text", "heard"),
    [
        ("USD", 2, "$0.99", "ninety-nine cents"),
        ("USD", 2, "$1.01", "one dollar and one cent"),
        ("GBP", 2, "£0.01", "one penny"),
        ("HKD", 2, "$5", "five Hong Kong dollars"),
        ("JPY", 0, "¥500", "five hundred yen"),
    ],
)
def test_a_sign_is_the_shops_own_currency_where_it_can_be(currency, decimals, text, heard):
    assert said(text, "en", Phrasing("en", Currency(currency, decimals), [])) == heard


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        # A date that is read back after it was asked for (grammars.dates.write_date).
        ("2026年11月24日", "二零二六年十一月二十四日"),
        ("2026-11-24", "二零二六年十一月二十四日"),
        ("2012年", "二零一二年"),
        ("2天", "两天"),
        ("2点", "两点"),
        ("2-3天", "二至三天"),
        ("100~200元", "一百至两百元"),
        # These name something and count nothing.
        ("第2份", "第二份"),
        ("请按2点餐", "请按二点餐"),
        ("2年级", "二年级"),
        ("3号楼2单元301室", "三号楼二单元三零幺室"),
        ("50%", "百分之五十"),
        ("12.5％", "百分之十二点五"),
        ("8.5折", "八五折"),
        ("3.14159", "三点一四一五九"),
        ("1,000,000", "一百万"),
        ("-5.00", "负五元"),
        ("0.50", "五角"),
        ("0.5元", "零点五元"),
        ("100001", "十万零一"),
        ("110", "一百一十"),
        ("10000", "一万"),
        ("9999999999999元", "九九九九九九九九九九九九九元"),
    ],
)
def test_chinese_values_are_said_as_people_say_them(text, spoken):
    assert Phrasing("zh", Currency("CNY", 2), []).spoken(text) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("24 November 2026", "November the twenty-fourth twenty twenty-six"),
        ("Nov 24", "November the twenty-fourth"),
        ("2026-11-24", "November the twenty-fourth twenty twenty-six"),
        ("May 2, 2005", "May the second two thousand and five"),
        ("May 2,000", "May two thousand"),
        ("2-3 days", "two to three days"),
        ("10-20", "ten - twenty"),
        ("12.5 % off", "twelve point five percent off"),
        ("1,000,000", "one million"),
        ("3.14159", "three point one four one five nine"),
        ("-5.00", "minus five dollars"),
    ],
)
def test_english_values_are_said_as_people_say_them(text, spoken):
    assert Phrasing("en", Currency("USD", 2), []).spoken(text) == spoken


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_a_value_has_been_rendered_before_it_is_said(language):
    ahead = set(saying.closed_words(language, "CNY"))
    phrasing = Phrasing(language, Currency("CNY", 2), [])
    values = ["2026-11-24", "2005-01-30", "1900-02-01", "12.5%", "-36.05", "21:05", "A0001", "2-3"]
    for value in values:
        said = {piece.text for piece in phrasing.pieces(value) if isinstance(piece, Fragment)}
        assert said <= ahead
