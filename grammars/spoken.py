"""What may be said for each type of answer, as SRGS 1.0 grammars in ABNF.

Chinese is written one token a character, English one token a word. The grammars cover what people
say; what they said is then read by the reader of the type, which also checks the bounds where a
grammar cannot.
"""

import re
from collections.abc import Iterable
from typing import Final

from grammars.languages import LANGUAGES, Language
from grammars.numbers import NUMBER_MAX

LISTED_NUMBERS_MAX: Final = 1_000
"""Numbers of a range that are written out. Past it a grammar takes any number."""
USUAL_WEIGHT: Final = 20
"""How much likelier than another word a usual one is. Without weights "yes" is as likely as "not really"."""
EXTRA_WEIGHT: Final = 0.15
"""Most people say the bare answer: so likely is each word before or after it that may be left out."""

_CENTS_MAX: Final = 99


def number_grammar(lower: int, upper: int, language: str) -> str:
    """Return the grammar of the whole numbers from `lower` to `upper`, measure words allowed.

    A range of more than 1,000 numbers takes any run of numerals, and the reader holds the bounds.
    Raises ValueError for bounds out of order or outside 0 to 10**12.
    """
    if not 0 <= lower <= upper <= NUMBER_MAX:
        raise ValueError(f"{lower} to {upper} is no range from 0 to {NUMBER_MAX}")
    words = LANGUAGES[language]
    if upper - lower < LISTED_NUMBERS_MAX:
        numbers = _any(said for value in range(lower, upper + 1) for said in words.spellings(value))
    else:
        numbers = f"({_any(_tokens(words, words.numerals))}) <1-40>"
    rules = (
        f"public $number = {_maybe('opener')} $value {_maybe('measure')} {_maybe('closer')};\n"
        f"$value = {numbers};\n"
        f"$measure = {_any(_tokens(words, words.measures))};\n" + _courtesy(words)
    )
    return _header("number", words) + rules


def yesno_grammar(language: str) -> str:
    """Return the grammar of yes and no."""
    words = LANGUAGES[language]
    rules = (
        f"public $yesno = ($yes | $no) {_maybe('closer')};\n"
        f"$yes = {_likely(words, words.yes)};\n"
        f"$no = {_likely(words, words.no)};\n"
        f"$closer = {_likely(words, words.closers)};\n"
    )
    return _header("yesno", words) + rules


def digits_grammar(count_min: int, count_max: int, language: str) -> str:
    """Return the grammar of a string of digits, one by one.

    A language with words such as "double" lets fewer words through, and the reader counts.
    """
    words = LANGUAGES[language]
    single = "<1>" if count_min == count_max == 1 else f"<{count_min}-{count_max}>"
    if not words.repeats:
        rules = f"public $digits = $digit {single};\n"
    else:
        fewest = -(-count_min // max(words.repeats.values()))
        rules = (
            f"public $digits = ($digit | $repeated) <{fewest}-{count_max}>;\n"
            f"$repeated = ({_any(words.repeats)}) $digit;\n"
        )
    return _header("digits", words) + rules + f"$digit = {_any(words.digits)};\n"


def codes_grammar(codes: Iterable[str], language: str) -> str:
    """Return the grammar of these strings of digits and no others, each said one by one.

    Raises ValueError for none, and for one with another sign than a digit.
    """
    words = LANGUAGES[language]
    listed = tuple(codes)
    if not listed or not all(code.isascii() and code.isdigit() for code in listed):
        raise ValueError(f"{listed!r} are no strings of digits")
    said = {
        digit: [word for word, each in words.digits.items() if each == digit]
        for digit in "0123456789"
    }
    used = sorted({digit for code in listed for digit in code})
    rules = "".join(f"$d{digit} = {_any(said[digit])};\n" for digit in used)
    choices = " | ".join("(" + " ".join(f"$d{digit}" for digit in code) + ")" for code in listed)
    return _header("codes", words) + f"public $codes = {choices};\n" + rules


def keys_grammar(count_min: int, count_max: int) -> str:
    """Return the DTMF grammar of a string of digits, which has no language."""
    keys = _any(str(digit) for digit in range(10))
    return (
        "#ABNF 1.0 UTF-8;\nmode dtmf;\nroot $digits;\n"
        f"public $digits = $digit <{count_min}-{count_max}>;\n$digit = {keys};\n"
    )


def money_grammar(language: str) -> str:
    """Return the grammar of an amount: 十八块五毛, "five dollars and fifty cents"."""
    words = LANGUAGES[language]
    cents = _any(said for value in range(1, _CENTS_MAX + 1) for said in words.spellings(value))
    terms = [
        "$amount [$major]",
        "$amount $major $tens [$tenth] [$tens $hundredth]",
        "$amount $major [$joint] $cents [$hundredth]",
        "$tens $tenth [$tens [$hundredth]]",
        "$cents $hundredth",
        "$amount $point $digit <1-4> [$major]",
    ]
    rules = (
        f"public $money = {_maybe('opener')} ({' | '.join(terms)}) {_maybe('closer')};\n"
        f"$amount = ({_any(_tokens(words, words.numerals))}) <1-40>;\n"
        f"$cents = {cents};\n"
        f"$tens = {_any(said for value in range(1, 10) for said in words.spellings(value))};\n"
        f"$digit = {_any(words.digits)};\n"
        f"$major = {_any(_tokens(words, words.major_units))};\n"
        f"$tenth = {_any(_tokens(words, words.tenths))};\n"
        f"$hundredth = {_any(_tokens(words, words.hundredths))};\n"
        f"$point = {_any(_tokens(words, words.points))};\n"
        f"$joint = {'and' if 'and' in words.numerals else '零'};\n" + _courtesy(words)
    )
    return _header("money", words) + rules


def date_grammar(language: str) -> str:
    """Return the grammar of a date, as each language words it."""
    words = LANGUAGES[language]
    return _header("date", words) + words.date_rules


def _header(root: str, words: Language) -> str:
    return f"#ABNF 1.0 UTF-8;\nlanguage {words.tag};\nmode voice;\nroot ${root};\n"


def _courtesy(words: Language) -> str:
    return (
        f"$opener = {_likely(words, words.openers)};\n$closer = {_likely(words, words.closers)};\n"
    )


def _maybe(rule: str) -> str:
    """Write what may be left out, and mostly is."""
    return f"(/{1 - EXTRA_WEIGHT}/ $NULL | /{EXTRA_WEIGHT}/ ${rule})"


def _likely(words: Language, phrases: Iterable[str]) -> str:
    """Write alternatives of which the usual ones weigh more."""
    usual = set(_tokens(words, words.usual))
    return _any(
        f"/{USUAL_WEIGHT if token in usual else 1}/ {token}" for token in _tokens(words, phrases)
    )


def _tokens(words: Language, phrases: Iterable[str]) -> list[str]:
    """Write phrases as tokens, leaving out signs that nobody says."""
    said = sorted(
        phrase
        for phrase in phrases
        if phrase not in words.unspoken and re.sub("[ ']", "", phrase).isalpha()
    )
    if not words.spaced:
        return [" ".join(phrase) for phrase in said]
    # SRGS 1.0, section 2.1: a token with an apostrophe stands in quotes.
    return [re.sub(r"\S*'\S*", r'"\g<0>"', phrase) for phrase in said]


def _any(alternatives: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(alternatives))
