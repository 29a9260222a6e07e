"""Values as they stand in a text, and the words that say each: numbers, money, percentages, dates, times, codes, telephone numbers.

What is written says most of what is meant: 36.00 is money where the shop's currency has two decimals, 13800138000 is a telephone
number, 2份 is 两份 and 第2份 is not. The phrase before a value, where its template is known, says the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grammars import saying
from grammars.languages import LANGUAGES
from grammars.numbers import NUMBER_MAX
from ivr.speech.pieces import Fragment, Pause, Piece

DIGIT_GROUP_MS = 120
"""Between groups of digits of a telephone number."""
TELEPHONE_DIGITS_MIN = 7
"""Digits from which on a number is read one by one, as a telephone number or code."""
ROOM_DIGITS_MIN = 3
"""Digits from which on the number of a room is read one by one: 301室 is 三零幺室."""

_MONEY = frozenset({"money"})
_MINUS = "-−–"
_SPANS = "-−–~～"
_DAYS_SHORT = {"Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
               "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday"}  # fmt: skip

_YEAR = r"(?:19|20)\d\d"
_MONTH = r"1[0-2]|0?[1-9]"
_DAY = r"3[01]|[12]\d|0?[1-9]"
_MONTH_NAME = "|".join((*saying.MONTHS, *(month[:3] for month in saying.MONTHS if len(month) > 3)))
_DIGITS = r"(\d{1,3}(?:,\d{3}){1,4}|\d{1,13})(?:\.(\d{1,12}))?"

_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?!\d)")
_DATE = re.compile(rf"({_YEAR})([-/.])({_MONTH})\2({_DAY})(?!\d)")
_CHINESE_DAY = re.compile(rf"(?:({_YEAR})年)?({_MONTH})月({_DAY})日")
_CHINESE_YEAR = re.compile(rf"({_YEAR})年")
_DAY_FIRST = re.compile(rf"({_DAY}) ({_MONTH_NAME})(?:,? ({_YEAR}))?(?![a-z\d])")
_MONTH_FIRST = re.compile(
    rf"({_MONTH_NAME}) ({_DAY})(?:st|nd|rd|th)?(?:,? ({_YEAR}))?(?!\w|[.,:]\d|%)"
)
_DAY_NAME = re.compile(rf"({'|'.join(_DAYS_SHORT)})(?![a-z])")
_SPACED_DIGITS = re.compile(r"\d(?: \d)+(?![\d.])")
_NUMBER = re.compile(rf"{_DIGITS}(?![\d.]*\d)")
_PERCENT = re.compile(rf"{_DIGITS} ?[%％]")
_DISCOUNT = re.compile("([1-9])\\.([1-9])(?=折)")
_ROOM = re.compile(rf"(\d{{{ROOM_DIGITS_MIN},}})(?=室|房(?!间))")
_AMOUNT = re.compile(rf"([{_MINUS}]?)(?:([^\w\s.,]) ?)?(?=\d)")
"""What may stand before a number: a minus, the sign of a currency."""
_TELEPHONE = re.compile(r"\d{2,4}(?:-\d{3,4}){1,3}(?![\d-])")
_PLACE = re.compile(r"(3[01]|[12]\d|[1-9])(?:st|nd|rd|th)(?!\w)")
_TIMES = re.compile(r" ?x(\d{1,6})(?!\w)")
_CODE = re.compile(r"(?=[A-Z\d-]*\d)[A-Z][A-Z\d]*(?:-?[A-Z\d]+)*(?!\w)")

_CHINESE_COUNTED = ("天", "小时", "分钟", "周(?![一二三四五六日末])", "星期(?![一二三四五六日天])", "年(?!级)", "点", "倍", "家", "户",
                    "万", "亿", "千")  # fmt: skip
_ENGLISH_COUNTED = ["days?", "hours?", "minutes?", "weeks?", "months?", "years?", "percent"]
_COUNTED = {
    "zh": re.compile(
        "|".join(
            [
                # 2单元 is a door, and no two orders.
                *(f"{word}(?!元)" if word == "单" else word for word in LANGUAGES["zh"].measures),
                *_CHINESE_COUNTED,
            ]
        )
    ),
    "en": re.compile(rf"(?:{'|'.join([*LANGUAGES['en'].measures, *_ENGLISH_COUNTED])})(?![a-z])"),
}
"""What stands behind a number that counts something."""
_NAMED = ("第", "按", "选", "拨", "回复", "输入", "数字", "星期", "周")
"""Before a number that is a name and counts nothing, whatever stands behind it: 第2份, 按2点餐."""


@dataclass(frozen=True, slots=True)
class Currency:
    """What amounts of a shop are in."""

    code: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a value."""

    pieces: list[Piece]
    length: int
    """Characters of the text that it stands for; 0: there is no value here."""


NOTHING = Said([], 0)


class Values:
    """Reads the values in the texts of one shop in one language."""

    def __init__(
        self,
        language: str,
        currency: Currency,
        followers: Mapping[str, frozenset[str]],
        codes: Iterable[str],
    ) -> None:
        self.language = language
        self.currency = currency
        self._followers = followers
        self._codes = frozenset(codes)
        self._money_words = saying.written_currency(currency.code, language)

    def at(self, text: str, at: int, before: str) -> Said:
        """The value that stands at a place of a text, behind the phrase `before` (empty where none is known)."""
        if at and text[at] in _SPANS and self._is_span(text, at):
            return self._said(("至" if self.language == "zh" else "to",), 1)
        times = _TIMES.match(text, at)
        if times:
            return Said(self._times(int(times[1])), len(times[0]))
        if at and (text[at - 1].isdigit() or (text[at - 1].isascii() and text[at - 1].isalpha())):
            return NOTHING
        return (
            self._in_time(text, at)
            or self._code(text, at)
            or self._place(text, at)
            or self._share(text, at)
            or self._number(text, at, before)
            or self._signed(text, at)
            or NOTHING
        )

    # --- when ---

    def _in_time(self, text: str, at: int) -> Said | None:
        language = self.language
        if found := _TIME.match(text, at):
            return self._said(
                saying.say_time(int(found[1]), int(found[2]), language), len(found[0])
            )
        if found := _DATE.match(text, at):
            return self._day(found[1], int(found[3]), int(found[4]), len(found[0]))
        if language == "zh":
            if found := _CHINESE_DAY.match(text, at):
                return self._day(found[1], int(found[2]), int(found[3]), len(found[0]))
            if found := _CHINESE_YEAR.match(text, at):
                return self._said(saying.say_year(int(found[1]), language), len(found[0]))
            return None
        if found := _DAY_FIRST.match(text, at):
            return self._day(found[3], _month(found[2]), int(found[1]), len(found[0]))
        if found := _MONTH_FIRST.match(text, at):
            return self._day(found[3], _month(found[1]), int(found[2]), len(found[0]))
        if found := _DAY_NAME.match(text, at):
            return self._said((_DAYS_SHORT[found[1]],), len(found[0]))
        return None

    def _day(self, year: str | None, month: int, day: int, length: int) -> Said:
        """A day, its year where it is said: first in Chinese, last in English."""
        words = saying.say_day(month, day, self.language)
        of = saying.say_year(int(year), self.language) if year else ()
        return self._said((*of, *words) if self.language == "zh" else (*words, *of), length)

    def _is_span(self, text: str, at: int) -> bool:
        """Whether a hyphen stands between two times, two days, or the least and most of what is counted."""
        behind = text[at + 1 : at + 32]
        if text[at - 1].isdigit():
            if _TIME.match(behind):
                return True
            most = _NUMBER.match(behind)
            if most is None:
                return False
            rest = behind[most.end() :].lstrip()
            return self._is_counted(rest) or self._is_money(rest)
        return bool(text[at - 1].isalpha() and _DAY_NAME.match(behind))

    # --- codes ---

    def _code(self, text: str, at: int) -> Said | None:
        if found := _SPACED_DIGITS.match(text, at):
            return Said(self._digits(found[0].replace(" ", "")), len(found[0]))
        if found := _CODE.match(text, at):
            return Said(self._digits(found[0].replace("-", "")), len(found[0]))
        found = _TELEPHONE.match(text, at)
        if found and len(found[0].replace("-", "")) >= TELEPHONE_DIGITS_MIN:
            return Said(self._telephone(found[0]), len(found[0]))
        if self.language == "zh" and (found := _ROOM.match(text, at)):
            return Said(self._digits(found[1]), len(found[1]))
        return None

    def _telephone(self, written: str) -> list[Piece]:
        """A number of a telephone in the groups that it is written in."""
        said: list[Piece] = []
        for group in written.split("-"):
            said += [*self._words(saying.say_digits(group, self.language)), Pause(DIGIT_GROUP_MS)]
        return said[:-1]

    def _digits(self, digits: str) -> list[Piece]:
        words = saying.say_digits(digits, self.language)
        groups = saying.GROUPS.get(len(digits)) if digits.isdigit() else None
        if groups is None:
            return self._words(words)
        said: list[Piece] = []
        for count in groups:
            said += [*self._words(words[:count]), Pause(DIGIT_GROUP_MS)]
            words = words[count:]
        return said[:-1]

    # --- how many, how much ---

    def _place(self, text: str, at: int) -> Said | None:
        found = _PLACE.match(text, at) if self.language == "en" else None
        return self._said((saying.say_place(int(found[1])),), len(found[0])) if found else None

    def _share(self, text: str, at: int) -> Said | None:
        """A percentage; a Chinese discount such as 8.5折, which is said 八五折."""
        if (found := _PERCENT.match(text, at)) and _whole(found) <= NUMBER_MAX:
            whole, fraction = found[1].replace(",", ""), found[2] or ""
            minor, decimals = int(whole + fraction), len(fraction)
            return self._said(saying.say_percent(minor, decimals, self.language), len(found[0]))
        found = _DISCOUNT.match(text, at) if self.language == "zh" else None
        if found is None:
            return None
        words = (saying.say_number(int(digit), "zh")[0] for digit in found.groups())
        return self._said(words, len(found[0]))

    def _number(self, text: str, at: int, before: str) -> Said | None:
        found = _NUMBER.match(text, at)
        if found is None:
            return None
        whole, fraction = found[1].replace(",", ""), found[2]
        language, decimals = self.language, self.currency.decimals
        if _whole(found) > NUMBER_MAX:
            return Said(self._digits(whole), len(found[1]))
        rest, length = text[found.end() :].lstrip(), len(found[0])
        kinds = self._followers.get(before, frozenset())
        if fraction is not None and len(fraction) == decimals:
            return self._money(int(whole + fraction), decimals, self.currency.code, rest, length)
        if fraction is not None:
            return self._said(
                saying.say_decimal(int(whole + fraction), len(fraction), language), length
            )
        if self._is_money(rest):
            return self._said(saying.say_count(int(whole), language), length)
        if self._is_code(whole, kinds, is_parted="," in found[1]):
            return Said(self._digits(whole), length)
        if kinds == _MONEY and decimals == 0:
            return self._money(int(whole), 0, self.currency.code, rest, length)
        counts = self._is_counted(rest) and not text.endswith(_NAMED, 0, at)
        say = saying.say_count if counts else saying.say_number
        return self._said(say(int(whole), language), length)

    def _is_code(self, whole: str, kinds: frozenset[str], *, is_parted: bool) -> bool:
        """Whether digits are read one by one; those that are parted by thousands count something."""
        return not is_parted and (
            (whole in self._codes and "number" not in kinds)
            or len(whole) >= TELEPHONE_DIGITS_MIN
            or (len(whole) > 1 and whole[0] == "0")
            or (bool(kinds) and kinds <= {"text"} and len(whole) > 2)
        )

    def _signed(self, text: str, at: int) -> Said | None:
        """An amount with the sign of its currency before it, or something below zero."""
        found = _AMOUNT.match(text, at)
        if found is None:
            return None
        minus, sign = found[1], found[2]
        number = _NUMBER.match(text, found.end())
        currency = saying.signed_currency(sign, self.currency.code) if sign else None
        if number is None or _whole(number) > NUMBER_MAX or (sign and currency is None):
            return None
        whole, fraction = number[1].replace(",", ""), number[2] or ""
        below, length = -1 if minus else 1, number.end() - at
        own = self.currency
        if currency is None and fraction and len(fraction) == own.decimals:
            currency = own.code
        if currency is None:
            minor = below * int(whole + fraction)
            return self._said(saying.say_decimal(minor, len(fraction), self.language), length)
        decimals = max(own.decimals if currency == own.code else 2, len(fraction))
        minor = below * int(whole + fraction.ljust(decimals, "0"))
        return self._money(minor, decimals, currency, text[number.end() :], length)

    def _money(self, minor: int, decimals: int, currency: str, rest: str, length: int) -> Said:
        """An amount; where the text itself names the currency behind it, the name is not said twice."""
        language = self.language
        if not self._is_money(rest):
            words = saying.say_money(minor, decimals, currency, language)
        elif minor % 10**decimals == 0:
            words = saying.say_count(minor // 10**decimals, language)
        else:
            words = saying.say_decimal(minor, decimals, language)
        return self._said(words, length)

    def _is_money(self, rest: str) -> bool:
        """Whether a text goes on with the name of a currency."""
        following = rest.lstrip()[:24].lower()
        return any(
            following.startswith(word.lower()) and not cuts_word(following, len(word))
            for word in self._money_words
        )

    def _is_counted(self, rest: str) -> bool:
        """Whether a text goes on with what a number before it counts."""
        return _COUNTED[self.language].match(rest) is not None

    def _times(self, value: int) -> list[Piece]:
        """How many of a line of a cart: 牛肉面x2 is 牛肉面 两份, Beef noodles x2 is Beef noodles, two."""
        words = saying.say_count(value, self.language)
        if self.language == "zh":
            return self._words((*words, "份"))
        return [Pause(DIGIT_GROUP_MS), *self._words(words)]

    # --- words ---

    def _said(self, words: Iterable[str], length: int) -> Said:
        return Said(self._words(words), length)

    def _words(self, words: Iterable[str]) -> list[Piece]:
        return [Fragment(word, self.language) for word in words]


def cuts_word(text: str, at: int) -> bool:
    """Whether a Latin word or a number goes on across this place."""
    if not 0 < at < len(text):
        return False
    one, other = text[at - 1], text[at]
    if one.isdigit() and other.isdigit():
        return True
    return one.isascii() and other.isascii() and one.isalpha() and other.isalpha()


def _whole(number: re.Match[str]) -> int:
    return int(number[1].replace(",", ""))


def _month(name: str) -> int:
    return next(number for number, month in enumerate(saying.MONTHS, 1) if month.startswith(name))
