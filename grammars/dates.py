"""Dates as buyers write and say them."""

import re
from datetime import date
from typing import Final

from grammars.coming import coming_month_day, day_of
from grammars.folding import TEXT_LENGTH_MAX, normalise
from grammars.languages import LANGUAGES

DATE_LENGTH_MAX: Final = 60
"""Characters of a date in words, with room."""

_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})[.,! ]*")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-./])([0-9]{1,2})\2([0-9]{4})[.,! ]*")
_COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_COMPACT_YEAR_LAST: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_NO_YEAR: Final = re.compile(r"([0-9]{1,2})[-./]([0-9]{1,2})[.,! ]*|([0-9]{2})([0-9]{2})")


def read_date(text: str, today: date) -> date | None:
    """Read a date: 明天, 下周三, 11月24日, 2026-11-24, "next friday", "24 Nov", "in 3 days".

    - A weekday alone is the next one after today; on a Friday, "friday" is a week away.
    - 下周三 and "next wednesday" are in the week after this one, 这周三 is in this one, past or
      not. Weeks begin on Monday. "this friday" is the next one to come.
    - A date without a year is the next one to come, and today counts.
    - Of two bare numbers, 24/11 or 11.24, the one over 12 is the day. When both could be the month
      and they differ, as in 3/5, nobody knows, so it is None. A year in front settles the order.
    - A telephone's keys have nothing to put between: 1124, 24112026 and 20261124 are read like 11/24, 24/11/2026 and 2026-11-24.
    - A weekday that does not fall on the date said with it makes it None.
    """
    if len(text) > min(DATE_LENGTH_MAX, TEXT_LENGTH_MAX):
        return None
    even = normalise(text)
    if even[:1].isascii() and even[:1].isdigit() and (found := _in_figures(even, today)):
        return found
    for language in LANGUAGES.values():
        if found := language.read_date(even, today):
            return found
    return None


def write_date(day: date, language: str) -> str:
    """Write 2026年11月24日 in "zh", "24 November 2026" in "en"."""
    return LANGUAGES[language].write_date(day)


def _in_figures(text: str, today: date) -> date | None:
    if match := _YEAR_FIRST.fullmatch(text):
        return day_of(int(match[1]), int(match[3]), int(match[4]))
    if (match := _COMPACT.fullmatch(text)) and (
        found := day_of(int(match[1]), int(match[2]), int(match[3]))
    ):
        return found
    if match := _YEAR_LAST.fullmatch(text):
        ordered = _month_and_day(int(match[1]), int(match[3]))
        return None if ordered is None else day_of(int(match[4]), *ordered)
    if match := _COMPACT_YEAR_LAST.fullmatch(text):
        ordered = _month_and_day(int(match[1]), int(match[2]))
        return None if ordered is None else day_of(int(match[3]), *ordered)
    if match := _NO_YEAR.fullmatch(text):
        ordered = _month_and_day(int(match[1] or match[3]), int(match[2] or match[4]))
        return None if ordered is None else coming_month_day(today, *ordered)
    return None


def _month_and_day(first: int, second: int) -> tuple[int, int] | None:
    if first == second or first <= 12 < second:
        return first, second
    return (second, first) if second <= 12 < first else None
