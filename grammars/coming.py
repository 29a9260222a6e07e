"""The next day of a kind to come, counted from a given today."""

from datetime import date, timedelta
from typing import Final

DAYS_AHEAD_MAX: Final = 3_660
"""Days that "in n days" may reach: ten years."""

YEARS_SEARCHED_MAX: Final = 9
"""Years looked through for a month and day. 29 February can be eight years away (1896 to 1904)."""

MONTHS_SEARCHED_MAX: Final = 3
"""Months looked through for a day of the month: of any two in a row one has 31 days."""


def day_of(year: int, month: int, day: int) -> date | None:
    """Return a date, or None when the calendar does not have it."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def days_ahead(today: date, days: int) -> date | None:
    """Return the date so many days from today, None past the named limit."""
    if abs(days) > DAYS_AHEAD_MAX:
        return None
    try:
        return today + timedelta(days)
    except OverflowError:
        return None


def coming_month_day(today: date, month: int, day: int) -> date | None:
    """Return the next such date to come; today counts."""
    for year in range(today.year, today.year + YEARS_SEARCHED_MAX):
        found = day_of(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def coming_day(today: date, day: int) -> date | None:
    """Return the next such day of a month to come; today counts, a month too short is skipped."""
    for ahead in range(MONTHS_SEARCHED_MAX):
        found = day_in_month(today, ahead, day)
        if found is not None and found >= today:
            return found
    return None


def day_in_month(today: date, months_ahead: int, day: int) -> date | None:
    """Return a day of this month (0), the next (1) and so on."""
    years, month = divmod(today.month - 1 + months_ahead, 12)
    return day_of(today.year + years, month + 1, day)


def coming_weekday(today: date, weekday: int) -> date | None:
    """Return the next such weekday after today (0 is Monday): today's own name is a week away."""
    return days_ahead(today, (weekday - today.weekday() - 1) % 7 + 1)


def weekday_in_week(today: date, weekday: int, weeks_ahead: int) -> date | None:
    """Return a weekday of this week (0), the next (1) and so on. A week begins on Monday."""
    return days_ahead(today, weekday - today.weekday() + 7 * weeks_ahead)


def agreeing(found: date | None, weekday: int | None) -> date | None:
    """Return the date unless a weekday was said with it that it does not fall on."""
    if found is None or weekday is None or found.weekday() == weekday:
        return found
    return None
