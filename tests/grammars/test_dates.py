"""Dates as buyers say them on Tuesday, 24 November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.coming import DAYS_AHEAD_MAX, coming_weekday
from grammars.dates import read_date, write_date
from grammars.languages import LANGUAGES

TODAY = date(2026, 11, 24)

UNDERSTOOD = """
今天=2026-11-24 明天=2026-11-25 后天=2026-11-26 後天=2026-11-26 大后天=2026-11-27 明天下午送=2026-11-25
周五=2026-11-27 周二=2026-12-01 星期天=2026-11-29 禮拜日=2026-11-29 这周六=2026-11-28 这周一=2026-11-23
下周三=2026-12-02 下下周一=2026-12-07 三天后=2026-11-27 3天后=2026-11-27 过两天=2026-11-26 两周后=2026-12-08
11月24日=2026-11-24 11月23日=2027-11-23 十一月二十四号=2026-11-24 12月1号送=2026-12-01 明年1月1日=2027-01-01
24号=2026-11-24 ３号=2026-12-03 31号=2026-12-31 下个月5号=2026-12-05 2026年12月1日=2026-12-01
二〇二六年十二月一日=2026-12-01 11月25日星期三=2026-11-25 2月29日=2028-02-29
2026-11-24=2026-11-24 2026/12/1=2026-12-01 20261201=2026-12-01 11.24=2026-11-24 11-24=2026-11-24 24/11=2026-11-24
24/11/2026=2026-11-24 11/24/2026=2026-11-24 5/5=2027-05-05 2026-3-5=2026-03-05
1124=2026-11-24 2411=2026-11-24 24112026=2026-11-24 11242026=2026-11-24 0505=2027-05-05
today=2026-11-24 tomorrow=2026-11-25 the_day_after_tomorrow=2026-11-26 friday=2026-11-27 Tuesday=2026-12-01
next_friday=2026-12-04 this_friday=2026-11-27 on_fri,_please=2026-11-27 in_3_days=2026-11-27 in_two_weeks=2026-12-08
a_week_from_now=2026-12-01 24_Nov=2026-11-24 Nov_24=2026-11-24 24th_of_November_2026=2026-11-24
November_24th,_2026=2026-11-24 Tue,_24_Nov_2026=2026-11-24 the_24th=2026-11-24 the_twenty-fifth=2026-11-25
the_1st_of_next_month=2026-12-01 may_5=2027-05-05
"""
NOT_UNDERSTOOD = """
3/5 3.5 5-3 3/5/2026 13/13 0305 03052026 1313 112 99991399 24 1 三天 下周 周末 5月 32号 2月30日 2026-02-29 11月25日星期二 Mon,_24_Nov_2026 may 31_Nov
星期八 周零 someday 99999天后 in_a_year the_32nd 0号 0月1日 0000-01-01 9999999999天后
"""


@pytest.mark.parametrize("example", UNDERSTOOD.split())
def test_a_date_is_read_however_it_is_said(example: str) -> None:
    text, _, day = example.replace("_", " ").rpartition("=")
    assert read_date(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("text", ["", *NOT_UNDERSTOOD.split()])
def test_a_date_that_is_ambiguous_or_impossible_is_asked_again(text: str) -> None:
    assert read_date(text.replace("_", " "), TODAY) is None


@pytest.mark.parametrize("language", LANGUAGES)
@given(day=st.dates(date(1000, 1, 1)), today=st.dates())
def test_what_is_written_is_read_back(language: str, day: date, today: date) -> None:
    assert read_date(write_date(day, language), today) == day


@given(st.dates(max_value=date(9999, 12, 24)), st.integers(0, 6))
def test_a_weekday_to_come_is_one_to_seven_days_away(today: date, weekday: int) -> None:
    found = coming_weekday(today, weekday)
    assert found is not None
    assert found.weekday() == weekday
    assert 1 <= (found - today).days <= 7


@pytest.mark.parametrize(
    "text", ["明天", "周五", "1月1日", "5号", "in 3 days", "next friday", "明年1月1日", "下个月1号"]
)
def test_the_last_day_of_the_calendar_has_no_day_to_come(text: str) -> None:
    assert read_date(text, date.max) is None


def test_days_ahead_are_counted_to_their_limit() -> None:
    assert read_date(f"{DAYS_AHEAD_MAX}天后", TODAY) is not None
    assert read_date(f"{DAYS_AHEAD_MAX + 1}天后", TODAY) is None
