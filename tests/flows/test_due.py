"""When goods arrive, by the delivery time, the opening hours and the clock of the shop."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from flows.due import due_at, due_text
from flows.program import Program
from tests.flows.shops import ORDER, SHOP, program_of

HOURS = "mon-fri 09:00-21:00, sat 10:00-02:00"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def shop(hours: str = HOURS, closed: str = "2026-11-30", delivery: str = "30m") -> Program:
    lines = f"  delivery {delivery}\n  timezone Asia/Shanghai\n  open {hours}\n  closed {closed}\n"
    return program_of(ORDER, SHOP.replace("  delivery 30m\n", lines))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp())


@pytest.mark.parametrize(
    ("ordered", "due"),
    [
        ("2026-11-26 12:00:30", "2026-11-26 12:30:30"),
        # Taken before closing, brought after it.
        ("2026-11-26 20:59:00", "2026-11-26 21:29:00"),
        ("2026-11-26 21:00:00", "2026-11-27 09:30:00"),
        ("2026-11-26 07:00:00", "2026-11-26 09:30:00"),
        ("2026-11-26 08:59:40", "2026-11-26 09:30:00"),
        # Saturday's hours reach into Sunday; then a Sunday and a closed Monday.
        ("2026-11-29 01:59:59", "2026-11-29 02:29:59"),
        ("2026-11-29 02:00:00", "2026-12-01 09:30:00"),
    ],
)
def test_who_is_closed_begins_when_they_open(ordered: str, due: str) -> None:
    assert due_at(shop(), at(ordered)) == at(due)


def test_a_shop_without_hours_is_always_open() -> None:
    assert due_at(program_of(), 1_000) == 1_000 + 1_800


def test_nobody_knows_without_a_delivery_time_or_where_a_shop_opens_in_no_year() -> None:
    assert due_at(program_of(ORDER, SHOP.replace("  delivery 30m\n", "")), 1_000) is None
    never = shop(closed="2026-01-01..2029-01-01")
    assert due_at(never, at("2026-11-26 12:00:00")) is None


def test_hours_are_those_of_the_clock_where_the_clock_is_changed() -> None:
    berlin = program_of(
        ORDER,
        SHOP.replace(
            "  delivery 30m\n", "  delivery 30m\n  timezone Europe/Berlin\n  open 09:00-10:00\n"
        ),
    )
    zone = ZoneInfo("Europe/Berlin")
    # On 29 March 2026 the night has an hour less.
    ordered = int(datetime(2026, 3, 28, 22, 0, tzinfo=zone).timestamp())
    assert due_at(berlin, ordered) == int(datetime(2026, 3, 29, 9, 30, tzinfo=zone).timestamp())


def test_a_time_today_and_a_day_later() -> None:
    now = at("2026-11-26 12:00")
    assert due_text(at("2026-11-26 12:35"), now, "Asia/Shanghai", "en") == "12:35"
    assert due_text(at("2026-11-27 09:35"), now, "Asia/Shanghai", "en") == "27 Nov"
    assert due_text(at("2026-11-27 09:35"), now, "Asia/Shanghai", "zh") == "11月27日"
    assert due_text(None, now, "Asia/Shanghai", "en") == "soon"
