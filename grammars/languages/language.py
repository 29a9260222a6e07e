"""What one language brings to the readers: its words, and how it counts and dates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Language:
    """The everyday words of one language. Every word is folded. A new language is one of these."""

    code: str
    """As after `languages` in a flow: zh, en."""
    tag: str
    """As in an SRGS header: zh-CN, en-US."""
    spaced: bool
    """Whether spaces stand between words. Where they do not, a grammar's tokens are characters."""

    numerals: frozenset[str]
    """Words that numbers are made of."""
    count: Callable[[tuple[str, ...]], int | None]
    """Reads numerals and runs of ASCII digits as a whole number, or answers None."""
    spell: Callable[[int], str]
    """Writes a whole number from 0 to 10**12 in words."""
    spellings: Callable[[int], tuple[str, ...]]
    """Every wording of a number that people say, as tokens between spaces, the usual one first."""
    measures: frozenset[str]
    """What stands behind a number: bowls, 份, kg."""
    openers: frozenset[str]
    """Said before an answer and meaning nothing: I want, 我要."""
    closers: frozenset[str]
    """Said after an answer and meaning nothing: please, 吧."""

    digits: Mapping[str, str]
    """Word to one digit, with the words of the telephone: 幺, oh."""
    repeats: Mapping[str, int]
    """Words that repeat the digit that follows: double."""

    yes: frozenset[str]
    no: frozenset[str]
    unsure: frozenset[str]
    """Phrases made of yes and no words that are neither."""
    usual: frozenset[str]
    """Of openers, closers, yes and no: what most people say. A recogniser expects it before the others."""
    unspoken: frozenset[str]
    """Written, and never said: pcs, plz."""

    major_units: frozenset[str]
    """Words for the unit of a currency: 块, dollars."""
    tenths: frozenset[str]
    """Words for a tenth of it: 毛."""
    hundredths: frozenset[str]
    """Words for a hundredth of it: 分, cents."""
    points: frozenset[str]
    """Words for the decimal point."""

    read_date: Callable[[str, date], date | None]
    """Reads a normalised text; the rules of grammars/dates.py hold."""
    write_date: Callable[[date], str]
    date_rules: str
    """How a date is said: the ABNF rule $date and those it needs, for grammars/spoken.py."""


def words(text: str) -> tuple[str, ...]:
    """Cut a table of words at its spaces."""
    return tuple(text.split())


def phrases(text: str) -> frozenset[str]:
    """Cut a table of phrases at its bars."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split("|"))
