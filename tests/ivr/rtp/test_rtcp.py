import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.rtp import rtcp

BLOCK = rtcp.Block(77, 12, -3, 70_000, 55, 0x12345678, 65_536)
SENDER = rtcp.Sender(rtcp.ntp(1_000.5), 4_000_000_000, 10, 1_600)


@pytest.mark.parametrize("sender", [None, SENDER])
@pytest.mark.parametrize("blocks", [(), (BLOCK,), (BLOCK,) * 31])
@pytest.mark.parametrize("name", ["", "a", "abc", "dialcart", "x" * 300])
def test_a_report_is_read_as_it_was_written(sender, blocks, name):
    data = rtcp.write(99, name, sender, blocks)
    assert len(data) % 4 == 0
    assert rtcp.read(data) == rtcp.Report(99, sender, blocks, bye=False)


def test_a_farewell_is_told():
    assert rtcp.read(rtcp.farewell(99)) == rtcp.Report(99, None, (), bye=True)


def test_ntp_counts_from_1900():
    assert rtcp.ntp(0) >> 32 == 2_208_988_800
    assert rtcp.middle(rtcp.ntp(0.5)) & 0xFFFF == 0x8000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        bytes(8),
        b"\x80\xc8\x00\x00",
        b"\x80\xc8\x00\x01\x00\x00\x00\x00",
        b"\x81\xc9\x00\x01\x00\x00\x00\x00",
        rtcp.farewell(1)[:-1],
        rtcp.farewell(1) + b"\x80\xc9",
    ],
)
def test_what_does_not_fit_its_own_length_is_none(data):
    assert rtcp.read(data) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data):
    rtcp.read(data)
    rtcp.read(b"\x80\xc9\0\1" + data)
