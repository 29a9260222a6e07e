"""Strings and optional parameters: what is too long, too many or cut short is refused."""

import struct

import pytest

from sms.smpp import pdu as p
from sms.smpp.errors import ProtocolError
from sms.smpp.pdu.fields import TLVS_MAX, read_string, write_string
from sms.smpp.status import Status


def test_a_string_has_its_nul_within_its_longest() -> None:
    assert read_string(b"..noodles\0x", 2, 8) == ("noodles", 10)
    with pytest.raises(ValueError, match="not found"):
        read_string(b"..noodles\0x", 2, 7)
    assert write_string("noodles", 8) == b"noodles\0"
    with pytest.raises(ValueError, match="`noodles` does not fit in 6 characters"):
        write_string("noodles", 7)


def test_a_parameter_that_says_more_bytes_than_it_has_is_refused() -> None:
    frame = p.encode(p.SubmitSm(sequence=4)) + struct.pack(">HH", 0x0424, 9) + b"abc"
    frame = struct.pack(">I", len(frame)) + frame[4:]
    with pytest.raises(ProtocolError) as caught:
        p.decode(frame)
    assert caught.value.status == Status.INVOPTPARSTREAM


@pytest.mark.parametrize("count", [TLVS_MAX, TLVS_MAX + 1])
def test_parameters_are_bounded(count: int) -> None:
    frame = p.encode(p.SubmitSm(sequence=4, tlvs=((1, b""),) * count))
    if count <= TLVS_MAX:
        assert p.decode(frame)
    else:
        with pytest.raises(ProtocolError):
            p.decode(frame)
