"""Cheaper characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.gsm.alphabet import DEFAULT
from grammars.gsm.parts import count_parts
from grammars.gsm.plain import replacement, transliterate


@pytest.mark.parametrize(
    ("dear", "cheap"),
    [
        ("It’s “here”… — now", 'It\'s "here"... - now'),
        ("a\u00a0b\u3000c\u200b", "a b c"),
        ("ＡＢＣ１２３", "ABC123"),
        ("Żółć", "Zolc"),
        ("e\u0301", "é"),
        ("Ελλάδα", "EΛΛAΔA"),
        ("ﬁne ½", "fine 1/2"),
        ("1. 【shop】", "1. [shop]"),
    ],
)
def test_a_dear_text_has_a_cheap_one(dear, cheap):
    assert transliterate(dear) == cheap
    assert count_parts(cheap).alphabet.name == "gsm7"


def test_what_has_no_cheaper_form_stays():
    assert transliterate("牛肉 “ｶ”") == '牛肉 "ｶ"'
    assert replacement("牛") is None


def test_a_text_in_the_alphabet_is_left_alone():
    assert transliterate("Çà va? 10€") == "Çà va? 10€"


@given(st.characters())
def test_a_replacement_is_always_in_the_alphabet(character):
    cheaper = replacement(character)
    assert cheaper is None or DEFAULT.characters.issuperset(cheaper)
