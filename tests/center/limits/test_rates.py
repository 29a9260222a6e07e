"""What came from whom in the last while, in bounded memory and whatever the clock does."""

from hypothesis import given
from hypothesis import strategies as st

from center.limits.rates import Rates


def test_what_came_in_a_window_counts() -> None:
    rates: Rates[str] = Rates(600)
    assert [rates.add("a", 1, 1_200 + n) for n in range(3)] == [1, 2, 3]
    assert rates.total("a", 1_202) == 3
    assert rates.total("b", 1_202) == 0


def test_what_came_before_counts_by_the_share_that_is_left_of_it() -> None:
    rates: Rates[str] = Rates(600)
    rates.add("a", 100, 1_199)
    assert rates.total("a", 1_200) == 100
    assert rates.total("a", 1_500) == 50
    assert rates.add("a", 1, 1_500) == 51
    assert rates.total("a", 1_800) == 1
    assert rates.total("a", 3_000) == 0


def test_an_amount_is_taken_back() -> None:
    rates: Rates[str] = Rates(600)
    rates.add("a", 5, 0)
    rates.take_back({"a": 5}, 0)
    assert rates.total("a", 0) == 0


def test_what_is_taken_back_over_the_end_of_a_window_leaves_the_rest() -> None:
    rates: Rates[str] = Rates(600)
    rates.add("a", 5, 598)
    rates.add("a", 2, 599)
    rates.add("a", 1, 600)
    rates.take_back({"a": 2}, 599)
    rates.take_back({"a": 1}, 600)
    assert rates.total("a", 600) == 5
    assert rates.total("a", 900) == 2


def test_who_was_forgotten_meanwhile_has_nothing_to_be_taken_back() -> None:
    rates: Rates[str] = Rates(600, keys_max=1)
    rates.add("a", 1, 0)
    rates.add("b", 1, 0)
    rates.take_back({"a": 1}, 0)
    assert len(rates) == 1
    assert rates.add("a", 1, 0) == 1
    # Neither has who began anew since.
    rates.add("a", 1, 1_800)
    rates.take_back({"a": 1}, 0)
    assert rates.total("a", 1_800) == 1


def test_the_quietest_give_way() -> None:
    rates: Rates[int] = Rates(600, keys_max=2)
    for key in (1, 2, 1, 3):
        rates.add(key, 1, 0)
    assert len(rates) == 2
    assert [rates.total(key, 0) for key in (1, 2, 3)] == [2, 0, 1]


def test_the_quietest_give_way_to_many_that_come_at_once() -> None:
    rates: Rates[int] = Rates(600, keys_max=3)
    rates.add_all({1: 1, 2: 1, 3: 1}, 0)
    rates.add_all({1: 1, 4: 1, 5: 1}, 0)
    assert len(rates) == 3
    assert [rates.total(key, 0) for key in (1, 2, 3, 4, 5)] == [2, 0, 0, 1, 1]


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_no_clock_makes_it_count_more_than_came(times: list[int]) -> None:
    rates: Rates[str] = Rates(600)
    for count, now in enumerate(times, 1):
        assert 1 <= rates.add("a", 1, now) <= count
