"""The breaker's table, arrow by arrow."""

from gateway.breaker import Breaker


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker(3, 10.0)
    assert [breaker.failed(at) for _ in range(3)] == [False, False, True]
    return breaker


def test_it_opens_at_the_last_failure_in_a_row_and_not_before() -> None:
    breaker = Breaker(3, 10.0)
    assert not breaker.failed(0.0)
    assert not breaker.failed(0.0)
    assert breaker.begin(0.0)
    assert not breaker.is_open
    assert breaker.failed(0.0)
    assert breaker.is_open


def test_an_answer_counts_from_nought() -> None:
    breaker = Breaker(2, 10.0)
    breaker.failed(0.0)
    breaker.answered()
    assert not breaker.failed(0.0)
    assert breaker.begin(0.0)


def test_while_it_rests_nothing_begins() -> None:
    breaker = opened()
    assert breaker.rests(9.9)
    assert not breaker.begin(9.9)
    assert breaker.rest_left_s(4.0) == 6.0


def test_rested_it_lets_one_see_and_no_second() -> None:
    breaker = opened()
    assert not breaker.rests(10.0)
    assert breaker.begin(10.0)
    assert not breaker.begin(10.0)


def test_an_answer_closes_it() -> None:
    breaker = opened()
    breaker.begin(10.0)
    breaker.answered()
    assert not breaker.is_open
    assert breaker.begin(10.0)
    assert breaker.begin(10.0)


def test_a_failure_of_the_one_that_sees_lets_it_rest_again() -> None:
    breaker = opened()
    breaker.begin(10.0)
    assert breaker.failed(11.0)
    assert breaker.rests(20.9)
    assert breaker.begin(21.0)


def test_failures_of_what_was_under_way_do_not_prolong_its_rest() -> None:
    breaker = opened()
    assert not breaker.failed(9.0)
    assert not breaker.rests(10.0)


def test_an_answer_that_comes_late_closes_it_too() -> None:
    breaker = opened()
    breaker.answered()
    assert not breaker.is_open
