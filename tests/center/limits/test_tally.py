"""What was counted is told in a form from which the same is counted again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.limits import tally as tally_module
from center.limits.tally import MESSAGES, ORDERS, SENDER, Tally

counts = st.lists(
    st.tuples(
        st.sampled_from([MESSAGES, ORDERS, "CNY"]),
        st.sampled_from("ab"),
        st.integers(1, 9),
        st.integers(0, 300_000),
    )
)


def test_texts_pass_in_ten_minutes_and_orders_in_a_day() -> None:
    tally = Tally()
    for what in (MESSAGES, ORDERS, "CNY"):
        tally.rates(what, SENDER).add("a", 3, 0)
    assert [tally.total(what, SENDER, "a", 900) for what in (MESSAGES, ORDERS, "CNY")] == [1, 3, 3]
    assert tally.total(ORDERS, SENDER, "a", 200_000) == 0
    assert tally.total("KES", SENDER, "a", 0) == 0


def test_no_more_names_than_a_frame_has_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "COUNTED_MAX", 2)
    tally = Tally()
    for name in "abc":
        tally.rates(ORDERS, SENDER).add(name, 1, 0)
    assert [one.amounts for one in tally.counts()] == [{"a": 1, "b": 1}, {"c": 1}]


@given(counts, st.integers(0, 300_000))
def test_another_tally_comes_to_the_same(came: list[tuple[str, str, int, int]], now: int) -> None:
    tally, other = Tally(), Tally()
    for what, name, amount, at in came:
        tally.rates(what, SENDER).add(name, amount, at)
    for one in tally.counts():
        other.rates(one.what, one.whose).add_all(one.amounts, one.at)
    for what in (MESSAGES, ORDERS, "CNY"):
        for name in "ab":
            assert other.total(what, SENDER, name, now) == tally.total(what, SENDER, name, now)
