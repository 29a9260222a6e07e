"""Names that are near one another, to the eye or to the ear."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Final

from grammars.folding import fold
from grammars.languages import LANGUAGES
from grammars.languages.chinese_sounds import near_sound, share_sounds

NAME_LENGTH_MAX: Final = 64
"""Characters of a name that are compared."""

NAMES_MAX: Final = 10_000
"""Names that one word is compared with."""

_LETTERS_PER_SLIP: Final = 3
"""One slip of the finger is forgiven for so many letters."""


def nearest(word: str, names: Iterable[str], limit: int = 1) -> list[str]:
    """Return the names that the word may have been meant for, nearest first, never the word itself.

    Letters left out, put in, mistaken or swapped count one each (optimal string alignment). One of
    three letters may be wrong; a name of one or two characters may have one wrong.
    """
    asked = fold(word)[:NAME_LENGTH_MAX]
    found = list[tuple[int, int, str]]()
    for place, name in enumerate(islice(names, NAMES_MAX)):
        known = fold(name)[:NAME_LENGTH_MAX]
        slips_max = max(1, max(len(asked), len(known)) // _LETTERS_PER_SLIP)
        slips = _slips(asked, known, slips_max)
        # Half of a word of two characters is still the same; a word of one has nothing left.
        if name != word and slips <= slips_max and slips < max(len(asked), len(known)):
            found.append((slips, place, name))
    return [name for _, _, name in sorted(found)[: max(limit, 0)]]


def sounds_like(one: str, other: str, language: str) -> bool:
    """Say whether two phrases can be taken for each other on a telephone line.

    "zh" compares pinyin without tones in which z/zh, c/ch, s/sh, n/l, f/h, an/ang, en/eng and
    in/ing are one, and knows the digits that callers mix up (四/十, 一/七). "en" compares a code of
    consonants and the first vowel. A phrase sounds like itself. Any other language compares
    folded spellings. Chinese phrases that come near each other load pypinyin, which takes a good
    while: this is for the checker, not for turns.
    """
    first, second = fold(one)[:NAME_LENGTH_MAX], fold(other)[:NAME_LENGTH_MAX]
    if first == second:
        return True
    if language == "zh":
        first, second = _spoken_chinese(first), _spoken_chinese(second)
        return share_sounds(first, second) and _pinyin_code(first) == _pinyin_code(second) != ()
    return language == "en" and _english_code(first) == _english_code(second) != ()


def _slips(one: str, other: str, most: int) -> int:
    """Return the distance, or most + 1 as soon as it is certain to be more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


_FIGURES: Final = re.compile("[0-9]{1,4}")


def _spoken_chinese(phrase: str) -> str:
    return _FIGURES.sub(lambda figures: LANGUAGES["zh"].spell(int(figures[0])), phrase)


def _pinyin_code(spoken: str) -> tuple[str, ...]:
    # Its tables are large and slow to load, so only the one who asks pays for them.
    from pypinyin import lazy_pinyin

    return tuple(near_sound(pinyin) for pinyin in lazy_pinyin(spoken) if pinyin.strip())


_ENGLISH_EXCEPTIONS: Final = {"one": "won", "two": "to", "eight": "ate", "eye": "i", "are": "r"}
_ENGLISH_SPELLINGS: Final = (
    (r"[^a-z]", ""),
    (r"^[kgp]n", "n"),
    (r"^wr", "r"),
    (r"^wh", "w"),
    (r"^ps", "s"),
    (r"mb$", "m"),
    (r"igh", "y"),
    (r"gh", ""),
    (r"ph", "f"),
    (r"tch|ti(?=on)|ci(?=a)|ch|sh", "S"),
    (r"dg|j|g(?=[eiy])", "J"),
    (r"ck|q|c(?![eiy])", "k"),
    (r"x", "ks"),
    (r"c|z", "s"),
    (r"th", "T"),
    # A line of 3.4 kHz loses what tells these apart.
    (r"b", "p"),
    (r"d", "t"),
    (r"v", "f"),
    (r"g", "k"),
    (r"m", "n"),
    (r"T", "f"),
    # Vowels. A silent e makes the one before it long.
    (r"i([^aeiouy])e$", r"Y\1"),
    (r"(?<=[aou])([^aeiouy])e$", r"\1"),
    (r"ee|ea|ie(?=.)|e$", "I"),
    (r"uy|ye|ie|y", "Y"),
    (r"ow|ou", "O"),
    (r"oo|ew|u[e]?", "U"),
    (r"ai|ay|ei|a", "A"),
    (r"oa|o", "O"),
    (r"[ei]", "E"),
    (r"(.)\1+", r"\1"),
)
_SPELLINGS: Final = tuple((re.compile(pattern), code) for pattern, code in _ENGLISH_SPELLINGS)
_VOWEL: Final = re.compile("[AEIOUY]")


def _english_code(phrase: str) -> tuple[str, ...]:
    spoken = _FIGURES.sub(lambda figures: f" {LANGUAGES['en'].spell(int(figures[0]))} ", phrase)
    return tuple(_word_code(word) for word in spoken.replace("-", " ").split())


@cache
def _word_code(word: str) -> str:
    code = _ENGLISH_EXCEPTIONS.get(word, word)
    for pattern, sound in _SPELLINGS:
        code = pattern.sub(sound, code)
    first = _VOWEL.search(code)
    return _VOWEL.sub("", code) + (first[0] if first else "")
