"""What each data_coding means, and that no octets can break the reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.gsm.alphabet import DEFAULT
from sms.alphabet import OCTETS_SHOWN_MAX, coding, decode, encode, show


@pytest.mark.parametrize(
    ("data_coding", "charset", "message_class"),
    [
        (0x00, "gsm7", None),
        (0x01, "ascii", None),
        (0x02, "binary", None),
        (0x03, "latin1", None),
        (0x04, "binary", None),
        (0x05, "shift_jis", None),
        (0x06, "cyrillic", None),
        (0x07, "hebrew", None),
        (0x08, "ucs2", None),
        (0x09, "unknown", None),
        (0x0E, "euc_kr", None),
        (0x0F, "unknown", None),
        (0x10, "gsm7", 0),
        (0x15, "binary", 1),
        (0x18, "ucs2", 0),
        (0x19, "ucs2", 1),
        (0x1C, "unknown", 0),
        (0x20, "unknown", None),
        (0x44, "binary", None),
        (0x48, "ucs2", None),
        (0x80, "unknown", None),
        (0xC8, "gsm7", None),
        (0xD0, "gsm7", None),
        (0xE0, "ucs2", None),
        (0xF0, "gsm7", 0),
        (0xF1, "gsm7", 1),
        (0xF5, "binary", 1),
        (0xFF, "binary", 3),
    ],
)
def test_what_a_data_coding_says(data_coding, charset, message_class):
    said = coding(data_coding)
    assert (said.data_coding, said.charset, said.message_class) == (
        data_coding,
        charset,
        message_class,
    )


def test_the_smsc_chooses_what_zero_means():
    assert coding(0, "latin1").charset == "latin1"
    assert coding(0xF1, "latin1").charset == "gsm7", "a class is a GSM matter, not the SMSC's"
    assert coding(0xF1, "gsm7_packed").charset == "gsm7_packed"


@pytest.mark.parametrize(
    ("octets", "data_coding", "text"),
    [
        (b"\x00\x1be", 0, "@€"),
        ("牛肉".encode("utf-16-be"), 8, "牛肉"),
        (b"\xff\xfe\x5b\x72", 8, "牛"),
        (b"\xfe\xff\x72\x5b", 8, "牛"),
        (b"\x72\x5b\x00", 8, "牛\ufffd"),
        (b"\xd8\x3d", 8, "\ufffd"),
        ("Привет".encode("iso8859-5"), 6, "Привет"),
        ("שלום".encode("iso8859-8"), 7, "שלום"),
        (b"\xe9", 3, "é"),
        (b"\xe9", 1, "\ufffd"),
        ("牛".encode("shift_jis"), 5, "牛"),
        (b"\x01\xff", 4, "01 ff"),
        (b"\x01\xff", 0x8A, "01 ff"),
    ],
)
def test_octets_as_text(octets, data_coding, text):
    assert show(octets, data_coding) == text


def test_data_is_shown_up_to_a_limit():
    assert show(b"\xaa" * OCTETS_SHOWN_MAX, 4) == " ".join(["aa"] * OCTETS_SHOWN_MAX)
    assert show(b"\xaa" * (OCTETS_SHOWN_MAX + 1), 4).endswith("aa ...")


@given(
    st.binary(max_size=300), st.integers(0, 255), st.sampled_from(["gsm7", "gsm7_packed", "ascii"])
)
def test_any_octets_in_any_coding_are_read(octets, data_coding, default):
    assert isinstance(show(octets, data_coding, default), str)


@given(st.text(st.sampled_from(sorted(DEFAULT.characters)), max_size=160))
def test_seven_bits_come_back(text):
    assert decode(encode(text, "gsm7"), "gsm7") == text
    if not text.endswith(("@", "\r")):
        assert decode(encode(text, "gsm7_packed"), "gsm7_packed") == text


@given(st.text(max_size=100).filter(lambda text: text[:1] not in ("\ufeff", "\ufffe")))
def test_ucs2_comes_back(text):
    assert decode(encode(text, "ucs2"), "ucs2") == text


def test_text_cannot_be_written_as_data():
    with pytest.raises(ValueError, match="binary"):
        encode("a", "binary")
