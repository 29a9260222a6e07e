"""A text as what is said one after the other: phrases that are known ahead, values in words, pauses, and the rest.

A flow hands out whole texts. Most of what they are made of is known when the flow is published: fixed texts, the pieces
of templates between their values, names of products. Such phrases are looked for from left to right, the longest first;
what stands between them is read as a number, an amount, a time or a code, as the phrase before it says, and what is left
(an address, a name) is new and must be synthesised when it comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grammars import saying
from grammars.languages import LANGUAGES
from grammars.numbers import NUMBER_MAX

PIECES_MAX = 400
"""Pieces of one text; a longer one is cut."""
PAUSE_LONG_MS = 320
PAUSE_SHORT_MS = 160
DIGIT_GROUP_MS = 120
"""Between groups of digits of a telephone number."""
TELEPHONE_DIGITS_MIN = 7
"""Digits from which on a number is read one by one, as a telephone number or code."""

_MONEY = frozenset({"money"})
_LONG = frozenset("。！？.!?；;：:\n")
_SHORT = frozenset("，,、")
_MINUS = "-−–"
_MONTHS_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS_SHORT = {"Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
               "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday"}  # fmt: skip

_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?!\d)")
_CHINESE_DAY = re.compile(r"(1[0-2]|0?[1-9])月(3[01]|[12]\d|0?[1-9])日")
_ENGLISH_DAY = re.compile(rf"(3[01]|[12]\d|0?[1-9]) ({'|'.join(_MONTHS_SHORT)})(?![a-z])")
_DAY_NAME = re.compile(rf"({'|'.join(_DAYS_SHORT)})(?![a-z])")
_SPACED_DIGITS = re.compile(r"\d(?: \d)+(?![\d.])")
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3}){1,4}|\d{1,13})(?:\.(\d{1,4}))?(?![\d.]*\d)")
_AMOUNT = re.compile(rf"([{_MINUS}]?)(?:([^\w\s.,]) ?)?(?=\d)")
"""What may stand before a number: a minus, the sign of a currency."""
_TELEPHONE = re.compile(r"\d{2,4}(?:-\d{3,4}){1,3}(?![\d-])")
_PLACE = re.compile(r"(3[01]|[12]\d|[1-9])(?:st|nd|rd|th)(?!\w)")
_TIMES = re.compile(r" ?x(\d{1,6})(?!\w)")
_GAPS = re.compile(r" +([,.!?:;])| {2,}")
_CODE = re.compile(r"(?=[A-Z\d-]*\d)[A-Z][A-Z\d]*(?:-?[A-Z\d]+)*(?!\w)")


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words that one piece of audio says."""

    text: str
    """As written: what a recording is named by."""
    language: str
    known: bool = True
    """Whether it can be rendered ahead; a buyer's own words cannot."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence between fragments."""

    ms: int


Piece = Fragment | Pause


@dataclass(frozen=True, slots=True)
class Currency:
    """What amounts of a shop are in."""

    code: str
    decimals: int


class Phrasing:
    """Reads the texts of one shop in one language."""

    def __init__(
        self,
        language: str,
        currency: Currency,
        phrases: Iterable[str],
        followers: Mapping[str, frozenset[str]] = {},
        codes: Iterable[str] = (),
    ) -> None:
        self.language = language
        self.currency = currency
        self.followers = followers
        """Phrase to the types of the values that may stand behind it."""
        self.codes = frozenset(codes)
        """Codes of products, which are read digit by digit."""
        self.phrases = tuple(dict.fromkeys(phrases))
        self._by_head: dict[str, list[str]] = {}
        for phrase in sorted(self.phrases, key=len, reverse=True):
            self._by_head.setdefault(phrase[:1].casefold(), []).append(phrase)
        self._money_words = saying.written_currency(currency.code, language)

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """What is said of a text, in order."""
        whole = trimmed(text)
        if whole in self.phrases:
            return (Fragment(whole, self.language),)
        return _joined(self._scan(text), self.language)

    def _scan(self, text: str) -> list[Piece | str]:
        """Pieces and, as plain text, what is not known."""
        found: list[Piece | str] = []
        at, before = 0, ""
        while at < len(text) and len(found) < PIECES_MAX:
            sign = text[at]
            if sign in _LONG or sign in _SHORT:
                found.append(Pause(PAUSE_LONG_MS if sign in _LONG else PAUSE_SHORT_MS))
                at += 1
                continue
            phrase = self._phrase(text, at)
            if phrase is not None:
                found.append(Fragment(phrase, self.language))
                at += len(phrase)
                before = phrase
                continue
            words, length = self._value(text, at, before)
            if length and found and isinstance(found[-1], str) and found[-1].isalpha():
                # A number inside what is not known, as in an address, is said with it.
                found += list(text[at : at + length])
                at += length
                continue
            if length:
                found += words
                at += length
                before = ""
                continue
            found.append(sign)
            at += 1
        return found

    def _phrase(self, text: str, at: int) -> str | None:
        """The longest phrase that stands here; a Latin one must be words of their own."""
        for phrase in self._by_head.get(text[at].casefold(), ()):
            end = at + len(phrase)
            if (
                text.startswith(phrase, at)
                and not _cuts_word(text, at)
                and not _cuts_word(text, end)
            ):
                return phrase
        return None

    def _value(self, text: str, at: int, before: str) -> tuple[list[Piece | str], int]:
        """What is said of the value that stands here, and its length; 0 if there is none."""
        if text[at] in _MINUS and at and _is_span(text, at):
            return self._words(("至" if self.language == "zh" else "to",)), 1
        if at and (text[at - 1].isdigit() or (text[at - 1].isascii() and text[at - 1].isalpha())):
            if not (times := _TIMES.match(text, at)):
                return [], 0
        else:
            times = _TIMES.match(text, at)
        language = self.language
        if times:
            return self._count(int(times[1])), len(times[0])
        if found := _TIME.match(text, at):
            return self._words(saying.say_time(int(found[1]), int(found[2]), language)), len(
                found[0]
            )
        if language == "zh":
            if found := _CHINESE_DAY.match(text, at):
                return self._words(saying.say_day(int(found[1]), int(found[2]), "zh")), len(
                    found[0]
                )
        elif found := _ENGLISH_DAY.match(text, at):
            month = _MONTHS_SHORT.index(found[2]) + 1
            return self._words(saying.say_day(month, int(found[1]), language)), len(found[0])
        elif found := _DAY_NAME.match(text, at):
            return self._words((_DAYS_SHORT[found[1]],)), len(found[0])
        if found := _SPACED_DIGITS.match(text, at):
            return self._digits(found[0].replace(" ", "")), len(found[0])
        if found := _CODE.match(text, at):
            return self._digits(found[0].replace("-", "")), len(found[0])
        found = _TELEPHONE.match(text, at)
        if found and len(found[0].replace("-", "")) >= TELEPHONE_DIGITS_MIN:
            return self._telephone(found[0]), len(found[0])
        if language == "en" and (found := _PLACE.match(text, at)):
            return self._words((saying.say_place(int(found[1])),)), len(found[0])
        if found := _NUMBER.match(text, at):
            return self._number(found, text, before), len(found[0])
        return self._signed(text, at)

    def _signed(self, text: str, at: int) -> tuple[list[Piece | str], int]:
        """An amount with the sign of its currency before it, or a number below zero, and its length."""
        found = _AMOUNT.match(text, at)
        if found is None:
            return [], 0
        minus, sign = found[1], found[2]
        number = _NUMBER.match(text, found.end())
        currency = saying.signed_currency(sign, self.currency.code) if sign else None
        if number is None or (sign and currency is None):
            return [], 0
        decimals = self.currency.decimals if currency in (None, self.currency.code) else 2
        whole, fraction = number[1].replace(",", ""), number[2] or ""
        below = -1 if minus else 1
        if currency is None:
            words = saying.say_decimal(below * int(whole + fraction), len(fraction), self.language)
        else:
            decimals = max(decimals, len(fraction))
            minor = below * int(whole + fraction.ljust(decimals, "0"))
            words = self._money(minor, decimals, currency, text[number.end() :])
        return self._words(words), number.end() - at

    def _telephone(self, written: str) -> list[Piece | str]:
        """A number of a telephone in the groups that it is written in."""
        said: list[Piece | str] = []
        for group in written.split("-"):
            said += [*self._words(saying.say_digits(group, self.language)), Pause(DIGIT_GROUP_MS)]
        return said[:-1]

    def _number(self, found: re.Match[str], text: str, before: str) -> list[Piece | str]:
        whole, fraction = found[1].replace(",", ""), found[2]
        language, decimals = self.language, self.currency.decimals
        kinds = self.followers.get(before, frozenset())
        if fraction is not None and len(fraction) == decimals:
            minor = int(whole) * 10**decimals + int(fraction)
            rest = text[found.end() :]
            return self._words(self._money(minor, decimals, self.currency.code, rest))
        if fraction is not None:
            minor = int(whole + fraction)
            return self._words(saying.say_decimal(minor, len(fraction), language))
        is_code = whole in self.codes and "number" not in kinds
        rest = text[found.end() :].lstrip()
        if self._is_money_behind(rest):
            return self._words(saying.say_count(int(whole), language))
        if is_code or len(whole) >= TELEPHONE_DIGITS_MIN or (len(whole) > 1 and whole[0] == "0"):
            return self._digits(whole)
        if int(whole) > NUMBER_MAX or (kinds and kinds <= {"text"} and len(whole) > 2):
            return self._digits(whole)
        if kinds == _MONEY and decimals == 0:
            return self._words(self._money(int(whole), 0, self.currency.code, rest))
        counted = rest.startswith(tuple(LANGUAGES[language].measures))
        say = saying.say_count if counted else saying.say_number
        return self._words(say(int(whole), language))

    def _money(self, minor: int, decimals: int, currency: str, rest: str) -> tuple[str, ...]:
        """An amount; where the text itself names the currency behind it, the name is not said twice."""
        language = self.language
        if self._is_money_behind(rest):
            if minor % 10**decimals == 0:
                return saying.say_count(minor // 10**decimals, language)
            return saying.say_decimal(minor, decimals, language)
        return saying.say_money(minor, decimals, currency, language)

    def _is_money_behind(self, rest: str) -> bool:
        """Whether a text goes on with the name of a currency."""
        following = rest.lstrip()[:24].lower()
        return any(
            following.startswith(word.lower()) and not _cuts_word(following, len(word))
            for word in self._money_words
        )

    def _digits(self, digits: str) -> list[Piece | str]:
        words = saying.say_digits(digits, self.language)
        groups = saying.GROUPS.get(len(digits)) if digits.isdigit() else None
        if groups is None:
            return self._words(words)
        said: list[Piece | str] = []
        for count in groups:
            said += [*self._words(words[:count]), Pause(DIGIT_GROUP_MS)]
            words = words[count:]
        return said[:-1]

    def _count(self, value: int) -> list[Piece | str]:
        """How many of a line of a cart: 牛肉面x2 is 牛肉面 两份, Beef noodles x2 is Beef noodles, two."""
        words = saying.say_count(value, self.language)
        if self.language == "zh":
            return self._words((*words, "份"))
        return [Pause(DIGIT_GROUP_MS), *self._words(words)]

    def _words(self, words: Iterable[str]) -> list[Piece | str]:
        return [Fragment(word, self.language) for word in words]

    def spoken(self, text: str) -> str:
        """A text with every value in it as words, as a voice is given it."""
        out: list[str] = []
        gap = "" if self.language == "zh" else " "
        at = 0
        while at < len(text):
            words, length = self._value(text, at, "")
            said = [piece.text for piece in words if isinstance(piece, Fragment)]
            out.append(gap + " ".join(said) + gap if gap else "".join(said))
            if not length:
                out[-1] = text[at]
            at += length or 1
        return _GAPS.sub(lambda found: found[1] or " ", "".join(out)).strip()


def trimmed(text: str) -> str:
    """A text without the punctuation and spaces at its ends: what is said is the same."""
    start, end = 0, len(text)
    while start < end and not _is_said(text[start]):
        start += 1
    while end > start and not _is_said(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_said(sign: str) -> bool:
    return sign.isalnum()


def _cuts_word(text: str, at: int) -> bool:
    """Whether a Latin word or a number goes on across this place."""
    if not 0 < at < len(text):
        return False
    one, other = text[at - 1], text[at]
    if one.isdigit() and other.isdigit():
        return True
    return one.isascii() and other.isascii() and one.isalpha() and other.isalpha()


def _is_span(text: str, at: int) -> bool:
    """Whether a hyphen stands between two times or two days."""
    behind = text[at + 1 : at + 6]
    return bool(
        (_TIME.match(behind) and text[at - 1].isdigit())
        or (_DAY_NAME.match(behind) and text[at - 1].isalpha())
    )


def _joined(found: list[Piece | str], language: str) -> tuple[Piece, ...]:
    """The pieces, with each run of unknown characters as one fragment, numbers inside it too."""
    pieces: list[Piece] = []
    run = ""
    for piece in found:
        if isinstance(piece, str):
            run += piece
            continue
        if run.strip() and trimmed(run):
            pieces.append(Fragment(trimmed(run), language, known=False))
        run = ""
        pieces.append(piece)
    if trimmed(run):
        pieces.append(Fragment(trimmed(run), language, known=False))
    while pieces and isinstance(pieces[-1], Pause):
        pieces.pop()
    while pieces and isinstance(pieces[0], Pause):
        pieces.pop(0)
    return tuple(pieces)
