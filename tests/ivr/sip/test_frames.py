import pytest

from ivr.sip.errors import FramingError
from ivr.sip.frames import Frames
from ivr.sip.message import MESSAGE_BYTES_MAX

ONE = b"OPTIONS sip:a@192.0.2.1 SIP/2.0\r\nl: 4\r\n\r\nbody"
TWO = b"BYE sip:a@192.0.2.1 SIP/2.0\r\nContent-Length : 0\r\n\r\n"


def test_messages_are_cut_out_at_any_cut_of_the_stream():
    stream = ONE + b"\r\n\r\n" + TWO + b"\r\n" + ONE
    for cut in range(1, len(stream)):
        frames = Frames()
        found = frames.feed(stream[:cut]) + frames.feed(stream[cut:])
        assert found == [ONE, TWO, ONE]
        assert not frames.partial


def test_byte_by_byte_they_are_the_same():
    frames = Frames()
    found = [m for byte in ONE + TWO for m in frames.feed(bytes([byte]))]
    assert found == [ONE, TWO]


def test_a_ping_is_counted_and_so_is_a_pong():
    frames = Frames()
    assert frames.feed(b"\r\n\r\n") == []
    assert (frames.pings, frames.pongs) == (1, 0)
    assert frames.feed(b"\r\n") == []
    assert frames.pongs == 1


@pytest.mark.parametrize(
    "data",
    [
        b"OPTIONS sip:a@b SIP/2.0\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nl: 1\r\nContent-Length: 1\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nl: 99999999\r\n\r\n",
        b"\rX",
        b"X" * (MESSAGE_BYTES_MAX + 1),
    ],
)
def test_a_stream_that_cannot_be_followed_is_given_up(data):
    with pytest.raises(FramingError):
        Frames().feed(data)
