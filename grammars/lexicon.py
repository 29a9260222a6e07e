"""A lexicon: words that are known, and a text cut into them."""

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from grammars.folding import TEXT_LENGTH_MAX, normalise

WHOLE: Final = r"(?<![0-9.])(?:[0-9]{1,3}(?:,[0-9]{3})++(?![,.]?[0-9])|[0-9]++(?![,.][0-9]))"
"""Digits of a whole number: 1200 and 1,200 but no part of 1.5 or 1,5."""

DECIMAL: Final = r"(?<![0-9.])(?:[0-9]{1,3}(?:,[0-9]{3})++|[0-9]++)(?:\.[0-9]++)?(?![,.]?[0-9])"
"""Digits that may have a decimal point: 1,200.50."""

SINGLE: Final = r"[0-9]"
"""One digit at a time."""

_GAP: Final = r"(?:[\s,!?;:~、。#]|\.(?![0-9])|(?<=[a-z])-(?=[a-z]))*"
"""What may stand between words. A point before a digit and a minus sign mean something.

Not possessive: before 3.11.5 Python forgets what a possessive group of alternatives comes after (gh-106052), and Debian 12 has 3.11.2.
"""

_NEVER: Final = "(?!)"


class Word(NamedTuple):
    """One word of a text, as it was found."""

    text: str
    """As folded; digits without their commas."""
    kind: str
    """What the lexicon says it is, "digits" for digits."""


def cutter(words: Mapping[str, str], digits: str = WHOLE) -> Callable[[str], list[Word] | None]:
    """Return a function that cuts a text into words, or answers None when it meets another.

    `words` maps folded words to their kinds. The longest word wins; a word of letters a-z must
    end where the letters end, a Chinese one may touch what follows. Time is linear in the text.
    """
    by_length = sorted(words, key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in by_length if word[-1].isascii()) or _NEVER
    other = "|".join(re.escape(word) for word in by_length if not word[-1].isascii()) or _NEVER
    word = rf"(?<![a-z])(?:{latin})(?![a-z])|(?:{other})"
    pattern = re.compile(rf"{_GAP}(?:({digits})|({word})){_GAP}")

    def cut(text: str) -> list[Word] | None:
        if len(text) > TEXT_LENGTH_MAX:
            return None
        even, at, found = normalise(text), 0, list[Word]()
        while at < len(even):
            match = pattern.match(even, at)
            if match is None:
                return None
            number, said = match.groups()
            if number is not None:
                found.append(Word(number.replace(",", ""), "digits"))
            else:
                found.append(Word(said, words[said]))
            at = match.end()
        return found

    return cut
