"""One telephone, however its number is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.numbering import Numbering

CHINA = Numbering()
KENYA = Numbering("254", national_digits=9)
AMERICA = Numbering("1", trunk_prefix="1", abroad="011")


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "+8613800138000",
        "8613800138000",
        "008613800138000",
        "013800138000",
        "+86-138-0013-8000",
        "138 0013 8000",
    ],
)
def test_a_chinese_telephone_is_one_buyer(written: str) -> None:
    assert CHINA.of(written) == "13800138000"


@pytest.mark.parametrize(
    ("plan", "written", "kept"),
    [
        (CHINA, "01062345678", "01062345678"),
        (CHINA, "+861062345678", "01062345678"),
        (CHINA, "1062345678", "01062345678"),
        (CHINA, "57187654321", "057187654321"),
        (CHINA, "+447700900123", "+447700900123"),
        (CHINA, "447700900123", "+447700900123"),
        (CHINA, "00447700900123", "+447700900123"),
        (KENYA, "0712345678", "+254712345678"),
        (KENYA, "712345678", "+254712345678"),
        (KENYA, "254712345678", "+254712345678"),
        (KENYA, "+254 712 345 678", "+254712345678"),
        (KENYA, "+8613800138000", "13800138000"),
        (AMERICA, "(415) 555-0123", "+14155550123"),
        (AMERICA, "14155550123", "+14155550123"),
        (AMERICA, "011447700900123", "+447700900123"),
    ],
)
def test_other_telephones_too(plan: Numbering, written: str, kept: str) -> None:
    assert plan.of(written) == kept


def test_what_the_network_calls_international_bears_its_country_code() -> None:
    assert KENYA.of("8613800138000", international=True) == "13800138000"
    assert AMERICA.of("4520123456", international=True) == "+4520123456"
    assert AMERICA.of("4520123456") == "+14520123456"


def test_a_network_that_calls_national_numbers_international_is_seen_through() -> None:
    assert KENYA.of("0712345678", international=True) == "+254712345678"
    assert CHINA.of("13800138000", international=True) == "13800138000"


@pytest.mark.parametrize(
    "written", ["", "1001", "95588", "anonymous", "62345678", "+12", "+" + "9" * 16]
)
def test_what_is_no_telephone_stays_as_it_is(written: str) -> None:
    assert CHINA.of(written) == written


@given(st.text(alphabet="+0123456789 -()", max_size=24))
def test_what_is_kept_stays(written: str) -> None:
    for plan in (CHINA, KENYA, AMERICA):
        kept = plan.of(written)
        if kept != written and kept[0] == "+":
            assert plan.of(kept) == kept


@pytest.mark.parametrize(
    ("kept", "whole"),
    [
        ("13800138000", "+8613800138000"),
        ("01062345678", "+861062345678"),
        ("057187654321", "+8657187654321"),
        ("4008001234", "+864008001234"),
        ("+254712345678", "+254712345678"),
        ("95588", "95588"),
        ("", ""),
    ],
)
def test_what_is_kept_can_be_written_with_its_country(kept: str, whole: str) -> None:
    for plan in (CHINA, KENYA):
        assert plan.international(kept) == whole
    assert CHINA.of(whole) == kept


@pytest.mark.parametrize("country", ["", "+86", "8612", "CN"])
def test_a_country_code_is_one_to_three_digits(country: str) -> None:
    with pytest.raises(ValueError, match="no country code"):
        Numbering(country)
