"""Who may be answered: phones. Not names, not short codes, not ourselves.

An alphanumeric sender cannot be answered at all, a short code is a service that may answer by itself, and an answer to one
of our own codes would come back to us.
"""

from __future__ import annotations

from collections.abc import Callable

from center.numbering import Numbering
from sms.smpp.pdu import Address

PHONE_DIGITS_MIN = 7
"""The shortest numbers in international form have seven; short codes have at most six."""
PHONE_DIGITS_MAX = 15
"""E.164."""
_ALPHANUMERIC = 5
"""SMPP 3.4, section 5.2.5."""
_INTERNATIONAL = 1


def may_be_answered(source: Address, is_ours: Callable[[str], bool]) -> bool:
    """Whether a message's source is a phone."""
    digits = source.digits.removeprefix("+")
    return (
        source.ton != _ALPHANUMERIC
        and PHONE_DIGITS_MIN <= len(digits) <= PHONE_DIGITS_MAX
        and digits.isascii()
        and digits.isdecimal()
        and not is_ours(digits)
        and (digits is source.digits or not is_ours(source.digits))
    )


def buyer_of(source: Address, numbering: Numbering) -> str:
    """The number that a phone's messages are kept under, the same as its calls."""
    return numbering.of(source.digits, international=source.ton == _INTERNATIONAL)
