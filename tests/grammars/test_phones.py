"""Telephone numbers, given and hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.phones import CHINA, is_as_dialled_in_china, mask_phone, read_phone


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "１３８００１３８０００",
        "+86 13800138000",
        "＋８６ 138 0013 8000",
        "0086-13800138000",
        "8613800138000",
        "电话：13800138000",
        "我的手机号是13800138000。",
        "幺三八零零幺三八零零零",
        "one three eight double oh one three eight triple oh",
    ],
)
def test_a_chinese_mobile_is_kept_as_it_is_dialled(text: str) -> None:
    assert read_phone(text) == "13800138000"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("010-62345678", "01062345678"),
        ("(0571) 8765 4321", "057187654321"),
        ("+86 10 6234 5678", "01062345678"),
        ("+86 (010) 62345678", "01062345678"),
        ("400-800-1234", "4008001234"),
        ("+1 (415) 555-0123", "+14155550123"),
        ("0044 20 7946 0958", "+442079460958"),
    ],
)
def test_area_codes_and_foreign_numbers(text: str, phone: str) -> None:
    assert read_phone(text) == phone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "()",
        "12800138000",
        "1380013800",
        "138001380001",
        "62345678",
        "+86 28",
        "+1234567",
        "+0123456789",
        "+1234567890123456",
        "hello",
        "13800138000 13800138001",
    ],
)
def test_what_nobody_can_dial_is_not_read(text: str) -> None:
    assert read_phone(text) is None


@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        ("0712 345 678", "254", "+254712345678"),
        ("712345678", "254", "+254712345678"),
        ("254712345678", "254", "+254712345678"),
        ("+254 712 345678", "254", "+254712345678"),
        ("my number is 0712-345-678", "254", "+254712345678"),
        ("zero seven one two three four five six seven eight", "254", "+254712345678"),
        ("(415) 555-0123", "1", "+14155550123"),
        ("14155550123", "1", "+14155550123"),
        ("+86 138 0013 8000", "254", "13800138000"),
        ("0171 2345678", "", "01712345678"),
        ("12345", "254", None),
        ("00712345", "254", None),
        ("123456789012345678", "254", None),
    ],
)
def test_a_number_without_a_country_is_of_the_shops(
    text: str, country: str, phone: str | None
) -> None:
    assert read_phone(text, country) == phone


@given(
    st.from_regex(r"\+?(?:00|0)?(?:86|254)?0?[0-9]{0,16}", fullmatch=True),
    st.sampled_from([CHINA, "254", ""]),
)
def test_a_number_as_networks_write_it_is_read_as_one_with_words_about_it(
    text: str, country: str
) -> None:
    assert read_phone(text, country) == read_phone(f"tel: {text}.", country)


@given(
    st.from_regex(r"\+?(86|00)?[014][0-9]{8,11}[ \n]?", fullmatch=True) | st.text("幺138０-+ \n")
)
def test_a_number_as_it_is_dialled_in_china_is_told_without_reading_it(text: str) -> None:
    assert is_as_dialled_in_china(text) == (read_phone(text) == text and "+" not in text)


def test_a_foreign_number_is_never_taken_for_a_chinese_one() -> None:
    assert read_phone("+13800138000") != read_phone("13800138000")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("送到13800138000，谢谢", "送到138****8000，谢谢"),
        ("+8613800138000", "+86138****8000"),
        ("138-0013-8000", "138-****-8000"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("010-62345678", "010-****5678"),
        ("+44 20 7946 0958", "+44 20 **** 0958"),
        ("卡号6222021234567890123", "卡号62220**********0123"),
        ("a 13800138000 b 13900139000", "a 138****8000 b 139****9000"),
    ],
)
def test_the_middle_of_a_number_is_hidden(text: str, masked: str) -> None:
    assert mask_phone(text) == masked


@pytest.mark.parametrize(
    "text", ["2026-11-24 09:00", "18.50 15.50", "101 2 102 3", "订单 123456", "两碗"]
)
def test_dates_prices_and_quantities_stay(text: str) -> None:
    assert mask_phone(text) == text


@given(st.text(alphabet=st.sampled_from("1390８- +()好x."), max_size=60))
def test_masking_keeps_length_and_leaves_no_mobile(text: str) -> None:
    masked = mask_phone(f"{text}好13800138000好{text}")
    assert len(masked) == 2 * len(text) + 13
    assert "13800138000" not in masked
