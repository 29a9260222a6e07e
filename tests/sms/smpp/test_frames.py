from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.logs import masked
from sms.smpp import pdu as p
from sms.smpp.errors import FramingError
from sms.smpp.frames import Frames

STREAM = [
    p.encode(p.EnquireLink(sequence=1)),
    p.encode(p.SubmitSm(sequence=2, message=b"hello")),
    p.encode(p.Unbind(sequence=3)),
]


def test_a_stream_read_byte_by_byte_gives_the_same_frames() -> None:
    frames = Frames()
    found = [frame for byte in b"".join(STREAM) for frame in frames.feed(bytes([byte]))]
    assert found == STREAM
    assert frames.waiting_bytes == 0


@given(st.lists(st.integers(0, 200), max_size=6))
def test_wherever_a_stream_is_cut_the_frames_are_the_same(cuts: list[int]) -> None:
    data = b"".join(STREAM)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    frames = Frames()
    found: list[bytes] = []
    for begin, end in pairwise(edges):
        found += frames.feed(data[begin:end])
    assert found == STREAM


@pytest.mark.parametrize("length", [0, 15, 0xFFFFFFFF])
def test_a_length_that_cannot_be_is_refused_before_anything_is_kept(length: int) -> None:
    frames = Frames()
    with pytest.raises(FramingError) as told:
        frames.feed(length.to_bytes(4, "big") + b"rest")
    # Also in the log, where a run of digits is taken for a number of a phone.
    assert masked(str(told.value)).startswith(f"a PDU of {length:,} bytes; between 16 and ")
    assert "***" not in masked(str(told.value))
    assert frames.waiting_bytes == 0


def test_a_frame_at_the_limit_is_read_and_one_past_it_is_not() -> None:
    frame = p.encode(p.SubmitSm(message=b"x" * 100))
    assert Frames(len(frame)).feed(frame) == [frame]
    with pytest.raises(FramingError):
        Frames(len(frame) - 1).feed(frame)
