"""Addresses: what is read is what was written, within its longest."""

import pytest

from sms.smpp.pdu.address import Address, read_address, write_address


def test_an_address_is_read_as_it_was_written() -> None:
    address = Address("13800138000", 1, 1)
    assert write_address(address) == b"\1\x0113800138000\0"
    assert read_address(b".." + write_address(address), 2) == (address, 16)


def test_an_address_longer_than_its_field_is_refused() -> None:
    long = Address("1" * 21)
    assert read_address(write_address(long, 22), 0, 22) == (long, 24)
    with pytest.raises(ValueError, match="not found"):
        read_address(write_address(long, 22), 0)
    with pytest.raises(ValueError, match="does not fit in 20 characters"):
        write_address(long)
