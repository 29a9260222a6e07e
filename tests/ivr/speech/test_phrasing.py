"""Texts of a flow as what is said."""

import pytest

from ivr.speech.phrasing import PIECES_MAX, Phrasing, trimmed
from ivr.speech.pieces import Fragment
from ivr.speech.script import Script
from ivr.speech.values import Currency
from tests.ivr.speech.shop import NOODLES

SCRIPT = Script(NOODLES)


def said(text, language, phrasing=None):
    pieces = (phrasing or SCRIPT.phrasing(language)).pieces(text)
    return " ".join(
        (piece.text + ("" if piece.known else "?")) if isinstance(piece, Fragment) else "|"
        for piece in pieces
    )


@pytest.mark.parametrize(
    ("text", "language", "heard"),
    [
        ("您好，欢迎致电老王面馆。", "zh", "您好，欢迎致电老王面馆"),
        ("请选择：下单请按1，查订单请按2。", "zh", "请选择 | 下单请按1 | 查订单请按2"),
        ("已加入2份牛肉面，共36.00。", "zh", "已加入 两 份 牛肉面 | 共 三十六 元"),
        ("下单成功，订单号A0001。", "zh", "下单成功，订单号 A 零 零 零 幺"),
        ("上次您点了牛肉面x2、凉拌黄瓜x1，共42.50。", "zh",
         "上次您点了 牛肉面 两 份 | 凉拌黄瓜 一 份 | 共 四十二 元 五 角"),
        ("1样菜，共36.00，送到文三路1号，货到付款。", "zh", "一 样菜，共 三十六 元 | 送到 文三路1号? | 货到付款"),
        ("订单A0009：已发货，预计11月26日送达。", "zh", "订单 A 零 零 零 九 | 已发货 | 预计 十一月 二十六日 送达"),
        ("Order A0009: shipped, due 24 Nov.", "en",
         "Order A zero zero zero nine | shipped | due November the twenty-fourth"),
        ("Added 2 Beef noodles. Total 36.00. For Add more, press 1.", "en",
         "Added two Beef noodles | Total thirty-six yuan | For Add more, press 1"),
        ("You said 1 3 8. Is that right?", "en", "You said one three eight | Is that right"),
        ("For Order, press 1. For Order status, press 2.", "en", "For Order, press 1 | For Order status, press 2"),
    ],
)  # fmt: skip
def test_a_text_is_cut_at_its_values(text, language, heard):
    assert said(text, language) == heard


def test_a_telephone_number_is_said_in_groups():
    assert said("13800138000", "en") == (
        "one three eight | zero zero one three | eight zero zero zero"
    )


def test_a_currency_that_is_written_is_not_said_twice():
    yuan = Phrasing("zh", Currency("CNY", 2), ["元，要几袋", "每袋"])
    assert said("每袋12.50元，要几袋？", "zh", yuan) == "每袋 十二 点 五 元，要几袋"
    assert said("每袋12.00元，要几袋？", "zh", yuan) == "每袋 十二 元，要几袋"


def test_an_amount_without_decimals_is_known_by_the_template_it_stands_in():
    yen = Phrasing("en", Currency("JPY", 0), ["Total", "Added"], {"Total": frozenset({"money"})})
    assert said("Total 500.", "en", yen) == "Total five hundred yen"
    assert said("Added 500.", "en", yen) == "Added five hundred"


def test_a_phrase_is_not_found_inside_a_word():
    phrasing = Phrasing("en", Currency("CNY", 2), ["to", "Total"])
    assert said("Total tomatoes to", "en", phrasing) == "Total tomatoes? to"


@pytest.mark.parametrize(
    ("text", "language", "spoken"),
    [
        ("没找到。编号是三位数字，比如101", "zh", "没找到。编号是三位数字，比如幺零幺"),
        ("周一至周五09:00-21:00", "zh", "周一至周五九点至二十一点"),
        ("Mon-Fri 09:00-21:00", "en", "Monday to Friday nine a m to nine p m"),
        ("For Order, press 1", "en", "For Order, press one"),
    ],
)
def test_a_voice_is_given_words(text, language, spoken):
    assert SCRIPT.phrasing(language).spoken(text) == spoken


def test_punctuation_at_the_ends_is_not_part_of_a_text():
    assert trimmed("，谢谢，再见！ ") == "谢谢，再见"
    assert trimmed("……") == ""


@pytest.mark.parametrize(("over", "kept"), [(0, PIECES_MAX), (1, PIECES_MAX)])
def test_a_text_has_a_longest_number_of_pieces(over, kept):
    pieces = SCRIPT.phrasing("zh").pieces("份" * (PIECES_MAX + over))
    assert len(pieces) == kept
