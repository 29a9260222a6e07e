"""A phone's number bears the type that it is of, in the form that its carrier wants."""

from dataclasses import replace

import pytest

from sms.carrier import Carrier
from sms.phones import phone_address
from sms.smpp.pdu import Address

CARRIER = Carrier("c", "127.0.0.1", 0, "dialcart", "dialcart")


@pytest.mark.parametrize(
    ("kept", "address"),
    [
        ("13800138000", Address("13800138000", 2, 1)),
        ("+254712345678", Address("254712345678", 1, 1)),
        ("01062345678", Address("01062345678", 2, 1)),
        # Kept as it came, since it is no number that we know.
        ("7654321", Address("7654321", 0, 1)),
    ],
)
def test_the_type_follows_the_form(kept: str, address: Address) -> None:
    assert phone_address(kept, CARRIER) == address


def test_a_carrier_may_want_the_code_of_the_country_with_all() -> None:
    carrier = replace(CARRIER, phones="international")
    assert phone_address("13800138000", carrier) == Address("8613800138000", 1, 1)
    assert phone_address("+254712345678", carrier) == Address("254712345678", 1, 1)
    assert phone_address("7654321", carrier) == Address("7654321", 0, 1)


def test_a_carrier_may_want_one_type_with_all() -> None:
    carrier = replace(CARRIER, destination_ton=0, destination_npi=0)
    assert phone_address("13800138000", carrier) == Address("13800138000", 0, 0)
