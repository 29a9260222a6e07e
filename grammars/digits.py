"""Strings of digits as buyers type and say them."""

from typing import Final

from grammars.folding import TEXT_LENGTH_MAX
from grammars.languages import LANGUAGES
from grammars.lexicon import SINGLE, cutter

DIGITS_MAX: Final = 64
"""Digits of the longest string that is read."""

_SEPARATORS: Final = "-./()"

_DIGITS: Final = {
    word: digit for language in LANGUAGES.values() for word, digit in language.digits.items()
}
_REPEATS: Final = {
    word: times for language in LANGUAGES.values() for word, times in language.repeats.items()
}
_cut = cutter(
    dict.fromkeys(_DIGITS, "digit")
    | dict.fromkeys(_REPEATS, "repeat")
    | dict.fromkeys(_SEPARATORS, "separator"),
    SINGLE,
)


def read_digits(text: str, count_min: int, count_max: int) -> str | None:
    """Read a string of count_min to count_max digits: "101", "1-0-1", 幺零幺, "double five six".

    Each word is one digit, so 二十 is none: leading zeros count and nothing is added up.
    """
    if not (text.isascii() and text.isdigit()):
        said = _say(text)
        if said is None:
            return None
        text = said
    return text if count_min <= len(text) <= min(count_max, DIGITS_MAX) else None


def _say(text: str) -> str | None:
    words = _cut(text) if len(text) <= TEXT_LENGTH_MAX else None
    found, times = "", 1
    for word in words or ():
        if word.kind == "repeat":
            if times > 1:
                return None
            times = _REPEATS[word.text]
        elif word.kind != "separator":
            found += _DIGITS.get(word.text, word.text) * times
            times = 1
    return found if times == 1 and found else None
