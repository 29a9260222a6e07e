"""STOP in every language that a shop declares."""

import pytest

from grammars.folding import fold
from grammars.opting_out import BY_LANGUAGE, opt_out_words


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
