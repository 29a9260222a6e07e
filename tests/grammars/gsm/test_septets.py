"""Septets: round trips, the standard's rules for strangers, and gsmcodecs as a second opinion."""

import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.gsm.alphabet import (
    DEFAULT,
    REPLACEMENT,
    decode,
    encode,
    encode_ascii,
    encode_lossy,
    pack,
    tables,
    unpack,
)
from grammars.gsm.tables import ESC, HOLE, LANGUAGES, LOCKING, SINGLE

PAIRS = [tables(locking, single) for locking in LOCKING for single in SINGLE]


@given(
    st.sampled_from(PAIRS).flatmap(
        lambda pair: st.tuples(
            st.just(pair), st.text(st.sampled_from(sorted(pair.characters)), max_size=200)
        )
    )
)
def test_what_a_pair_of_tables_holds_comes_back(pair_and_text):
    pair, text = pair_and_text
    assert decode(encode(text, pair), pair) == text


@given(st.text(st.characters(max_codepoint=0xFF) | st.sampled_from("@$_[€\n"), max_size=200))
def test_a_text_of_ascii_is_written_at_once_or_not_at_all(text):
    written = encode_ascii(text)
    assert written is None or written == encode(text)
    takes_one_each = all(character in DEFAULT.single_cost for character in text)
    assert (written is not None) == (text.isascii() and takes_one_each)


@given(st.binary(max_size=300), st.sampled_from(PAIRS))
def test_any_bytes_decode(septets, pair):
    assert isinstance(decode(septets, pair), str)


@given(
    st.binary(max_size=170).map(lambda data: bytes(octet & 0x7F for octet in data)),
    st.integers(0, 6),
)
def test_packed_septets_unpack(septets, fill_bits):
    packed = pack(septets, fill_bits=fill_bits)
    assert len(packed) == -(-(7 * len(septets) + fill_bits) // 8)
    assert unpack(packed, septets=len(septets), fill_bits=fill_bits) == septets


def test_the_packing_of_the_textbook():
    assert pack(encode("hellohello")).hex() == "e8329bfd4697d9ec37"


def test_padding_is_not_read_as_a_character():
    assert decode(unpack(pack(encode("1234567")))) == "1234567"
    assert decode(unpack(pack(encode("1234567\r")))) == "1234567"
    assert decode(unpack(pack(encode("12345678")))) == "12345678"


def test_a_shift_that_the_table_lacks_shows_the_main_character():
    assert decode(bytes((ESC, ord("A")))) == "A"


def test_two_escapes_are_a_space_and_a_last_one_is_nothing():
    assert decode(bytes((0x41, ESC, ESC, 0x42, ESC))) == "A B"


def test_an_octet_over_seven_bits_is_replaced():
    assert decode(b"A\x80B") == f"A{REPLACEMENT}B"


def test_a_character_outside_is_refused_or_replaced():
    with pytest.raises(UnicodeEncodeError):
        encode("牛")
    with pytest.raises(UnicodeEncodeError):
        encode("\x1b")
    assert encode_lossy("牛 10") == b"? 10"


def test_an_unknown_language_means_the_default():
    assert tables(200, 14) is DEFAULT
    assert tables(2, 2) is tables(0, 2), "Spanish has no locking table"


def test_tables_name_themselves():
    assert str(DEFAULT) == "GSM 7-bit"
    assert str(tables(1, 1)) == "GSM 7-bit (turkish locking shift, turkish single shift)"


MISPRINTS = {("locking", number, 0x2C) for number in range(4, 14)} | {
    ("locking", LANGUAGES["kannada"], 0x24),
    ("singleShift", LANGUAGES["telugu"], 0x65),
}
"""Where gsmcodecs repeats the print of Release 18 (or misses a euro) and handsets differ."""


def test_our_tables_are_those_of_gsmcodecs_but_for_the_known_misprints():
    theirs = importlib.import_module("gsmcodecs.charmaps").GSMCHARMAPS
    differ = set()
    for number in range(14):
        ours = {"singleShift": SINGLE[number]}
        if number in LOCKING:
            ours["locking"] = {c: x for c, x in enumerate(LOCKING[number]) if x != HOLE}
        assert theirs[number].keys() == ours.keys()
        for kind, table in ours.items():
            other = {code: chr(point) for code, point in theirs[number][kind]["decode"].items()}
            differ |= {
                (kind, number, code)
                for code in table.keys() | other.keys()
                if code != ESC and table.get(code) != other.get(code)
            }
    assert differ == MISPRINTS


def test_no_locking_table_holds_a_character_twice():
    for table in LOCKING.values():
        held = [character for character in table if character != HOLE]
        assert len(table) == 128
        assert len(held) == len(set(held))


def test_every_table_is_in_the_range_of_a_septet():
    assert all(
        0 <= code < 0x80 and len(x) == 1 for table in SINGLE.values() for code, x in table.items()
    )
