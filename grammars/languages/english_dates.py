"""Dates in English words."""

import re
from datetime import date
from typing import Final

from grammars.coming import (
    agreeing,
    coming_day,
    coming_month_day,
    coming_weekday,
    day_in_month,
    day_of,
    days_ahead,
    weekday_in_week,
)
from grammars.languages.english_numbers import count, spell
from grammars.languages.language import words

_DAYS: Final = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "tmr": 1,
    "tmrw": 1,
    "day after tomorrow": 2,
    "the day after tomorrow": 2,
}
_MONTH_NAMES: Final = words(
    "January February March April May June July August September October November December"
)
_WEEKDAY_NAMES: Final = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_MONTHS: Final = {
    **{name.lower(): month for month, name in enumerate(_MONTH_NAMES, 1)},
    **{name[:3].lower(): month for month, name in enumerate(_MONTH_NAMES, 1)},
    "sept": 9,
}
_WEEKDAYS: Final = {
    **{name.lower(): weekday for weekday, name in enumerate(_WEEKDAY_NAMES)},
    **{name[:3].lower(): weekday for weekday, name in enumerate(_WEEKDAY_NAMES)},
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}
_ORDINAL_NAMES: Final = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS: Final = {
    **{name: day for day, name in enumerate(_ORDINAL_NAMES, 1)},
    **{
        f"twenty{joint}{name}": 20 + day
        for joint in "- "
        for day, name in enumerate(_ORDINAL_NAMES[:9], 1)
    },
    "thirtieth": 30,
    "thirty-first": 31,
    "thirty first": 31,
}


def _either(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_NUMBER: Final = r"[0-9]{1,4}|[a-z]+(?:[- ][a-z]+)?"
_WEEKDAY: Final = rf"(?:({_either(_WEEKDAYS)})\.?,? ?)"
_DAY: Final = (
    rf"(?:the )?(?P<day>[0-9]{{1,2}}(?=(?:st|nd|rd|th)?\b)|{_either(_ORDINALS)})(?:st|nd|rd|th)?"
)
_MONTH: Final = rf"(?P<month>{_either(_MONTHS)})\.?"
_YEAR: Final = r"(?:,? (?P<year>[0-9]{4}))?"
_BEFORE: Final = r"(?:i want it |deliver it |deliver |on |by |for |please )*"
_AFTER: Final = r"(?: morning| afternoon| evening| night)?(?:,? please)?[,.! ]*"

_RELATIVE: Final = re.compile(rf"{_BEFORE}({_either(_DAYS)}){_AFTER}")
_LATER: Final = re.compile(
    rf"(?:in (?P<in>{_NUMBER}) (?P<in_unit>day|week)s?|"
    rf"(?P<later>{_NUMBER}) (?P<later_unit>day|week)s? (?:later|from now|from today)){_AFTER}"
)
_OF_WEEK: Final = re.compile(
    rf"{_BEFORE}(this |next |coming |this coming )?({_either(_WEEKDAYS)})\.?{_AFTER}"
)
_OF_MONTH: Final = tuple(
    re.compile(rf"{_BEFORE}{_WEEKDAY}?{order}{_AFTER}")
    for order in (
        rf"{_DAY}(?: of)? ?{_MONTH}{_YEAR}",
        rf"{_MONTH} ?{_DAY}{_YEAR}",
        rf"{_DAY} of (?P<which>this|next) month",
        rf"the {_DAY.removeprefix('(?:the )?')}",
        r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)",
    )
)


def read(text: str, today: date) -> date | None:
    """Read "tomorrow", "next friday", "in 3 days", "the 24th", "Tue, 24 Nov 2026"."""
    if match := _RELATIVE.fullmatch(text):
        return days_ahead(today, _DAYS[match[1]])
    if match := _LATER.fullmatch(text):
        many = _number(match["in"] or match["later"])
        size = 7 if (match["in_unit"] or match["later_unit"]) == "week" else 1
        return None if many is None else days_ahead(today, many * size)
    if match := _OF_WEEK.fullmatch(text):
        weekday = _WEEKDAYS[match[2]]
        if match[1] == "next ":
            return weekday_in_week(today, weekday, 1)
        return coming_weekday(today, weekday)
    for pattern in _OF_MONTH:
        if match := pattern.fullmatch(text):
            return agreeing(_of_month(match.groupdict(), today), _WEEKDAYS.get(match[1] or ""))
    return None


def _of_month(said: dict[str, str | None], today: date) -> date | None:
    word = said["day"] or ""
    day = int(word) if word.isdigit() else _ORDINALS[word]
    if month := said.get("month"):
        if year := said.get("year"):
            return day_of(int(year), _MONTHS[month], day)
        return coming_month_day(today, _MONTHS[month], day)
    if which := said.get("which"):
        return day_in_month(today, int(which == "next"), day)
    return coming_day(today, day)


def _number(said: str) -> int | None:
    return 1 if said in ("a", "an") else count(tuple(said.replace("-", " ").split()))


def write(day: date) -> str:
    """Write "24 November 2026"."""
    return f"{day.day} {_MONTH_NAMES[day.month - 1]} {day.year}"


_SPOKEN_DAYS: Final = " | ".join(word for word in _ORDINALS if "-" not in word)
_SPOKEN_NUMBERS: Final = " | ".join(spell(value).replace("-", " ") for value in range(1, 32))

RULES: Final = f"""\
public $date = [on | by] ($relative | $later | $of_week | $of_month) [please];
$relative = today | tonight | tomorrow | [the] day after tomorrow;
$later = in (a | $numbers) (day | days | week | weeks) | $numbers (days | weeks) from now;
$of_week = [this | next] $weekday;
$of_month = [the] $days [of] $month | $month [the] $days | the $days;
$weekday = {" | ".join(_WEEKDAY_NAMES).lower()};
$month = {" | ".join(_MONTH_NAMES).lower()};
$days = {_SPOKEN_DAYS};
$numbers = {_SPOKEN_NUMBERS};
"""
