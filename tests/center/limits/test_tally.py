"""What was counted is told in a form from which the same is counted again."""

from hypothesis import given
from hypothesis import strategies as st

from center.limits.tally import MESSAGES, ORDERS, SENDER, Count, Tally

counts = st.lists(
    st.tuples(
        st.sampled_from([MESSAGES, ORDERS, "CNY"]),
        st.just(SENDER),
        st.sampled_from("ab"),
        st.integers(1, 9),
        st.integers(0, 300_000),
    )
)


def test_texts_pass_in_ten_minutes_and_orders_in_a_day() -> None:
    tally = Tally()
    for what in (MESSAGES, ORDERS, "CNY"):
        tally.add((what, SENDER, "a", 3, 0))
    assert [tally.total(what, SENDER, "a", 900) for what in (MESSAGES, ORDERS, "CNY")] == [1, 3, 3]
    assert tally.total(ORDERS, SENDER, "a", 200_000) == 0
    assert tally.total("KES", SENDER, "a", 0) == 0


@given(counts, st.integers(0, 300_000))
def test_another_tally_comes_to_the_same(came: list[Count], now: int) -> None:
    tally, other = Tally(), Tally()
    for count in came:
        tally.add(count)
    for count in tally.counts():
        other.add(count)
    for what in (MESSAGES, ORDERS, "CNY"):
        for name in "ab":
            assert other.total(what, SENDER, name, now) == tally.total(what, SENDER, name, now)
