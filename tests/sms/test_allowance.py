"""What a carrier's rate allows, whatever is asked when, and that all of it can be had."""

from bisect import bisect_left
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms.allowance import AT_ONCE_MIN, AT_ONCE_S, GRAIN_S, SLACK_S, Allowance

RATES = st.sampled_from([0.01, 0.3, 0.5, 1.0, 1.5, 2.5, 7.0, 10.0, 33.3, 50.0, 200.0, 5_000.0])
PAUSES_S = st.one_of(
    st.just(0.0),
    st.floats(0.0, 0.002),
    st.floats(0.0, 0.3),
    st.floats(0.9, 1.1),
    st.floats(0.0, 250.0),
)
MOVES = st.lists(
    st.tuples(PAUSES_S, st.integers(0, 6_000), st.integers(0, 3)), min_size=1, max_size=60
)
"""How long nothing happens, how many wait to be sent then, and how many the carrier refuses, of the last that are under way."""


def most_within(times: list[float], window_s: float) -> int:
    """Of times in their order, how many lie in one window at most, whichever it is."""
    return max(
        (place + 1 - bisect_left(times, at - window_s) for place, at in enumerate(times)), default=0
    )


@settings(max_examples=300, deadline=None)
@given(rate=RATES, moves=MOVES)
def test_no_second_has_more_than_the_rate_whatever_is_asked_when(
    rate: float, moves: list[tuple[float, int, int]]
) -> None:
    allowance, now = Allowance(rate), 1_000.0
    counted: list[float] = []
    whole = allowance.most / rate
    for pause_s, waiting, refused in moves:
        now += pause_s
        count = min(waiting, allowance.allowed(now))
        if count:
            allowance.sent(count, now)
            counted += [now] * count
        for _ in range(min(refused, len(counted))):
            allowance.refused(counted.pop())
    # Closed: what is sent at its first moment and at its last counts, too.
    assert most_within(counted, whole) <= allowance.most
    assert allowance.most == rate or rate < allowance.most < rate + 1
    # And little of it at once, but for what is sent again.
    at_once = max(AT_ONCE_MIN, rate * AT_ONCE_S)
    if not any(refused for _, _, refused in moves):
        assert most_within(counted, 0.02) <= at_once + 0.02 * rate + 1


@pytest.mark.parametrize("rate", [0.01, 0.5, 1.0, 2.5, 7.0, 10.0, 50.0, 200.0, 5_000.0])
@pytest.mark.parametrize("late_s", [0.0, 0.002])
def test_who_always_has_something_to_send_sends_what_is_allowed(rate: float, late_s: float) -> None:
    allowance, now, sent = Allowance(rate), 50.0, 0
    ends = now + max(10.0, 20 / rate)
    while now < ends:
        count = allowance.allowed(now)
        if count:
            allowance.sent(count, now)
            sent += count
        now = max(now, allowance.next_at(now)) + max(late_s, 1e-6)
    assert sent >= 0.95 * rate * (ends - 50.0)


def test_what_was_refused_does_not_count() -> None:
    allowance = Allowance(2.0)
    assert allowance.allowed(10.0) == 2
    allowance.sent(2, 10.0)
    assert allowance.allowed(10.1) == 0
    allowance.refused(10.0)
    assert allowance.allowed(10.1) == 1
    allowance.sent(1, 10.1)
    # What was refused so late that it counts no more makes no room for others.
    assert allowance.allowed(11.05) == 1
    allowance.refused(10.0)
    assert allowance.allowed(11.05) == 1


def test_a_refusal_makes_room_only_where_what_it_was_sent_with_still_counts() -> None:
    allowance = Allowance(2.0)
    allowance.allowed(10.0)
    allowance.sent(1, 10.0)
    allowance.allowed(11.5)
    allowance.sent(2, 11.5)
    # The first has left the window; its late refusal must not take one of the others out of it.
    allowance.refused(10.0)
    assert allowance.allowed(12.4) == 0


def test_when_more_may_be_sent_is_told() -> None:
    allowance = Allowance(4.0)
    assert allowance.allowed(10.0) == 2
    allowance.sent(2, 10.0)
    assert allowance.next_at(10.0) == 10.25
    for at in (10.25, 10.5):
        assert allowance.allowed(at) == 1
        allowance.sent(1, at)
    assert allowance.allowed(10.75) == 0
    assert allowance.next_at(10.75) == pytest.approx(11.0 + SLACK_S)


def test_what_is_kept_of_a_second_is_bounded() -> None:
    allowance, now = Allowance(50_000.0), 0.0
    for _ in range(30_000):
        if allowance.allowed(now):
            allowance.sent(1, now)
        now += 0.0001
    kept = allowance._bursts  # noqa: SLF001
    assert len(kept) <= allowance.window_s / GRAIN_S + 1
    assert all(one.last_at < other.first_at for one, other in pairwise(kept))
