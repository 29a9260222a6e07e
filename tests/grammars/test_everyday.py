"""No text whatever makes a reader raise or takes it long."""

import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.dates import read_date
from grammars.digits import read_digits
from grammars.folding import TEXT_LENGTH_MAX, fold
from grammars.languages import LANGUAGES
from grammars.money import read_money
from grammars.names import nearest
from grammars.numbers import read_number
from grammars.phones import mask_phone, read_phone
from grammars.yesno import read_yesno

TODAY = date(2026, 11, 24)
SECONDS_MAX = 5.0
"""Far above what is needed, 20 ms, so that a busy machine fails no test, yet no search in powers."""

READERS: list[Callable[[str], object]] = [
    fold,
    read_number,
    lambda text: read_digits(text, 1, 20),
    read_yesno,
    read_money,
    read_phone,
    mask_phone,
    lambda text: read_date(text, TODAY),
    lambda text: nearest(text, ["牛肉面", "start"]),
]
KNOWN = sorted(
    {
        word
        for language in LANGUAGES.values()
        for words in (
            language.numerals, language.measures, language.openers, language.closers, language.yes, language.no,
            language.major_units, language.tenths, language.points, language.digits,
        )
        for word in words
    }
    | {"1", "20", "3.5", ",", ".", "-", "/", "月", "日", "号", "周", "天后", "nov", "¥", "+86", " "}
)  # fmt: skip


@given(st.text() | st.lists(st.sampled_from(KNOWN), max_size=12).map("".join)
       | st.lists(st.sampled_from(KNOWN), max_size=12).map(" ".join))  # fmt: skip
def test_any_text_is_answered(text: str) -> None:
    for read in READERS:
        read(text)


@pytest.mark.parametrize(
    "unit",
    ["1", "一", "我要", "我要我", "please ", "one ", "double ", "不", "1-", "13800138000 ", "the ", "周", "十", ".", " ",
     "１", "\u0301", "\ufdfa", "\ud800", "\0", "one hundred and ", "万", "送到", "1,"],
)  # fmt: skip
@pytest.mark.parametrize("length", [TEXT_LENGTH_MAX, TEXT_LENGTH_MAX + 1, 50 * TEXT_LENGTH_MAX])
def test_a_long_text_takes_no_long_time(unit: str, length: int) -> None:
    text = (unit * length)[:length]
    began = time.process_time()
    for read in READERS:
        read(text)
        read(text + "!x")
    assert time.process_time() - began < SECONDS_MAX
