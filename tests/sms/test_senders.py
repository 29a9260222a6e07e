"""Phones are answered; names, short codes and ourselves are not."""

import pytest

from sms.senders import PHONE_DIGITS_MAX, PHONE_DIGITS_MIN, may_be_answered
from sms.smpp.pdu import Address


@pytest.mark.parametrize(
    ("digits", "ton", "answered"),
    [
        ("13800138000", 1, True),
        ("+8613800138000", 1, True),
        ("1" * PHONE_DIGITS_MIN, 1, True),
        ("1" * (PHONE_DIGITS_MIN - 1), 1, False),
        ("1" * PHONE_DIGITS_MAX, 1, True),
        ("1" * (PHONE_DIGITS_MAX + 1), 1, False),
        ("10690001", 3, False),
        ("+10690001", 1, False),
        ("+8610690001", 1, False),
        ("MyBank", 5, False),
        ("13800138000", 5, False),
        ("1380013800x", 1, False),
        ("١٣٨٠٠١٣٨٠٠٠", 1, False),
        ("", 0, False),
    ],
)
def test_who_is_answered(digits: str, ton: int, answered: bool) -> None:
    # Codes of ours are known as they are in the settings, with a + or without.
    ours = {"10690001", "+8610690001"}
    assert may_be_answered(Address(digits, ton), ours.__contains__) is answered
