"""Erlang's formulas against published values, each other, and the chain they solve."""

from itertools import pairwise
from math import inf, isclose, prod

import pytest

from center.acd import forecast


@pytest.mark.parametrize(
    ("offered", "servers", "blocked"),
    [
        # Erlang B as every table of it prints: 1 % at 4.46, 20 lines carry 12.03; ITU-T Rec. E.501 uses the same.
        (4.461, 10, 0.0100),
        (12.031, 20, 0.0100),
        (84.064, 100, 0.0100),
        (1.0, 1, 0.5),
        (2.0, 2, 0.4),
        (0.0, 3, 0.0),
        (7.0, 0, 1.0),
    ],
)
def test_erlang_b_is_what_the_tables_print(offered, servers, blocked):
    assert forecast.erlang_b(offered, servers) == pytest.approx(blocked, abs=2e-5)


@pytest.mark.parametrize("offered", [101.0, 150.5, 3_000.0, 44_444.4])
@pytest.mark.parametrize("share", [0.2, 0.93, 0.99, 1.0, 1.02, 1.3])
def test_a_large_group_is_told_as_by_the_whole_recursion(offered, share):
    servers, blocked = int(offered * share), 1.0
    for n in range(1, servers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    assert forecast.erlang_b(offered, servers) == pytest.approx(blocked, rel=1e-12)
    if servers > offered and blocked > 1e-300:
        assert forecast.servers_for_blocking(offered, blocked) in (servers, servers + 1)


def chain(offered, servers, *, room, service_s=1.0, patience_s=inf):
    """The steady state of the birth-death chain, by multiplication from the empty state."""
    weights = [1.0]
    for n in range(1, room + 1):
        out = min(n, servers) / service_s + max(0, n - servers) / patience_s
        weights.append(weights[-1] * offered / service_s / out)
    total = sum(weights)
    return [weight / total for weight in weights]


@pytest.mark.parametrize(("offered", "servers"), [(0.5, 1), (8.0, 10), (9.9, 10), (40.0, 45)])
def test_erlang_c_is_the_share_of_time_that_all_servers_are_busy(offered, servers):
    states = chain(offered, servers, room=servers + 6_000)
    assert forecast.erlang_c(offered, servers) == pytest.approx(sum(states[servers:]), abs=1e-9)


@pytest.mark.parametrize(
    ("offered", "servers", "patience_s"), [(8, 10, 2.0), (12, 10, 0.5), (30, 10, 3.0), (1, 1, 9.0)]
)
def test_erlang_a_solves_its_chain(offered, servers, patience_s):
    states = chain(offered, servers, room=400, patience_s=patience_s)
    waiting = sum(max(0, n - servers) * share for n, share in enumerate(states))
    found = forecast.erlang_a(offered, servers, service_s=1.0, patience_s=patience_s)
    assert found.wait_probability == pytest.approx(sum(states[servers:]), abs=1e-10)
    assert found.abandon_probability == pytest.approx(waiting / patience_s / offered, abs=1e-10)
    assert found.mean_waiting == pytest.approx(waiting, abs=1e-8)
    busy = sum(min(n, servers) * share for n, share in enumerate(states)) / servers
    assert found.occupancy == pytest.approx(busy, abs=1e-10)


def test_callers_who_never_leave_turn_erlang_a_into_erlang_c():
    patient = forecast.erlang_a(90.0, 100, service_s=180.0, patience_s=1e7)
    assert patient.wait_probability == pytest.approx(forecast.erlang_c(90.0, 100), abs=1e-4)
    level = forecast.service_level_a(90.0, 100, service_s=180.0, patience_s=1e7, within_s=20)
    assert level == pytest.approx(
        forecast.service_level(90.0, 100, service_s=180.0, within_s=20), abs=1e-4
    )


def test_callers_who_leave_at_once_turn_erlang_a_into_erlang_b():
    hasty = forecast.erlang_a(9.0, 10, service_s=180.0, patience_s=1e-4)
    assert hasty.abandon_probability == pytest.approx(forecast.erlang_b(9.0, 10), abs=1e-5)


def test_answered_at_once_within_any_time_or_gone_are_all_callers():
    given = {"service_s": 180.0, "patience_s": 60.0}
    group = forecast.erlang_a(11.0, 10, **given)
    at_once = forecast.service_level_a(11.0, 10, within_s=0, **given)
    ever = forecast.service_level_a(11.0, 10, within_s=10_000, **given)
    assert at_once == pytest.approx(1 - group.wait_probability)
    assert ever == pytest.approx(1 - group.abandon_probability)


def test_a_limited_room_solves_its_chain():
    for offered, servers, room in [(8.0, 10, 10), (8.0, 10, 14), (25.0, 10, 40), (10.0, 10, 12)]:
        states = chain(offered, servers, room=room)
        found = forecast.limited_room(offered, servers, room, service_s=1.0)
        waiting = sum(max(0, n - servers) * share for n, share in enumerate(states))
        assert isclose(found.blocked_probability, states[-1], rel_tol=1e-9)
        assert isclose(found.mean_waiting, waiting, rel_tol=1e-9, abs_tol=1e-12)
        assert isclose(found.wait_probability, sum(states[servers:-1]), abs_tol=1e-12)


def test_a_room_for_servers_alone_is_erlang_b():
    room = forecast.limited_room(80.0, 90, 90, service_s=100.0)
    assert room.blocked_probability == pytest.approx(forecast.erlang_b(80.0, 90))
    assert room.wait_probability == 0


def test_pooling_two_agents_at_half_load_and_320_at_nine_tenths():
    """Calls of 180 s: the large pool answers far more in 20 s though each works far more."""
    two = forecast.service_level(1.0, 2, service_s=180, within_s=20)
    many = forecast.service_level(288.0, 320, service_s=180, within_s=20)
    assert two == pytest.approx(0.70, abs=0.01)
    assert many > 0.99


def test_the_fewest_servers_are_enough_and_one_less_is_not():
    given = {"service_s": 240.0, "within_s": 20.0}
    n = forecast.servers_for_level(333.0, level=0.8, **given)
    assert forecast.service_level(333.0, n, **given) >= 0.8
    assert forecast.service_level(333.0, n - 1, **given) < 0.8
    a = forecast.servers_for_level_a(333.0, level=0.8, patience_s=120.0, **given)
    assert forecast.service_level_a(333.0, a, patience_s=120.0, **given) >= 0.8
    assert forecast.service_level_a(333.0, a - 1, patience_s=120.0, **given) < 0.8
    assert a < n
    b = forecast.servers_for_blocking(333.0, 0.01)
    assert forecast.erlang_b(333.0, b) <= 0.01 < forecast.erlang_b(333.0, b - 1)


def test_no_load_and_overload_have_answers_at_any_size():
    assert forecast.servers_for_level(0.0, service_s=1, within_s=0, level=0.9) == 0
    assert forecast.servers_for_level_a(0.0, service_s=1, patience_s=1, within_s=0, level=0.9) == 0
    assert forecast.erlang_c(0.0, 0) == 0
    assert forecast.mean_wait_s(10.0, 10, service_s=1) == inf
    assert forecast.service_level(11.0, 10, service_s=1, within_s=9) == 0
    assert forecast.erlang_a(0.0, 5, service_s=1, patience_s=1).occupancy == 0
    assert forecast.erlang_b(1.0, 400) == 0
    assert forecast.erlang_a(1.0, 400, service_s=1, patience_s=1).wait_probability == 0
    assert forecast.limited_room(1.0, 400, 500, service_s=1).blocked_probability == 0
    twice = forecast.erlang_a(80_000.0, 40_000, service_s=180, patience_s=600)
    assert twice.abandon_probability == pytest.approx(0.5, abs=1e-6)
    assert twice.occupancy == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("offered", "servers"), [(-1.0, 1), (inf, 1), (float("nan"), 1), (1.0, -1)]
)
def test_what_is_no_traffic_and_no_group_is_refused(offered, servers):
    with pytest.raises(AssertionError):
        forecast.erlang_b(offered, servers)


def test_ageing_priorities_keep_the_mean_and_order_the_classes():
    """Kleinrock's conservation law: the order of service moves waits between classes and leaves their sum."""
    offered, rates = [0.2, 0.3, 0.4], [1.0, 2.0, 8.0]
    waits = forecast.ageing_waits_s(offered, rates, 1, service_s=1.0)
    whole = forecast.mean_wait_s(0.9, 1, service_s=1.0)
    assert sum(a * w for a, w in zip(offered, waits, strict=True)) / 0.9 == pytest.approx(whole)
    assert all(slow > fast for slow, fast in pairwise(waits))


def test_rates_far_apart_are_strict_priorities():
    """Cobham 1954: W0 / ((1 - load above) (1 - load above and own)); with W0 = 0.8 here."""
    low, high = forecast.ageing_waits_s([0.5, 0.3], [1.0, 1e9], 1, service_s=1.0)
    assert high == pytest.approx(0.8 / 0.7, rel=1e-6)
    assert low == pytest.approx(0.8 / (0.7 * 0.2), rel=1e-6)


def test_a_blocking_that_nobody_meets_is_nought():
    servers = next(n for n in range(1, 1_000) if forecast.erlang_b(10.0, n) == 0.0)
    exact = 1 / sum(prod((servers - k) / 10.0 for k in range(j)) for j in range(servers + 1))
    assert exact < forecast.NOBODY < forecast.erlang_b(10.0, servers - 1)
    assert forecast.erlang_b(30_000.0, 60_000) == 0.0
