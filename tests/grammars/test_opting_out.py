"""STOP in every language that a shop declares."""

import pytest

from grammars.folding import fold
from grammars.opting_out import (
    AROUND,
    BY_LANGUAGE,
    opt_out_words,
    opts_out,
    without_courtesies,
)


@pytest.mark.parametrize(
    ("languages", "word"),
    [
        (("en",), "STOP"),
        (("en",), "Stop All"),
        (("fr",), "Arrêt"),
        (("fr",), "ARRET"),
        (("sw", "en"), "sitisha"),
        (("ar",), "توقف"),
        (("hi",), "रोकें"),
        (("en",), "退订"),
        (("xx",), "stop"),
    ],
)
def test_a_word_of_a_shops_languages_is_known(languages: tuple[str, ...], word: str) -> None:
    assert fold(word) in opt_out_words(languages)


def test_words_of_other_languages_are_the_shops_own() -> None:
    assert fold("baja") not in opt_out_words(("en", "zh"))
    assert fold("baja") in opt_out_words(("es",))


def test_no_word_is_lost_in_folding() -> None:
    assert all(fold(word).strip() for words in BY_LANGUAGE.values() for word in words)


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Please stop", ("en",)),
        ("STOP!! now, please.", ("en",)),
        ("stop texting me", ("en",)),
        ("Por favor, parar", ("es",)),
        ("acha tafadhali", ("sw",)),
        ("请退订", ("zh",)),
        ("我要退订，谢谢", ("zh",)),
        ("停止してください", ("ja",)),
    ],
)
def test_courtesies_round_the_word_change_nothing(text: str, languages: tuple[str, ...]) -> None:
    assert without_courtesies(fold(text)) in opt_out_words(languages)


@pytest.mark.parametrize(
    "text", ["bus stop 12", "Stop 5, Moi Avenue", "please", "sms", "stop over"]
)
def test_other_words_round_it_make_it_something_else(text: str) -> None:
    assert without_courtesies(fold(text)) not in opt_out_words(("en",))


def test_no_courtesy_is_a_word_by_which_buyers_leave() -> None:
    assert not any(AROUND & opt_out_words((language,)) for language in BY_LANGUAGE)


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("STOP", True),
        (" stop! ", True),
        ("please stop texting me", True),
        ("STOP SHOES", True),
        ("Stop the shoes", False),
        ("STOP HATS", False),
        ("shoes", False),
        ("", False),
    ],
)
def test_a_text_says_so_with_or_without_courtesies_and_the_shop(text: str, leaves: bool) -> None:
    assert opts_out(text, ("en",), ("SHOES",)) is leaves
