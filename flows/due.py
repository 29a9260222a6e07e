"""When goods arrive: worked out, and as a buyer reads it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flows import prompts
from flows.program import Hours, Program
from flows.settings import is_closed_on, is_open

CLOSED_DAYS_MAX = 366
"""Nobody knows when goods arrive from a shop that does not open for longer."""


def due_at(program: Program, now: int) -> int | None:
    """When goods that are ordered now arrive, in Unix seconds; None if nobody knows.

    A shop that is closed begins when it opens: noodles ordered at night come in the morning, not half an hour later.
    """
    if program.delivery_s is None:
        return None
    if program.hours is None:
        return now + program.delivery_s
    waits_s = _until_open_s(program.hours, program.timezone, now - now % 60)
    # Within the minute in which it opens nothing is waited for.
    return now + max(0, waits_s - now % 60) + program.delivery_s if waits_s is not None else None


@lru_cache(4_096)  # Orders of the same minutes arrive in the same minutes.
def _until_open_s(hours: Hours, timezone: str, now: int) -> int | None:
    """How long a shop stays closed from a full minute on; 0 where it is open."""
    local = datetime.fromtimestamp(now, ZoneInfo(timezone))
    today = local.date()
    minute = local.hour * 60 + local.minute
    yesterday = (today - timedelta(days=1)).isoformat()
    if is_open(hours, today.weekday(), minute, today.isoformat(), yesterday):
        return 0
    for days in range(CLOSED_DAYS_MAX + 1):
        day = today + timedelta(days=days)
        if is_closed_on(hours, day.isoformat()):
            continue
        for opens, _ in hours.week[day.weekday()]:
            if days or opens > minute:
                at = datetime(day.year, day.month, day.day, tzinfo=local.tzinfo)
                at += timedelta(minutes=opens)
                return int(at.timestamp()) - now
    return None


def due_text(due: int | None, now: int, timezone: str, language: str) -> str:
    """12:40 today, 11月26日 or 26 Nov later, 尽快 or soon if nobody knows; `due` and `now` are Unix seconds."""
    if due is None:
        return prompts.word("soon", language)
    # Offsets of time zones and the ends of days are whole quarters of an hour.
    return _due_text(due - due % 60, now - now % 900, timezone, language)


@lru_cache(4_096)
def _due_text(due: int, now: int, timezone: str, language: str) -> str:
    zone = ZoneInfo(timezone)
    then, today = datetime.fromtimestamp(due, zone), datetime.fromtimestamp(now, zone)
    if then.date() == today.date():
        return then.strftime("%H:%M")
    return f"{then.month}月{then.day}日" if language == "zh" else then.strftime("%d %b").lstrip("0")
