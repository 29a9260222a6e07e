"""Opus on one side, G.711 on the other: what was said is what is heard, and what is no sound does not cross."""

import struct

import numpy as np
import pytest

from ivr.rtp.codec import FRAME_BYTES, PCMU, RATE_HZ, decode, encode
from ivr.webrtc.opus import EDGE_HZ, HEADER_BYTES, RATE_OPUS_HZ, STEP, OpusCoder

OPUS, EVENT = 111, 110
SSRC = b"them"


def coder(event_rate_hz: int = RATE_OPUS_HZ) -> OpusCoder:
    return OpusCoder(OPUS, EVENT, event_rate_hz)


def packet(kind: int, sequence: int, stamp: int, payload: bytes, marker: bool = False) -> bytes:
    head = struct.pack(">BBHI", 0x80, kind | marker << 7, sequence & 0xFFFF, stamp & 0xFFFFFFFF)
    return head + SSRC + payload


def tone(hz: float, frames: int, first_stamp: int = 0) -> list[bytes]:
    """Packets of the plane."""
    at = np.arange(frames * FRAME_BYTES) / RATE_HZ
    codes = encode(PCMU, (8_000 * np.sin(2 * np.pi * hz * at)).astype(np.int16)).tobytes()
    return [
        packet(PCMU, n, first_stamp + n * FRAME_BYTES, codes[n * FRAME_BYTES :][:FRAME_BYTES])
        for n in range(frames)
    ]


def there_and_back(packets: list[bytes]) -> list[bytes]:
    """From the plane to a browser that sends back what it hears."""
    ours = coder()
    crossed = [ours.played(each) for each in packets]
    assert all(crossed)
    back = [ours.heard(each) for each in crossed if each is not None]
    assert all(back)
    return [each for each in back if each is not None]


@pytest.mark.parametrize("hz", [350, 1_000, 3_000])
def test_a_tone_comes_back_as_high_and_as_loud(hz: int):
    back = there_and_back(tone(hz, 100))
    codes = np.frombuffer(b"".join(each[HEADER_BYTES:] for each in back), np.uint8)
    sound = decode(PCMU, codes)[-RATE_HZ:].astype(float)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(RATE_HZ)))

    assert abs(int(np.argmax(spectrum)) - hz) <= 1
    assert 0.8 < np.sqrt(np.mean(sound**2)) / (8_000 / np.sqrt(2)) < 1.1


def test_what_a_telephone_does_not_carry_is_not_folded_into_it():
    # Encoded as a browser does, at 48 kHz: 6 kHz would be heard as 2 kHz.
    from av import AudioFrame, CodecContext

    encoder = CodecContext.create("libopus", "w")
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "mono", RATE_OPUS_HZ
    ours, heard = coder(), b""
    for number in range(50):
        at = np.arange(number * 960, (number + 1) * 960) / RATE_OPUS_HZ
        samples = (8_000 * np.sin(2 * np.pi * 6_000 * at)).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_OPUS_HZ
        for coded in encoder.encode(frame):
            crossed = ours.heard(packet(OPUS, number, number * 960, bytes(coded)))
            assert crossed is not None
            heard += crossed[HEADER_BYTES:]
    sound = decode(PCMU, np.frombuffer(heard, np.uint8))[-RATE_HZ // 2 :].astype(float)

    assert EDGE_HZ < 4_000
    assert np.sqrt(np.mean(sound**2)) < 8_000 / 100


def test_numbers_stay_and_the_clock_goes_on_past_its_end():
    first = 2**32 // STEP - 3 * FRAME_BYTES
    back = there_and_back(tone(1_000, 6, first))

    assert [int.from_bytes(each[2:4]) for each in back] == list(range(6))
    stamps = np.array([int.from_bytes(each[4:8]) for each in back])
    assert (np.diff(stamps) == FRAME_BYTES).all()
    assert {each[8:12] for each in back} == {SSRC}


@pytest.mark.parametrize(("rate_hz", "said"), [(RATE_OPUS_HZ, 5_760), (RATE_HZ, 960)])
def test_a_key_is_told_by_the_telephones_clock(rate_hz: int, said: int):
    given = packet(EVENT, 7, 48_000, struct.pack(">BBH", 11, 0x8A, said), marker=True)
    crossed = coder(rate_hz).heard(given)

    assert crossed == packet(EVENT, 7, 8_000, struct.pack(">BBH", 11, 0x8A, 960), marker=True)


def test_an_extension_and_padding_are_left_behind():
    ours = coder()
    coded = ours.played(tone(1_000, 1)[0])
    assert coded is not None
    # RFC 3550, section 5.3.1: browsers tell how loud a packet is.
    extended = b"\xb0" + coded[1:12] + b"\xbe\xde\0\1\x10\xff\0\0" + coded[12:] + b"\0\0\3"
    crossed = ours.heard(extended)

    assert crossed is not None
    assert len(crossed) == HEADER_BYTES + FRAME_BYTES


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"\x80",
        packet(OPUS, 1, 0, b""),
        packet(OPUS, 1, 0, b"\xff" * 40),
        packet(EVENT, 1, 0, b"\x01\x0a"),
        packet(9, 1, 0, b"\0" * FRAME_BYTES),
        b"\x90" + packet(OPUS, 1, 0, b"")[1:],
        b"\x90" + packet(OPUS, 1, 0, b"\xbe\xde\xff\xff")[1:],
        b"\xa0" + packet(OPUS, 1, 0, b"\xff")[1:],
        b"\xa0" + packet(OPUS, 1, 0, b"\0")[1:],
    ],
    ids=[
        "none",
        "torn",
        "empty",
        "no Opus",
        "half a key",
        "other",
        "x1",
        "x2",
        "padding",
        "no pad",
    ],
)
def test_what_a_browser_sends_beside_sound_and_keys_does_not_cross(given: bytes):
    assert coder().heard(given) is None


def test_the_plane_sends_frames_of_20_ms_alone():
    ours = coder()

    assert ours.played(packet(13, 1, 0, b"\x40")) is None
    assert ours.played(packet(PCMU, 1, 0, b"\xff" * (FRAME_BYTES - 1))) is None
