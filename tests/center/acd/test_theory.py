"""The real router against theory: simulated days lie within their 95 % interval of what the formulas say.

`python -m benchmarks.theory` is the longer form. Times are in units of the mean service.
"""

from math import inf

import ciw
import pytest

from benchmarks.theory import (
    AGENTS,
    COMPUTED_AGEING,
    COMPUTED_LOADS,
    LINES,
    OFFERED,
    TYPES,
    Row,
    ageing_pair,
    at_most,
    skilled_day,
    student,
    verdict,
)
from center.acd import forecast
from center.acd.queue import Queue
from commands.simulation import BATCHES, Arrivals, Interval, RouterDay, interval

SERVERS = 10
CONTACTS = 25_000


def queue(name="q", waiting_max=10_000, **given):
    return Queue(
        name,
        "s",
        wrap_up_s=0,
        answer_s=300,
        wait_s_max=60_000,
        waiting_max=waiting_max,
        **given,
    )


def day(offered, *, servers=SERVERS, patience_s=inf, seed=1, contacts=CONTACTS, **given):
    arrivals = [Arrivals("q", offered, 1.0, patience_s)]
    found = RouterDay([queue(**given)], [()] * servers, arrivals, seed=seed, within_s=0.1)
    return found.run(contacts)[0]


def test_erlang_b_where_nobody_may_wait():
    tally = day(8.0, waiting_max=0)
    assert tally.share(tally.blocked).holds(forecast.erlang_b(8.0, SERVERS))


def test_erlang_c_where_everybody_waits():
    tally = day(8.0)
    assert tally.share(tally.delayed).holds(forecast.erlang_c(8.0, SERVERS))
    assert tally.wait_s.holds(forecast.mean_wait_s(8.0, SERVERS, service_s=1.0))
    level = forecast.service_level(8.0, SERVERS, service_s=1.0, within_s=0.1)
    assert tally.share(tally.within).holds(level)


@pytest.mark.parametrize("offered", [9.0, 12.0])
def test_erlang_a_where_callers_leave(offered):
    tally = day(offered, patience_s=2.0)
    told = forecast.erlang_a(offered, SERVERS, service_s=1.0, patience_s=2.0)
    assert tally.share(tally.abandoned).holds(told.abandon_probability)
    assert tally.share(tally.delayed).holds(told.wait_probability)
    assert tally.wait_s.holds(told.mean_wait_s)
    level = forecast.service_level_a(offered, SERVERS, service_s=1.0, patience_s=2.0, within_s=0.1)
    assert tally.share(tally.within).holds(level)


def test_a_waiting_room_with_a_limit():
    tally = day(9.0, waiting_max=5)
    told = forecast.limited_room(9.0, SERVERS, SERVERS + 5, service_s=1.0)
    assert tally.share(tally.blocked).holds(told.blocked_probability)
    assert tally.wait_s.holds(told.mean_wait_s)


def ageing(offered, rates, servers, *, contacts=CONTACTS, seed=1):
    """Mean waits where each class has a queue whose priority ages at its own rate."""
    names = [f"q{n}" for n in range(len(rates))]
    queues = [queue(name, rate=rate) for name, rate in zip(names, rates, strict=True)]
    arrivals = [Arrivals(name, erlangs, 1.0) for name, erlangs in zip(names, offered, strict=True)]
    found = RouterDay(queues, [()] * servers, arrivals, seed=seed)
    return [tally.wait_s for tally in found.run(contacts)]


@pytest.mark.parametrize(
    ("offered", "rates", "servers"),
    [((0.2, 0.3, 0.25), (1.0, 2.0, 8.0), 1), ((3.0, 5.0), (1.0, 3.0), 10)],
)
def test_kleinrocks_ageing_priorities(offered, rates, servers):
    told = forecast.ageing_waits_s(offered, rates, servers, service_s=1.0)
    for found, wait_s in zip(ageing(offered, rates, servers), told, strict=True):
        assert found.holds(wait_s)


def by_ciw(rates, servers, *, until, **given):
    """Mean waits of each class as ciw simulates them: an oracle that shares no line with us."""
    network = ciw.create_network(
        arrival_distributions={name: [ciw.dists.Exponential(rate)] for name, rate in rates.items()},
        service_distributions={name: [ciw.dists.Exponential(1.0)] for name in rates},
        number_of_servers=[servers],
        **given,
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(until)
    waits = {name: [] for name in rates}
    for record in sorted(simulation.get_all_records(), key=lambda record: record.arrival_date):
        waits[record.customer_class].append(record.waiting_time)
    found = {}
    for name, each in waits.items():
        size = len(each) // (BATCHES + 1)
        batches = [each[n * size : (n + 1) * size] for n in range(BATCHES + 1)]
        found[name] = interval([sum(batch) / size for batch in batches])
    return found


def test_ciw_simulates_the_same_waits_where_priorities_do_not_age():
    rates = {"urgent": 1.2, "plain": 1.6}
    theirs = by_ciw(rates, 4, until=4_000, priority_classes={"urgent": 0, "plain": 1})
    queues = [queue("urgent", rate=0.0, base=10.0), queue("plain", rate=0.0)]
    arrivals = [Arrivals(name, rate, 1.0) for name, rate in rates.items()]
    ours = RouterDay(queues, [()] * 4, arrivals, seed=1).run(CONTACTS)
    for tally, told in zip(ours, theirs.values(), strict=True):
        assert abs(tally.wait_s.mean - told.mean) <= told.half + tally.wait_s.half


def test_ciw_simulates_the_same_waits_where_priorities_age():
    """ciw asks at each end of service who has the most points then: ours never sorts anybody again."""
    rates, points = {"slow": 1.6, "fast": 1.8}, {"slow": 1.0, "fast": 4.0}

    def most_points(waiting, now):
        return max(waiting, key=lambda one: points[one.customer_class] * (now - one.arrival_date))

    theirs = by_ciw(rates, 4, until=6_000, service_disciplines=[most_points])
    ours = ageing(rates.values(), points.values(), 4)
    formula = forecast.ageing_waits_s(
        tuple(rates.values()), tuple(points.values()), 4, service_s=1.0
    )
    for mine, told, theory in zip(ours, theirs.values(), formula, strict=True):
        assert abs(mine.mean - told.mean) <= told.half + mine.half
        assert told.holds(theory)


@pytest.mark.parametrize(("rate", "slow_s", "fast_s"), COMPUTED_AGEING)
def test_kleinrocks_ageing_priorities_as_bilodeau_and_stanfords_program_has_them(
    rate, slow_s, fast_s
):
    told = forecast.ageing_waits_s(COMPUTED_LOADS, (rate, 1.0), 1, service_s=1.0)
    assert told == pytest.approx([slow_s, fast_s], abs=5e-6)
    slow, fast = ageing_pair(rate, CONTACTS, seed=1)
    assert slow.wait_s.holds(slow_s)
    assert fast.wait_s.holds(fast_s)


def test_two_skills_an_agent_do_nearly_as_well_as_all_and_far_better_than_one():
    one, two, every = (skilled_day(skills, 30_000, seed=1) for skills in (1, 2, TYPES))
    pooled = forecast.limited_room(OFFERED, AGENTS, LINES, service_s=1.0)
    assert every.share(every.blocked).holds(pooled.blocked_probability)
    assert every.wait_s.holds(pooled.mean_wait_s)
    for measure in (lambda t: t.share(t.blocked).mean, lambda t: t.wait_s.mean):
        alone, pair, whole = (measure(tally) for tally in (one, two, every))
        assert pair - whole < 0.1 * (alone - whole)
        assert alone > 4 * pair


def rows_of(*means: float) -> list[Row]:
    """Twenty days of each row around a mean, where theory says 1."""
    spread = [0.01 * (n - 9.5) for n in range(20)]
    return [
        Row(f"row {mean}", 1.0, [Interval(mean + one, 0.02) for one in spread]) for mean in means
    ]


def test_many_days_that_chance_explains_are_let_pass_and_a_row_that_is_off_is_not():
    fits, told = verdict(rows_of(1.0, 1.02, 0.99))
    assert fits
    assert "0 outside the 95 % interval" in told[0]
    assert "values 5% off theory would be refused in 2 of 3 rows" in told[2]
    fits, told = verdict(rows_of(1.0, 1.04, 0.99))
    assert not fits
    assert "the furthest, row 1.04, by 3.0 standard errors: BEYOND the 2.6" in told[0]
    assert "1 outside" in told[0]


def test_how_far_chance_goes_is_what_the_tables_print():
    assert [round(student(share, 19), 3) for share in (0.975, 0.995)] == [2.093, 2.861]
    assert round(at_most(16, 20, 0.95), 4) == 0.0159
    assert at_most(20, 20, 0.95) == pytest.approx(1)
