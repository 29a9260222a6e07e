"""Whole numbers as buyers write and say them."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final

from grammars.folding import KEPT_LENGTH_MAX, KEPT_TEXTS_MAX, TEXT_LENGTH_MAX
from grammars.languages import LANGUAGES
from grammars.lexicon import Word, cutter

NUMBER_MAX: Final = 10**12
"""The largest number that is read or written."""

_PLAIN_LENGTH_MAX: Final = len(str(NUMBER_MAX))

_WORDS: Final = {
    **{word: "courtesy" for language in LANGUAGES.values() for word in language.openers},
    **{word: "courtesy" for language in LANGUAGES.values() for word in language.closers},
    **{word: "measure" for language in LANGUAGES.values() for word in language.measures},
    **{word: code for code, language in LANGUAGES.items() for word in language.numerals},
}
_cut = cutter(_WORDS)


def read_number(text: str) -> int | None:
    """Read one whole number from 0 to 10**12: "3", "两份", "我要2碗", "twenty-one", "x3".

    Words that are neither number, measure nor courtesy make it None, as do two numbers, decimals
    and signs: a wrong quantity is worse than asking again.
    """
    if text.isascii() and text.isdigit() and len(text) < _PLAIN_LENGTH_MAX:
        return int(text)
    return _read_kept(text) if len(text) <= KEPT_LENGTH_MAX else _read(text)


def write_number(value: int, language: str) -> str:
    """Write a number in words: 105 is 一百零五 in "zh", "one hundred and five" in "en".

    Raises ValueError outside 0 to 10**12, KeyError for a language without words.
    """
    if not 0 <= value <= NUMBER_MAX:
        raise ValueError(f"{value} is not from 0 to {NUMBER_MAX}")
    return LANGUAGES[language].spell(value)


def _read(text: str) -> int | None:
    words = _cut(text) if len(text) <= TEXT_LENGTH_MAX else None
    if not words:
        return None
    runs = [list(run) for numeral, run in groupby(words, _is_numeral) if numeral]
    value = count(runs[0]) if len(runs) == 1 else None
    return value if value is not None and value <= NUMBER_MAX else None


_read_kept = lru_cache(KEPT_TEXTS_MAX)(_read)


def count(run: Sequence[Word]) -> int | None:
    """Read a run of numerals of one language; digits belong to any."""
    if len(run) == 1 and run[0].kind == "digits":
        return int(run[0].text) if len(run[0].text) <= _PLAIN_LENGTH_MAX else None
    codes = {word.kind for word in run} - {"digits"}
    if len(codes) != 1 or any(len(word.text) > _PLAIN_LENGTH_MAX for word in run):
        return None
    return LANGUAGES[codes.pop()].count(tuple(word.text for word in run))


def _is_numeral(word: Word) -> bool:
    return word.kind == "digits" or word.kind in LANGUAGES
