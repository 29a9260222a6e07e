"""Addresses: a number, and how it is to be read. SMPP 3.4, sections 5.2.5 to 5.2.9."""

from __future__ import annotations

import msgspec

from sms.smpp.pdu.fields import write_string


class Address(msgspec.Struct, frozen=True, gc=False):
    """A number with its type of number and numbering plan. Sections 5.2.5 to 5.2.7."""

    digits: str
    ton: int = 0
    npi: int = 0


def read_address(frame: bytes, at: int, longest: int = 21) -> tuple[Address, int]:
    """TON, NPI and a number of at most `longest` bytes with its NUL. Raises ValueError for more."""
    end = frame.index(0, at + 2, at + 2 + longest)
    return Address(frame[at + 2 : end].decode("latin-1"), frame[at], frame[at + 1]), end + 1


def write_address(address: Address, longest: int = 21) -> bytes:
    """The same back. Raises ValueError for a number that is too long."""
    return bytes((address.ton, address.npi)) + write_string(address.digits, longest)
