"""Segments, headers and pieces: what was split comes together, and each part fits the air."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.gsm.parts import count_parts
from sms.header import Header, parse
from sms.piece import is_text, join, read
from sms.segments import MESSAGE_PAYLOAD, UDHI, TextTooLongError, alone, split

TEXTS = st.text(st.sampled_from("abc 1é@€[]{}^|~\\ΔØ"), max_size=500) | st.text(
    st.characters(codec="utf-8", exclude_characters="\ufeff\ufffe"), max_size=300
)


def read_segment(segment, default="gsm7"):
    return read(
        segment.short_message,
        data_coding=segment.data_coding,
        esm_class=segment.esm_class,
        tlvs=dict(segment.tlvs),
        default=default,
    )


@given(TEXTS, st.sampled_from(["udh8", "udh16", "sar", "payload"]), st.integers(0, 70_000))
def test_a_split_text_comes_together(text, concatenation, reference):
    segments = split(text, reference=reference, concatenation=concatenation)
    pieces = [read_segment(segment) for segment in segments]
    assert join(pieces) == text
    assert [piece.number for piece in pieces] == list(range(1, len(pieces) + 1))
    if concatenation != "payload":
        counted = count_parts(text, concatenation=concatenation)
        assert len(segments) == counted.parts
        assert sum(segment.units for segment in segments) == counted.units


@given(TEXTS)
def test_a_text_that_fits_into_one_segment_is_cut_alike_both_ways(text):
    segments = split(text, reference=1)
    assert alone(text) == (segments[0] if len(segments) == 1 else None)


@given(
    TEXTS.filter(lambda text: "@" not in text and "\r" not in text),
    st.sampled_from(["udh8", "udh16"]),
)
def test_a_packed_segment_fits_140_octets_and_comes_together(text, concatenation):
    segments = split(text, reference=7, concatenation=concatenation, septets="packed")
    assert all(len(segment.short_message) <= 140 for segment in segments)
    assert join([read_segment(segment, "gsm7_packed") for segment in segments]) == text


@given(st.text(st.sampled_from("abcşğıİ€^"), max_size=400))
def test_a_shifted_text_comes_together(text):
    segments = split(text, reference=1, shifts=("turkish",), septets="packed")
    assert all(len(segment.short_message) <= 140 for segment in segments)
    unpacked = split(text, reference=1, shifts=("turkish",))
    assert join([read_segment(segment) for segment in unpacked]) == text
    assert len(segments) == len(unpacked) == count_parts(text, shifts=("turkish",)).parts


def test_the_octets_of_a_long_text():
    first, second = split("a" * 161, reference=0x1FF)
    assert first.short_message == b"\x05\x00\x03\xff\x02\x01" + b"a" * 153
    assert second.short_message == b"\x05\x00\x03\xff\x02\x02" + b"a" * 8
    assert first.esm_class == UDHI


def test_a_payload_is_one_segment():
    (segment,) = split("a" * 161, reference=1, concatenation="payload")
    assert segment.short_message == b""
    assert dict(segment.tlvs) == {MESSAGE_PAYLOAD: b"a" * 161}


def test_too_many_segments_are_refused():
    assert len(split("a" * 153 * 255, reference=1)) == 255
    with pytest.raises(TextTooLongError, match="256 segments"):
        split("a" * (153 * 255 + 1), reference=1)
    with pytest.raises(TextTooLongError, match="2 segments; at most 1"):
        split("a" * 161, reference=1, segments_max=1)


def test_a_payload_has_its_limit():
    assert len(split("a" * 65_535, reference=1, concatenation="payload")) == 1
    with pytest.raises(TextTooLongError, match="65536 octets"):
        split("a" * 65_536, reference=1, concatenation="payload")


def test_others_cut_a_surrogate_pair_and_it_heals():
    octets = "牛😀".encode("utf-16-be")
    halves = [b"\x05\x00\x03\x01\x02\x01" + octets[:4], b"\x05\x00\x03\x01\x02\x02" + octets[4:]]
    assert join([read(half, data_coding=8, esm_class=UDHI) for half in halves]) == "牛😀"


def test_a_coding_that_changes_midway_is_honoured():
    pieces = [read(b"a\x1be", data_coding=0), read("牛".encode("utf-16-be"), data_coding=8)]
    assert join(pieces) == "a€牛"


@pytest.mark.parametrize(
    "octets",
    [
        b"\x05\x00\x03\x01\x00\x00a",
        b"\x05\x00\x03\x01\x02\x03a",
        b"\x04\x00\x02\x01\x02a",
        b"\x05\x00\x09\x01\x02\x01a",
    ],
)
def test_a_concatenation_without_sense_is_none(octets):
    piece = read(octets, data_coding=0, esm_class=UDHI)
    assert (piece.total, piece.number, join([piece])) == (1, 1, "a")


def test_a_header_that_overruns_is_text():
    assert join([read(b"\x40ab", data_coding=0, esm_class=UDHI)]) == "¡ab"


def test_data_for_a_program_is_not_text():
    assert not is_text([read(b"\x01", data_coding=4)])
    assert is_text([read(b"a", data_coding=0)])


@given(
    st.binary(max_size=300),
    st.integers(0, 255),
    st.integers(0, 255),
    st.dictionaries(st.sampled_from([0x020C, 0x020E, 0x020F, 0x0424]), st.binary(max_size=300)),
)
def test_any_message_is_read(octets, data_coding, esm_class, tlvs):
    piece = read(octets, data_coding=data_coding, esm_class=esm_class, tlvs=tlvs)
    assert 1 <= piece.number <= piece.total <= 255
    assert isinstance(join([piece]), str)


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=20)), max_size=6))
def test_a_header_comes_back(elements):
    header = Header(tuple(elements))
    assert parse(bytes(header) + b"rest" if elements else b"\0rest") == (header, b"rest")
