"""Lists of numbers that may be called hold telephones, however a number or a list is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.allowed import Allowed, plain
from center.numbering import Numbering

KENYA = Numbering("254", national_digits=9)
AMERICA = Numbering("1", trunk_prefix="1", abroad="011")
ITALY = Numbering("39", trunk_prefix="", national_digits=11)
WAYS = ("13800138000", "+8613800138000", "8613800138000", "008613800138000", "013800138000")
"""One telephone."""


@pytest.mark.parametrize("written", [*WAYS, "+86-138 0013 8000"])
@pytest.mark.parametrize("entry", [*WAYS, "138*", "+86138*", "0086138*", "0138*"])
def test_a_telephone_is_held_however_it_and_the_list_are_written(entry: str, written: str):
    # What is dialled is what was compared, not what was typed.
    assert Allowed((entry,)).number(written) == "13800138000"


@pytest.mark.parametrize("entry", ["010*", "+8610*", "008610*", "01065391234", "861065391234"])
@pytest.mark.parametrize("written", ["01065391234", "+861065391234", "008610-6539-1234"])
def test_a_landline_too(entry: str, written: str):
    assert Allowed((entry,)).number(written) == "01065391234"


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        # Landlines are no leave to dial abroad, however it is written.
        ("0*", "0019005551234"),
        ("0*", "+19005551234"),
        ("0*", "013800138000"),
        ("01*", "+19005551234"),
        ("1*", "+19005551234"),
        ("1*", "0019005551234"),
        ("19*", "+19005551234"),
        ("8*", "+8613800138000"),
        ("86*", "+8613800138000"),
        ("400*", "+40021234567"),
        ("+86138*", "+861390013800"),
        ("+1*", "13800138000"),
        ("138*", "138"),
        ("13800138000", "138001380001"),
        ("00*", "13800138000"),
        ("00*", "010-65391234"),
        ("00*", "008613800138000"),
        ("138*", ""),
        ("138*", "withheld-1"),
        ("138*", "138*"),
        ("138*", "1380013800013800"),
        # Samoa, Tokelau and Niue have too few digits for a number abroad, and ring.
        ("0*", "006855555"),
        ("0*", "00 690-3100"),
        ("0*", "006834001"),
        ("0*", "0086006903100"),
        ("0*", "0006903100"),
        ("0*", "00690"),
        ("+86*", "+86006903100"),
        ("+86*", "+8600690310012"),
        ("8*", "86006903100"),
        ("00*", "006903100"),
        # Another carrier's prefix, then abroad.
        ("1*", "17909006903100"),
    ],
)
def test_no_way_of_writing_gets_round_a_list(entry: str, written: str):
    assert Allowed((entry,)).number(written) == ""


@pytest.mark.parametrize(
    ("plan", "entry", "written"),
    [
        (KENYA, "0*", "+2540068512345"),
        (KENYA, "0*", "2540068512345"),
        (KENYA, "0*", "002540068512345"),
        (KENYA, "+254*", "+254006903100"),
        (KENYA, "+254*", "+2540712345678"),
        (KENYA, "0*", "006903100"),
        (KENYA, "0*", "00690"),
        (AMERICA, "1*", "+10116903100"),
        (AMERICA, "1*", "10116903100"),
        (AMERICA, "+1*", "+1011447700900"),
        (ITALY, "0*", "+390069031001"),
    ],
)
def test_nor_in_other_countries(plan: Numbering, entry: str, written: str):
    assert Allowed((entry,), plan).number(written) == ""


def test_a_zero_that_is_part_of_a_number_is_no_prefix():
    assert Allowed(("06*",), ITALY).number("0669812345") == "+390669812345"
    assert Allowed(("8*",)).number("8600") == "8600"


def test_all_abroad_may_be_allowed():
    assert Allowed(("00*",)).number("+447700900123") == "+447700900123"
    assert Allowed(("011*",), AMERICA).holds("+447700900123")
    assert not Allowed(("011*",), AMERICA).holds("4155550123")


@pytest.mark.parametrize(
    "entry", ["0712*", "712*", "+254712*", "000254712*", "00254712*", "0712345678"]
)
@pytest.mark.parametrize("written", ["0712345678", "+254712345678", "00254 712 345 678"])
def test_other_countries_have_their_own_way(entry: str, written: str):
    held = Allowed((entry,), KENYA).number(written)
    assert held == ("" if entry.startswith("000") else "+254712345678")


def test_a_chinese_number_is_abroad_elsewhere():
    assert not Allowed(("138*",), KENYA).holds("+8613800138000")
    assert Allowed(("+86138*",), KENYA).holds("+8613800138000")


def test_numbers_of_services_are_held_as_they_are():
    assert Allowed(("10086", "12*")).number("10086") == "10086"
    assert Allowed(("12*",), KENYA).holds("122")
    assert not Allowed(("12*",)).holds("110")


@given(st.text(alphabet="0123456789+-* ", max_size=18), st.sampled_from([None, KENYA, AMERICA]))
def test_what_is_held_is_held_as_it_is_kept(written: str, plan: Numbering | None):
    allowed = Allowed(("1*", "0*", "+2547*", "00*"), plan)
    kept = allowed.number(written)
    if kept:
        assert plain(kept) == kept
        assert allowed.number(kept) == kept


@pytest.mark.parametrize("entry", ["", "*", "+*", "4001**", "sip:a@b", "٤٠٠", "4" * 16])
def test_an_entry_that_is_no_number_is_refused(entry: str):
    with pytest.raises(ValueError, match="write digits"):
        Allowed((entry,))
