import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import settings
from flows.compiler import compile_flow
from flows.folder import flow_of
from flows.program import Hours


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("6s", 6), ("10m", 600), ("2h", 7200), ("3d", 259_200), ("５分钟", 300), ("2 小时", 7200)],
)
def test_durations(text: str, seconds: int) -> None:
    assert settings.duration(text) == seconds


@pytest.mark.parametrize("text", ["", "6", "s", "0s", "-1h", "91d", "1e9s", "2h30m"])
def test_what_is_no_duration_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"write `6s`|not between"):
        settings.duration(text)


def test_hours_by_weekday() -> None:
    week = settings.opening("mon-fri 09:00-12:00, mon-fri 13:00-21:00, 周六至周日 10:00-22:00")
    assert week[0] == ((540, 720), (780, 1260))
    assert week[5] == week[6] == ((600, 1320),)


def test_a_week_may_wrap_and_a_night_may_reach_into_the_next_day() -> None:
    week = settings.opening("fri-mon 18:00-02:00")
    assert [bool(day) for day in week] == [True, False, False, False, True, True, True]
    assert week[0] == ((1080, 1560),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mon-fri", "has no hours"),
        ("mon-fri 9-17", "has no hours"),
        ("day 09:00-17:00", "`day` is not a day"),
        ("mon 25:00-26:00", "not a time of day"),
        ("mon 09:75-10:00", "not a time of day"),
        ("mon 09:00-17:00 sharp", "too much"),
        ("mon 09:00-17:00, mon 16:00-18:00", "hours overlap on mon"),
        ("", "no hours are given"),
    ],
)
def test_wrong_hours_are_told_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        settings.opening(text)


def test_closed_days() -> None:
    assert settings.closed_days("2027-02-17..2027-02-19, 2027-05-01") == (
        ("2027-02-17", "2027-02-19"),
        ("2027-05-01", "2027-05-01"),
    )
    with pytest.raises(ValueError, match="ends before it begins"):
        settings.closed_days("2027-02-19..2027-02-17")
    with pytest.raises(ValueError, match="is not a day"):
        settings.closed_days("soon")


def test_hours_as_a_buyer_reads_them() -> None:
    hours = Hours(settings.opening("mon-fri 09:00-21:00, sat-sun 10:00-22:00"), ())
    assert settings.hours_text(hours, "zh") == "周一至周五09:00-21:00，周六至周日10:00-22:00"
    assert settings.hours_text(hours, "en") == "Mon-Fri 09:00-21:00, Sat-Sun 10:00-22:00"
    daily = Hours(settings.opening("09:00-24:00"), ())
    assert settings.hours_text(daily, "zh") == "每天09:00-24:00"
    assert settings.hours_text(None, "en") == "all day"


@given(st.integers(0, 6), st.integers(0, 1439))
def test_a_shop_is_open_in_its_hours_and_closed_outside(weekday: int, minute: int) -> None:
    hours = Hours(settings.opening("mon-sat 09:00-17:00"), ())
    expected = weekday < 6 and 540 <= minute < 1020
    assert settings.is_open(hours, weekday, minute, "2026-11-24", "2026-11-23") is expected


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (settings.currency, "XYZ"),
        (settings.timezone, "Mars/Base"),
        (settings.channels, "fax"),
        (settings.channels, ""),
        (settings.languages, "Chinese"),
        (settings.languages, ""),
        (settings.rings, "31s"),
        (settings.rings, "soon"),
        (settings.numbers, "*"),
        (settings.numbers, "1*"),
        (settings.numbers, "13*15"),
        (settings.numbers, ""),
        (settings.numbers, ", ".join(f"{n}*" for n in range(100, 201))),
        (settings.quiet_hours, "21:00"),
        (settings.quiet_hours, "21:60-09:00"),
        (settings.quiet_hours, "09:00-09:00"),
    ],
)
def test_what_is_not_known_is_refused(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(ValueError, match="write "):
        read(text)


def test_numbers_that_may_be_called() -> None:
    assert settings.numbers("13*、15*，+2547*, 13*") == ("13*", "15*", "+2547*")
    assert len(settings.numbers(", ".join(f"{n}*" for n in range(100, 200)))) == 100
    assert settings.rings("30s") == 30


@pytest.mark.parametrize("spelling", ["send on to", "send  on to", "转外线"])
def test_where_callers_are_sent_on_is_no_list_of_whom_we_call_back(spelling: str) -> None:
    head = "flow 1\nshop a\n  languages zh\n  channels voice\n  call back 13*\n"
    steps = "step start\n  goodbye\n"
    line = f"  {spelling} 95*、02088886666，+8610*\n"
    calling = compile_flow(flow_of("a", head + line + steps)[0]).program.calling
    assert calling.onward == ("95*", "02088886666", "+8610*")
    assert calling.back == ("13*",)
    # Nobody is sent on by a flow that does not say so, or says what cannot be read.
    for none in ("", f"  {spelling} *\n"):
        assert compile_flow(flow_of("a", head + none + steps)[0]).program.calling.onward == ()


def test_quiet_hours_reach_into_the_next_day_or_not() -> None:
    night, noon = settings.quiet_hours("21:00-09:00"), settings.quiet_hours("12:00-14:00")
    told = [
        (settings.is_quiet(night, hour * 60), settings.is_quiet(noon, hour * 60))
        for hour in (8, 9, 12, 14, 21, 23)
    ]
    assert told == [
        (True, False), (False, False), (False, True), (False, False), (True, False), (True, False),
    ]  # fmt: skip
    assert settings.is_quiet(settings.quiet_hours("24:00-06:00"), 0)


@given(st.text(max_size=60))
def test_any_text_is_a_setting_or_refused_with_a_reason(text: str) -> None:
    for read in (settings.duration, settings.opening, settings.closed_days, settings.channels):
        with contextlib.suppress(ValueError):
            assert read(text) is not None


@pytest.mark.parametrize("arrow", ["->", "→", "－>", "—>"])
def test_turns_lead_on_by_any_arrow_that_steps_do(arrow: str) -> None:
    assert settings.turns(f"40 then {arrow} bye") == (40, "bye")
    flow, _ = flow_of(
        "x", f"shop x\ndefaults\n  max turns 40 then {arrow} bye\nstep bye\n  goodbye\n"
    )
    limits = compile_flow(flow).program.limits
    assert (limits.turns_max, limits.turns_target) == (40, compile_flow(flow).program.steps["bye"])


@pytest.mark.parametrize("text", ["0", "many", "40 bye", "99999"])
def test_what_is_no_number_of_turns_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match="write `40 then -> step`"):
        settings.turns(text)
