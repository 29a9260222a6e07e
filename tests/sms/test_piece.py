"""A message alone reads the same at once as piece by piece."""

from hypothesis import given
from hypothesis import strategies as st

from sms.piece import alone, join, read
from sms.segments import UDHI


@given(st.binary(max_size=140))
def test_a_message_in_ucs2_reads_the_same_at_once(octets: bytes) -> None:
    assert alone(octets, 8, 0, ()) == join((read(octets, data_coding=8),))


def test_what_says_more_is_left_to_the_reader_of_pieces() -> None:
    assert alone(b"hi", 0, 0, ()) is None
    assert alone(b"\x05\x00\x03\x07\x02\x01\x00a", 8, UDHI, ()) is None
    assert alone(b"", 8, 0, ((0x0424, b"\x00a"),)) is None
