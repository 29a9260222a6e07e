"""Dates in Chinese words."""

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
from grammars.languages.chinese_numbers import count, spell

_DAYS: Final = {
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "今儿": 0,
    "今晚": 0,
    "明天": 1,
    "明日": 1,
    "明儿": 1,
    "明早": 1,
    "明晚": 1,
    "后天": 2,
    "后日": 2,
    "大后天": 3,
}
_WEEKDAYS: Final = {
    **{name: weekday for weekday, name in enumerate("一二三四五六日")},
    **{str(weekday + 1): weekday for weekday in range(7)},
    "天": 6,
}
_YEARS: Final = {"去年": -1, "今年": 0, "明年": 1, "后年": 2}

_NUMBER: Final = r"(?:[0-9]{1,4}|[〇零一二两三四五六七八九十廿卅百]{1,5})"
_WEEKDAY: Final = r"(?:周|星期|礼拜)([一二三四五六日天1-7])"
_AROUND: Final = r"(?:我要|我想|要|想|就|在|于|请|那就|那)?"
_AFTER: Final = (
    r"(?:早上|上午|中午|下午|傍晚|晚上|晚)?(?:送到|送来|送货|送|到|取|吧|的|前|之前)*[,。!. ]*"
)

_RELATIVE: Final = re.compile(rf"{_AROUND}({'|'.join(sorted(_DAYS, key=len)[::-1])}){_AFTER}")
_LATER: Final = re.compile(
    rf"{_AROUND}过?({_NUMBER})(天|日|个?星期|周|个?礼拜)(?:以后|之后|后)?{_AFTER}"
)
_OF_WEEK: Final = re.compile(rf"{_AROUND}(这个?|本|下个?|下下个?)?{_WEEKDAY}{_AFTER}")
_OF_MONTH: Final = re.compile(
    rf"{_AROUND}(?:(?P<month_word>这个月|本月|下个月|下月)?|"
    rf"(?:(?:(?P<year>{_NUMBER})年|(?P<year_word>[去今明后]年))?(?P<month>{_NUMBER})月(?:份)?))"
    rf"(?P<day>{_NUMBER})[日号]?(?P<mark>(?<=[日号]))?,? ?(?:\(?{_WEEKDAY}\)?)?{_AFTER}"
)


def read(text: str, today: date) -> date | None:
    """Read 后天, 下周三, 三天后, 24号, 十一月二十四号, 2026年11月24日星期二."""
    if match := _RELATIVE.fullmatch(text):
        return days_ahead(today, _DAYS[match[1]])
    if match := _LATER.fullmatch(text):
        return _later(text, match, today)
    if match := _OF_WEEK.fullmatch(text):
        return _of_week(match[1] or "", _WEEKDAYS[match[2]], today)
    if match := _OF_MONTH.fullmatch(text):
        return _of_month(match, today)
    return None


def _later(text: str, match: re.Match[str], today: date) -> date | None:
    # 三天 alone is a length of time, and 3日 alone is a day of the month.
    if "后" not in text and "过" not in text:
        return _of_month(found, today) if (found := _OF_MONTH.fullmatch(text)) else None
    many = _number(match[1])
    return None if many is None else days_ahead(today, many * (1 if match[2] in "天日" else 7))


def _of_week(which: str, weekday: int, today: date) -> date | None:
    if not which:
        return coming_weekday(today, weekday)
    return weekday_in_week(today, weekday, which.count("下"))


def _of_month(match: re.Match[str], today: date) -> date | None:
    day, weekday = _number(match["day"]), match[match.re.groups]
    if day is None:
        return None
    if match["month"]:
        month = _number(match["month"])
        found = None if month is None else _in_year(match, month, day, today)
    elif match["mark"] is None:
        return None
    elif match["month_word"]:
        found = day_in_month(today, match["month_word"].count("下"), day)
    else:
        found = coming_day(today, day)
    return agreeing(found, _WEEKDAYS[weekday] if weekday else None)


def _in_year(match: re.Match[str], month: int, day: int, today: date) -> date | None:
    if match["year_word"]:
        return day_of(today.year + _YEARS[match["year_word"]], month, day)
    if match["year"]:
        year = _number(match["year"])
        return None if year is None else day_of(year, month, day)
    return coming_month_day(today, month, day)


def _number(words: str) -> int | None:
    return count(tuple(words)) if not words.isascii() else int(words)


def write(day: date) -> str:
    """Write 2026年11月24日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _spoken(first: int, last: int) -> str:
    return " | ".join(" ".join(spell(value)) for value in range(first, last + 1))


RULES: Final = f"""\
public $date = [$courtesy] ($relative | $later | $of_week | $of_month) [送 | 吧];
$courtesy = 我 要 | 要 | 就;
$relative = 今 天 | 明 天 | 后 天 | 大 后 天 | 今 晚 | 明 晚;
$later = $days (天 | 个 星 期 | 周) 后;
$of_week = [这 | 下 | 下 下] (周 | 星 期 | 礼 拜) (一 | 二 | 三 | 四 | 五 | 六 | 日 | 天);
$of_month = [[今 年 | 明 年] $months 月 | 下 个 月 | 这 个 月] $days (日 | 号);
$months = {_spoken(1, 12)};
$days = {_spoken(1, 31)} | 两;
"""
