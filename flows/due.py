"""When goods arrive, as a buyer reads it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from flows import prompts


def due_text(due: int | None, now: int, timezone: str, language: str) -> str:
    """12:40 today, 11月26日 or 26 Nov later, 尽快 or soon if nobody knows; `due` and `now` are Unix seconds."""
    if due is None:
        return prompts.word("soon", language)
    # Offsets of time zones and the ends of days are whole quarters of an hour.
    return _due_text(due - due % 60, now - now % 900, timezone, language)


@lru_cache(4_096)  # Orders of the same minutes arrive in the same minutes.
def _due_text(due: int, now: int, timezone: str, language: str) -> str:
    zone = ZoneInfo(timezone)
    then, today = datetime.fromtimestamp(due, zone), datetime.fromtimestamp(now, zone)
    if then.date() == today.date():
        return then.strftime("%H:%M")
    return f"{then.month}月{then.day}日" if language == "zh" else then.strftime("%d %b").lstrip("0")
