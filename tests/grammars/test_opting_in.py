"""START in every language that a shop declares."""

import pytest

from grammars.folding import fold
from grammars.opting_in import BY_LANGUAGE, opt_in_words, opts_in
from grammars.opting_out import AROUND, opt_out_words
from grammars.opting_out import BY_LANGUAGE as LEAVING


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("START", ("en",)),
        ("unstop!", ("xx",)),
        ("Please start", ("en",)),
        ("alta", ("es",)),
        ("anza tafadhali", ("sw", "en")),
        ("शुरू", ("hi",)),
        ("开始", ("en",)),
        ("請恢復訂閱", ("zh",)),
        ("START SHOES", ("en",)),
    ],
)
def test_a_text_says_so_in_the_shops_languages(text: str, languages: tuple[str, ...]) -> None:
    assert opts_in(text, languages, ("SHOES",))


@pytest.mark.parametrize("text", ["start over", "alta", "don't start", "2", ""])
def test_anything_else_does_not(text: str) -> None:
    assert not opts_in(text, ("en",))


def test_who_can_leave_in_a_language_can_come_back_in_it() -> None:
    assert BY_LANGUAGE.keys() == LEAVING.keys()


@pytest.mark.parametrize("language", BY_LANGUAGE)
def test_no_word_does_both_and_none_is_a_courtesy(language: str) -> None:
    words = opt_in_words((language,))
    assert all(fold(word).strip() for word in words)
    assert not words & (opt_out_words((language,)) | AROUND)
