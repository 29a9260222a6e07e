"""Strings of digits, typed and said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.digits import DIGITS_MAX, read_digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("101", "101"),
        ("１０１", "101"),
        ("007", "007"),
        ("1-0-1", "101"),
        ("1 0 1", "101"),
        ("(010) 62.34", "0106234"),
        ("幺三八", "138"),
        ("１３8幺三", "13813"),
        ("洞拐勾", "079"),
        ("one three eight", "138"),
        ("One oh one", "101"),
        ("double five six", "556"),
        ("triple 8", "888"),
    ],
)
def test_digits_are_read_one_by_one(text: str, digits: str) -> None:
    assert read_digits(text, 1, 10) == digits


@pytest.mark.parametrize(
    "text", ["", "二十", "twenty", "abc", "double", "double double 5", "+1", "-", "٣"]
)
def test_what_is_not_digits_is_not_read(text: str) -> None:
    assert read_digits(text, 1, 10) is None


@pytest.mark.parametrize(
    ("text", "read"), [("12", False), ("123", True), ("1234", True), ("12345", False)]
)
def test_the_count_holds_at_both_ends(text: str, *, read: bool) -> None:
    assert (read_digits(text, 3, 4) is not None) is read


def test_no_string_is_longer_than_the_limit() -> None:
    assert read_digits("1" * DIGITS_MAX, 1, 1_000) is not None
    assert read_digits("1" * (DIGITS_MAX + 1), 1, 1_000) is None


@given(st.text(alphabet="0123456789", min_size=1, max_size=DIGITS_MAX))
def test_spoken_digits_read_as_typed_ones(digits: str) -> None:
    assert (
        read_digits("".join("零幺二三四五六七八九"[int(digit)] for digit in digits), 1, 64)
        == digits
    )
