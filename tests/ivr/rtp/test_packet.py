import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.rtp import packet


def written(count=1, **columns):
    given = {
        "payload_type": np.full(count, 8, np.uint8),
        "marker": np.zeros(count, bool),
        "sequence": np.arange(count, dtype=np.uint16),
        "timestamp": np.arange(count, dtype=np.uint32) * 160,
        "ssrc": np.full(count, 0xCAFE, np.uint32),
    } | columns
    rows = np.zeros((count, packet.HEADER_BYTES), np.uint8)
    packet.write(rows, **given)
    return rows


def read(data: bytes, width=64):
    rows = np.full((1, width), 0xAA, np.uint8)
    rows[0, : len(data)] = np.frombuffer(data, np.uint8)
    return packet.read(rows, np.array([len(data)]))


def test_a_header_is_laid_out_as_the_rfc_draws_it():
    rows = written(
        payload_type=np.array([101], np.uint8),
        marker=np.array([True]),
        sequence=np.array([0x1234], np.uint16),
        timestamp=np.array([0x56789ABC], np.uint32),
        ssrc=np.array([0xDEADBEEF], np.uint32),
    )
    assert rows.tobytes() == bytes.fromhex("80e5123456789abcdeadbeef")


def test_headers_are_read_as_they_were_written():
    rows = written(3)
    headers = packet.read(rows, np.full(3, 12))
    assert headers.valid.all()
    assert headers.sequence.tolist() == [0, 1, 2]
    assert headers.timestamp.tolist() == [0, 160, 320]
    assert headers.payload_start.tolist() == [12, 12, 12]
    assert headers.payload_bytes.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("data", "start", "size"),
    [
        (bytes([0x80, 8]) + bytes(10) + b"payload", 12, 7),
        (bytes([0x82, 8]) + bytes(10) + bytes(8) + b"two sources", 20, 11),
        (bytes([0x90, 8]) + bytes(10) + b"\xbe\xde\x00\x01" + bytes(4) + b"extended", 20, 8),
        (bytes([0xA0, 8]) + bytes(10) + b"padded\0\0\3", 12, 6),
    ],
)
def test_the_payload_is_found_past_what_a_header_may_carry(data, start, size):
    headers = read(data)
    assert headers.valid.all()
    assert (headers.payload_start[0], headers.payload_bytes[0]) == (start, size)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes([0x80, 8]) + bytes(9),
        bytes([0x40, 8]) + bytes(20),
        bytes([0x8F, 8]) + bytes(20),
        bytes([0x90, 8]) + bytes(10) + b"\0\0",
        bytes([0x90, 8]) + bytes(10) + b"\0\0\xff\xff",
        bytes([0xA0, 8]) + bytes(10) + b"\0\0\0",
        bytes([0xA0, 8]) + bytes(10) + b"\0\0\x09",
    ],
    ids=["empty", "short", "version 1", "sources", "extension", "words", "no padding", "padding"],
)
def test_what_does_not_fit_its_own_length_is_no_packet(data):
    assert not read(data).valid.any()


@given(st.lists(st.binary(max_size=64), min_size=1, max_size=20))
def test_any_bytes_are_read_within_their_length(datagrams):
    rows = np.full((len(datagrams), 64), 0xFF, np.uint8)
    for row, data in zip(rows, datagrams, strict=True):
        row[: len(data)] = np.frombuffer(data, np.uint8)
    lengths = np.array([len(data) for data in datagrams])
    headers = packet.read(rows, lengths)
    ends = headers.payload_start + headers.payload_bytes
    assert (headers.payload_start[headers.valid] >= 12).all()
    assert (headers.payload_bytes[headers.valid] >= 0).all()
    assert (ends[headers.valid] <= lengths[headers.valid]).all()


def test_narrow_rows_are_refused():
    with pytest.raises(ValueError, match="cannot hold"):
        packet.read(np.zeros((1, 8), np.uint8), np.array([8]))
