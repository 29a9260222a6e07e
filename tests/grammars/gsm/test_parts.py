"""The part counter at every edge, against a slow oracle and against smsutil."""

import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.gsm.alphabet import DEFAULT, encode, tables
from grammars.gsm.parts import (
    CULPRITS_MAX,
    GSM7,
    UCS2,
    Alphabet,
    Culprit,
    count_parts,
    count_units,
    cut,
)

TEXTS = st.text(st.sampled_from("abc 1é@€[]{}^|~\\ΔØ"), max_size=500) | st.text(
    st.characters(codec="utf-8"), max_size=300
)


@pytest.mark.parametrize(
    ("text", "name", "units", "parts", "spare"),
    [
        ("", "gsm7", 0, 1, 160),
        ("a" * 160, "gsm7", 160, 1, 0),
        ("a" * 161, "gsm7", 161, 2, 145),
        ("a" * 306, "gsm7", 306, 2, 0),
        ("a" * 307, "gsm7", 307, 3, 152),
        ("€" * 80, "gsm7", 160, 1, 0),
        ("€" * 81, "gsm7", 162, 2, 143),
        ("牛" * 70, "ucs2", 70, 1, 0),
        ("牛" * 71, "ucs2", 71, 2, 63),
        ("牛" * 134, "ucs2", 134, 2, 0),
        ("牛" * 135, "ucs2", 135, 3, 66),
        ("😀" * 35, "ucs2", 70, 1, 0),
        ("😀" * 36, "ucs2", 72, 2, 61),
    ],
)
def test_the_edges_of_a_part(text, name, units, parts, spare):
    counted = count_parts(text)
    assert (counted.alphabet.name, counted.units, counted.parts, counted.spare_units) == (
        name,
        units,
        parts,
        spare,
    )


def test_an_escape_pair_moves_whole_to_the_next_part():
    # 153 septets are 152 and half a euro: the pair moves, and so the last part grows by one.
    text = "a" * 152 + "€" + "b" * 152
    assert count_parts(text).parts == 3
    assert [len(piece) for piece in cut(text, GSM7, 153)] == [152, 152, 1]


def test_a_surrogate_pair_moves_whole_to_the_next_part():
    text = "牛" * 66 + "😀" + "牛" * 66
    assert [len(piece) for piece in cut(text, UCS2, 67)] == [66, 66, 1]
    assert count_parts(text).parts == 3


@pytest.mark.parametrize(
    ("concatenation", "septets", "units"),
    [("udh8", 153, 67), ("udh16", 152, 66), ("sar", 153, 67), ("payload", 153, 67)],
)
def test_the_header_of_a_concatenation_costs(concatenation, septets, units):
    assert GSM7.units_per_part(concatenation) == septets
    assert UCS2.units_per_part(concatenation) == units


def test_the_headers_of_national_shifts_cost():
    one, two = Alphabet(tables(0, 1)), Alphabet(tables(1, 1))
    assert (one.units_alone(), two.units_alone()) == (155, 152)
    assert (one.units_per_part("udh8"), two.units_per_part("udh8")) == (149, 146)
    assert (one.units_per_part("udh16"), two.units_per_part("udh16")) == (148, 145)


def test_a_turkish_text_is_cheaper_with_its_shifts():
    text = "Siparişiniz yolda, iyi günler dileriz. " * 3
    assert count_parts(text).alphabet is UCS2
    assert count_parts(text).parts == 2
    shifted = count_parts(text, shifts=("turkish",))
    assert shifted.parts == 1
    assert shifted.alphabet.tables is tables(1, 0), "one shift that makes each character one septet"


def test_a_spanish_text_takes_a_single_shift():
    assert count_parts("Á" * 77, shifts=("spanish",)).parts == 1
    assert count_parts("Á" * 78, shifts=("spanish",)).parts == 2
    assert count_parts("Á" * 78, shifts=("turkish",)).alphabet is UCS2


def test_a_plain_text_takes_no_shift():
    assert count_parts("plain", shifts=("turkish", "urdu")).alphabet is GSM7


def test_an_unknown_language_is_named():
    with pytest.raises(KeyError, match="klingon"):
        count_parts("ş", shifts=("klingon",))


def test_culprits_come_in_order_with_what_to_write():
    counted = count_parts("It’s “here”…")
    assert counted.alphabet is UCS2
    assert counted.culprits == (
        Culprit("’", 2, "'"),
        Culprit("“", 5, '"'),
        Culprit("”", 10, '"'),
        Culprit("…", 11, "..."),
    )
    assert counted.avoidable


def test_a_text_of_han_cannot_be_made_cheaper():
    counted = count_parts("牛肉面…")
    assert [culprit.replacement for culprit in counted.culprits] == [None, None, None, "..."]
    assert not counted.avoidable


def test_culprits_are_bounded():
    text = "".join(chr(0x4E00 + place) for place in range(CULPRITS_MAX + 1))
    assert len(count_parts(text[:-1]).culprits) == CULPRITS_MAX
    assert len(count_parts(text).culprits) == CULPRITS_MAX


def slow_parts(text):
    """Characters one by one into parts, as one would by hand."""
    gsm = DEFAULT.characters.issuperset(text)
    costs = [len(encode(c)) if gsm else len(c.encode("utf-16-be")) // 2 for c in text]
    if sum(costs) <= (160 if gsm else 70):
        return 1
    parts, used = 1, 0
    for cost in costs:
        if used + cost > (153 if gsm else 67):
            parts, used = parts + 1, 0
        used += cost
    return parts


@given(TEXTS)
def test_the_fast_count_is_the_slow_count(text):
    counted = count_parts(text)
    assert counted.parts == slow_parts(text)
    assert counted.spare_units >= 0


@given(TEXTS, st.sampled_from(["udh8", "udh16"]))
def test_pieces_join_to_the_text_and_fit(text, concatenation):
    alphabet = count_parts(text, concatenation=concatenation).alphabet
    room = alphabet.units_per_part(concatenation)
    pieces = cut(text, alphabet, room)
    assert "".join(pieces) == text
    assert all(count_units(piece, alphabet) <= room for piece in pieces)


@given(TEXTS.filter(lambda text: text and "\x1b" not in text and "\f" not in text))
def test_smsutil_counts_as_we_do(text):
    smsutil = importlib.import_module("smsutil")
    assert count_parts(text).parts == len(smsutil.split(text).parts)
