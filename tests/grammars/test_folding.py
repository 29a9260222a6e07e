"""Phrases that a buyer would call the same fold to the same text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.folding import TEXT_LENGTH_MAX, fold, normalise


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("下单", "下单"),
        ("下單", "下单"),
        ("　下 單。", "下单"),
        ("ＯＫ！", "ok"),
        ("Start  Over", "start over"),
        ("「確認」", "确认"),
        ("3 份", "3份"),
        ("好的👍🏻", "好的"),
        ("1️⃣", "1"),
        ("①", "1"),
        ("I’d like", "i'd like"),
        ("iPhone 手机", "iphone手机"),
        ("謝謝妳~", "谢谢你"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
    ],
)
def test_width_case_script_spaces_and_marks_fold_away(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("key", ["*", "#", "👍", "？"])
def test_a_text_of_marks_alone_is_kept(key: str) -> None:
    assert fold(key) == unicodedata.normalize("NFKC", key)


def test_skin_tones_fold_away() -> None:
    assert fold("👍🏿") == fold("👍")


def test_different_words_stay_different() -> None:
    phrases = ["下单", "查单", "no", "now", "1", "11", "大份", "太份", "*", "#"]
    assert len({fold(phrase) for phrase in phrases}) == len(phrases)


def test_normalising_keeps_signs_that_mean_something() -> None:
    assert normalise(" ＋８６ １３８") == "+86 138"
    assert normalise("－3") == "-3"
    assert normalise("￥１８") == "¥18"


def test_a_text_is_cut_at_its_limit_and_not_before() -> None:
    assert len(fold("a" * TEXT_LENGTH_MAX)) == TEXT_LENGTH_MAX
    assert len(fold("a" * (TEXT_LENGTH_MAX + 1))) == TEXT_LENGTH_MAX
    # One sign can unfold into eighteen.
    assert len(fold("\ufdfa" * TEXT_LENGTH_MAX)) <= TEXT_LENGTH_MAX


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.sampled_from("下單 ＡaßΣς\u0301\u200d\ufe0f゛か\u3099字!。👍*#'’")))
def test_folding_twice_changes_nothing_for_characters_that_combine(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x2FFF)))
def test_case_does_not_matter(text: str) -> None:
    assert fold(text) == fold(text.casefold())
