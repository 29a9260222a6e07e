"""Values of `shop` and `defaults` settings: durations, hours, holidays, lists. Raise ValueError with what to write."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows.program import CHANNELS, Hours
from grammars.keywords import ARROW

TURNS_MAX = 9_999
"""Turns of a session that a flow may allow."""

DURATION_MAX_S = 90 * 86_400
"""No wait, session or delivery is longer than a quarter of a year."""

CURRENCY_DECIMALS = {"CNY": 2, "HKD": 2, "TWD": 2, "USD": 2, "EUR": 2, "GBP": 2, "INR": 2, "KES": 2,
                     "NGN": 2, "PHP": 2, "IDR": 2, "BRL": 2, "MXN": 2, "ZAR": 2, "THB": 2, "MYR": 2,
                     "SGD": 2, "RUB": 2, "PKR": 2, "BDT": 2, "TZS": 2, "GHS": 2, "EGP": 2, "AUD": 2,
                     "JPY": 0, "KRW": 0, "VND": 0, "UGX": 0, "XOF": 0, "XAF": 0, "CLP": 0,
                     "KWD": 3, "BHD": 3, "JOD": 3, "TND": 3}  # fmt: skip
"""ISO 4217 code to decimals of its minor unit."""

RINGS_S_MAX = 30
"""Past it a caller has given up."""

NUMBERS_MAX = 100
"""Numbers and beginnings in one list."""

COUNTRY_CODES = {"CNY": "86", "HKD": "852", "TWD": "886", "USD": "1", "GBP": "44", "INR": "91", "KES": "254",
                 "NGN": "234", "PHP": "63", "IDR": "62", "BRL": "55", "MXN": "52", "ZAR": "27", "THB": "66",
                 "MYR": "60", "SGD": "65", "RUB": "7", "PKR": "92", "BDT": "880", "TZS": "255", "GHS": "233",
                 "EGP": "20", "AUD": "61", "JPY": "81", "KRW": "82", "VND": "84", "UGX": "256", "CLP": "56",
                 "KWD": "965", "BHD": "973", "JOD": "962", "TND": "216"}  # fmt: skip
"""ISO 4217 code to the country code (ITU-T E.164) of numbers that buyers give without one; EUR, XOF and XAF have many."""

KEYWORD_CHARACTERS_MAX = 20
"""A keyword is typed before every first message."""

_KEPT_MAX = 1_000
"""Values of each setting that are kept as read: most shops share theirs, and an author's stay from check to check."""

_DURATION = re.compile(r"(\d{1,6})\s*(s|m|h|d|秒|分钟|分|小时|时|天)")
_SECONDS = {"s": 1, "秒": 1, "m": 60, "分": 60, "分钟": 60, "h": 3_600, "时": 3_600, "小时": 3_600,
            "d": 86_400, "天": 86_400}  # fmt: skip
_DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
         "周一": 0, "周二": 1, "周三": 2, "周四": 3, "周五": 4, "周六": 5, "周日": 6}  # fmt: skip
_TURNS = re.compile(r"([0-9]{1,4})\s*(?:(?:then|之后)\s*" + ARROW + r"\s*([^\W\d]\w*))?")
_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–~～]\s*(\d{1,2})[:：](\d{2})")


def narrow(text: str) -> str:
    """Full-width characters as half-width ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def words(text: str) -> list[str]:
    """A list parted by commas, ASCII or not."""
    return [word.strip() for word in re.split(r"[,，、]", text) if word.strip()]


@lru_cache(maxsize=_KEPT_MAX)
def duration(text: str) -> int:
    """`6s`, `10m`, `2h`, `3d` (or 秒 分 小时 天) to seconds."""
    found = _DURATION.fullmatch(narrow(text).strip())
    if not found:
        raise ValueError(f"`{text}` is not a length of time; write `6s`, `10m`, `2h` or `3d`")
    seconds = int(found[1]) * _SECONDS[found[2]]
    if not 0 < seconds <= DURATION_MAX_S:
        raise ValueError(
            f"`{text}` is not between 1s and {DURATION_MAX_S // 86_400}d; write a time within these bounds"
        )
    return seconds


def number(text: str, lower: int, upper: int) -> int:
    """A whole number within bounds."""
    plain = narrow(text).strip()
    if not plain.isdecimal() or not lower <= int(plain) <= upper:
        raise ValueError(f"`{text}` is not a number from {lower} to {upper}; write one of these")
    return int(plain)


def sms_codes(text: str) -> list[str]:
    """Short codes or numbers that buyers text, parted by commas."""
    found = words(narrow(text))
    for code in found:
        if not re.fullmatch(r"\+?[0-9]{2,15}", code):
            raise ValueError(f"`{code}` is no number to text to; write digits, such as 106900010")
    return found


def ussd_codes(text: str) -> list[str]:
    """Codes that buyers dial, parted by commas."""
    found = words(narrow(text))
    for code in found:
        if not re.fullmatch(r"[*#][0-9*#]{1,19}", code):
            raise ValueError(f"`{code}` is no code to dial; write one such as *384*22#")
    return found


def rings(text: str) -> int:
    """How long a call rings before it is answered, to seconds."""
    seconds = duration(text)
    if seconds > RINGS_S_MAX:
        raise ValueError(f"`{text}` is longer than a caller waits; write at most {RINGS_S_MAX}s")
    return seconds


def numbers(text: str) -> tuple[str, ...]:
    """Numbers that may be called, `13*` for all that begin so, parted by commas."""
    found = words(narrow(text))
    for number in found:
        if not re.fullmatch(r"\+?[0-9]{2,15}\*?", number):
            raise ValueError(
                f"`{number}` is no number to call; write 13800138000, or 13* for all that begin so"
            )
    if not 0 < len(found) <= NUMBERS_MAX:
        raise ValueError(f"{len(found)} numbers; write 1 to {NUMBERS_MAX}, such as 13*, 15*")
    return tuple(dict.fromkeys(found))


def quiet_hours(text: str) -> tuple[int, int]:
    """`21:00-09:00` to the minutes of the day at which it becomes quiet, and no longer is."""
    found = _SPAN.fullmatch(narrow(text).strip())
    if not found:
        raise ValueError(f"`{text}` is no time of day; write `21:00-09:00`")
    begins, ends = _minutes(found[1], found[2]) % 1440, _minutes(found[3], found[4]) % 1440
    if begins == ends:
        raise ValueError(f"`{text}` is a whole day; write the hours in which nobody is called")
    return begins, ends


def is_quiet(quiet: tuple[int, int], minute: int) -> bool:
    """Whether nobody is called at a minute of the day; quiet hours may reach into the next day."""
    begins, ends = quiet
    return begins <= minute < ends if begins < ends else minute >= begins or minute < ends


def keywords(text: str) -> list[str]:
    """Words that lead to this shop where several share a code, parted by `|` or commas."""
    found = [word.strip() for word in re.split(r"[,，、|｜]", text) if word.strip()]
    for word in found:
        if len(word) > KEYWORD_CHARACTERS_MAX:
            raise ValueError(
                f"`{word[:20]}...` is too long to text; write at most {KEYWORD_CHARACTERS_MAX} characters"
            )
    return found


@lru_cache(maxsize=_KEPT_MAX)
def currency(text: str) -> tuple[str, int]:
    """ISO 4217 code to itself and its decimals."""
    code = text.strip().upper()
    if code not in CURRENCY_DECIMALS:
        raise ValueError(f"`{text}` is not a currency known here; write an ISO code such as CNY")
    return code, CURRENCY_DECIMALS[code]


@lru_cache(maxsize=_KEPT_MAX)
def timezone(text: str) -> str:
    """IANA name of a time zone."""
    name = text.strip()
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"`{text}` is not a time zone; write a name such as Asia/Shanghai"
        ) from None
    return name


@lru_cache(maxsize=_KEPT_MAX)
def channels(text: str) -> tuple[str, ...]:
    """`voice, sms, ussd` or their Chinese names."""
    chinese = {"语音": "voice", "电话": "voice", "短信": "sms", "闪信": "ussd"}
    found = [chinese.get(word, word.lower()) for word in words(text)]
    for word in found:
        if word not in CHANNELS:
            raise ValueError(f"`{word}` is not a channel; write voice, sms, ussd")
    if not found:
        raise ValueError("no channel is named; write voice, sms, ussd")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=_KEPT_MAX)
def languages(text: str) -> tuple[str, ...]:
    """`zh, en`: two- or three-letter codes, the first is the base of all texts."""
    chinese = {"中文": "zh", "英文": "en"}
    found = [chinese.get(word, word.lower()) for word in words(text)]
    for word in found:
        if not re.fullmatch(r"[a-z]{2,3}", word):
            raise ValueError(f"`{word}` is not a language code; write zh, en")
    if not found:
        raise ValueError("no language is named; write zh, en")
    return tuple(dict.fromkeys(found))


def turns(text: str) -> tuple[int, str | None]:
    """`40 then -> bye` to turns and a step; `40` alone leads to the shop's agent."""
    found = _TURNS.fullmatch(narrow(text).strip())
    if not found or not 1 <= int(found[1]) <= TURNS_MAX:
        raise ValueError(f"`{text}` is not a number of turns; write `40 then -> step`")
    return int(found[1]), found[2]


@lru_cache(maxsize=_KEPT_MAX)
def opening(text: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """`mon-fri 09:00-21:00, sat-sun 10:00-22:00` to minutes by weekday, Monday first.

    A closing time at or before the opening one is on the next day. `09:00-21:00` alone means every day.
    """
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for part in words(narrow(text).lower()):
        found = _SPAN.search(part)
        if not found:
            raise ValueError(f"`{part}` has no hours; write `mon-fri 09:00-21:00`")
        opens, closes = _minutes(found[1], found[2]), _minutes(found[3], found[4])
        if closes <= opens:
            closes += 1440
        if part[found.end() :].strip():
            raise ValueError(
                f"`{part[found.end() :].strip()}` is too much; part several hours by commas"
            )
        for day in _weekdays(part[: found.start()].strip()):
            week[day].append((opens, closes))
    if not any(week):
        raise ValueError("no hours are given; write `mon-sun 09:00-21:00`")
    for day, hours in enumerate(week):
        hours.sort()
        for (_, closes), (opens, _) in pairwise(hours):
            if opens < closes:
                raise ValueError(f"hours overlap on {list(_DAYS)[day]}; write each time once")
    return tuple(tuple(hours) for hours in week)


@lru_cache(maxsize=_KEPT_MAX)
def closed_days(text: str) -> tuple[tuple[str, str], ...]:
    """`2027-02-17..2027-02-19, 2027-05-01` to first and last days."""
    spans: list[tuple[str, str]] = []
    for part in words(narrow(text)):
        first, _, last = part.partition("..")
        try:
            begins = date.fromisoformat(first.strip())
            ends = date.fromisoformat((last or first).strip(" ."))
        except ValueError:
            raise ValueError(
                f"`{part}` is not a day; write `2027-02-17` or `2027-02-17..2027-02-19`"
            ) from None
        if ends < begins:
            raise ValueError(f"`{part}` ends before it begins; write the earlier day first")
        spans.append((begins.isoformat(), ends.isoformat()))
    return tuple(spans)


def is_open(hours: Hours | None, weekday: int, minute: int, today: str, yesterday: str) -> bool:
    """Whether a shop is open at a minute of a weekday (Monday 0); the night before may reach into today."""
    if hours is None:
        return True
    if not is_closed_on(hours, today) and any(o <= minute < c for o, c in hours.week[weekday]):
        return True
    before = hours.week[(weekday - 1) % 7]
    return not is_closed_on(hours, yesterday) and any(minute + 1440 < c for _, c in before)


def hours_text(hours: Hours | None, language: str) -> str:
    """Opening hours as a buyer would say them: 周一至周五09:00-21:00，周六至周日10:00-22:00."""
    if hours is None:
        return {"zh": "全天"}.get(language, "all day")
    names = (
        ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
        if language == "zh"
        else ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    )
    parts: list[str] = []
    day = 0
    while day < 7:
        last = day
        while last < 6 and hours.week[last + 1] == hours.week[day]:
            last += 1
        if hours.week[day]:
            times = ("、" if language == "zh" else " and ").join(
                f"{_clock(opens)}-{_clock(closes)}" for opens, closes in hours.week[day]
            )
            if day == 0 and last == 6:
                days = "每天" if language == "zh" else "daily "
            elif day == last:
                days = names[day] if language == "zh" else f"{names[day]} "
            elif language == "zh":
                days = f"{names[day]}至{names[last]}"
            else:
                days = f"{names[day]}-{names[last]} "
            parts.append(days + times)
        day = last + 1
    return ("，" if language == "zh" else ", ").join(parts)


def is_closed_on(hours: Hours, day: str) -> bool:
    """Whether an ISO date is one of a shop's closed days."""
    return any(first <= day <= last for first, last in hours.closed)


def _clock(minutes: int) -> str:
    minutes = minutes - 1440 if minutes > 1440 else minutes
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes(hour: str, minute: str) -> int:
    value = int(hour) * 60 + int(minute)
    if int(minute) > 59 or value > 1440:
        raise ValueError(f"`{hour}:{minute}` is not a time of day; write 09:00 to 24:00")
    return value


def _weekdays(text: str) -> list[int]:
    if not text or text in ("daily", "每天"):
        return list(range(7))
    first, _, last = re.sub(r"[至到–~]", "-", text).partition("-")
    days: list[int] = []
    for name in (first.strip(), (last or first).strip()):
        name = name.replace("星期", "周").replace("周天", "周日")
        if name not in _DAYS and name[:3] not in _DAYS:
            raise ValueError(f"`{name}` is not a day; write mon, tue, wed, thu, fri, sat or sun")
        days.append(_DAYS.get(name, _DAYS.get(name[:3], 0)))
    begin, end = days
    return [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
