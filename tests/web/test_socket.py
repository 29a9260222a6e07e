"""A page's allowance of messages."""

from web.socket import BURST_MAX, RATE_PER_S, Allowance


def test_a_page_that_writes_too_fast_is_asked_to_slow_down():
    allowance = Allowance(0.0)

    assert all(allowance.take(0.0) for _ in range(BURST_MAX))
    assert not allowance.take(0.0)
    assert allowance.take(1 / RATE_PER_S)


def test_an_allowance_does_not_grow_past_its_burst():
    allowance = Allowance(0.0, burst=2)

    assert [allowance.take(1_000.0) for _ in range(3)] == [True, True, False]
