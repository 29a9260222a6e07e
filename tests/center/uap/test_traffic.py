"""Loss of streams and of few who ask, against the chains they solve."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.acd.forecast import erlang_b
from center.uap.kinds import kind, usual_kinds
from center.uap.resources import INDEX, vector
from center.uap.traffic import (
    Stay,
    Stream,
    blocking,
    engset,
    load_for,
    rate_blocking,
    refused_of_all,
    servers_for_sources,
    times,
)

KEYS = usual_kinds()["keys"]
PERSON = usual_kinds()["speech to a person, recorded"]
PLENTY = {"caps": 1000, "sip": 5000, "ivr": 5000, "dtmf": 5000, "record": 5000, "asr": 500}


def test_one_stream_on_one_resource_blocks_as_erlang_b():
    stream = Stream(KEYS, 1.0, (Stay(80.0),))
    found = blocking([stream], vector({**PLENTY, "sip": 90}))
    assert found.of_stream[0] == pytest.approx(erlang_b(80.0, 90))
    assert found.offered == {"sip": 80.0, "ivr": 80.0, "dtmf": 80.0}


def test_resources_that_are_taken_together_are_short_together_and_not_three_times():
    stream = Stream(KEYS, 1.0, (Stay(80.0),))
    units = vector({"caps": 1000, "sip": 90, "ivr": 90, "dtmf": 90})
    found = blocking([stream], units)
    assert found.of_stream[0] == pytest.approx(erlang_b(80.0, 90))
    assert set(found.of_resource) == {"sip", "caps"}


def test_a_call_holds_what_its_later_phases_need_for_as_long_as_they_are_to_come():
    stream = Stream(PERSON, 2.0, (Stay(60.0), Stay(10.0, 0.5), Stay(100.0, 0.8), Stay(5.0)))
    assert stream.offered(INDEX["record"]) == 2 * (60 + 0.5 * 10 + 0.4 * (100 + 5))
    assert stream.offered(INDEX["asr"]) == stream.in_use(INDEX["asr"]) == 2 * 60


def test_what_one_resource_refuses_the_next_is_not_offered():
    both = kind("both", {"a": {"sip": 1, "asr": 1}})
    streams = [Stream(both, 1.0, (Stay(50.0),)), Stream(KEYS, 1.0, (Stay(50.0),))]
    found = blocking(streams, vector({**PLENTY, "sip": 90, "asr": 40}))
    asr, sip = found.of_resource["asr"], found.of_resource["sip"]
    assert asr == pytest.approx(erlang_b(50 * (1 - sip), 40), rel=1e-6)
    assert sip == pytest.approx(erlang_b(50 * (1 - asr) + 50, 90), rel=1e-6)
    assert found.of_stream == pytest.approx((1 - (1 - asr) * (1 - sip), sip))
    assert found.worst == found.of_stream[0]


def test_without_a_resource_all_are_refused():
    stream = Stream(KEYS, 1.0, (Stay(80.0),))
    assert blocking([stream], vector({"caps": 9, "sip": 9, "ivr": 9})).worst == 1.0
    assert blocking([stream], vector({"sip": 999, "ivr": 999, "dtmf": 999})).worst == 1.0
    assert blocking([], vector({})).worst == 0.0


def test_the_load_that_is_refused_a_share_is_found():
    stream = Stream(KEYS, 1.0, (Stay(80.0),))
    units = vector({**PLENTY, "sip": 90})
    load = load_for([stream], units, 0.05)
    assert blocking(times([stream], load), units).worst == pytest.approx(0.05, abs=1e-6)


def engset_chain(sources, idle_erlangs, servers):
    """Time congestion from the binomial weights themselves."""
    weights = [comb(sources, n) * idle_erlangs**n for n in range(min(servers, sources) + 1)]
    return weights[servers] / sum(weights) if servers <= sources else 0.0


@given(st.integers(1, 30), st.floats(0.01, 5), st.integers(1, 30))
def test_engset_solves_its_chain_and_who_asks_sees_one_source_less(sources, idle, servers):
    found = engset(sources, idle, servers)
    assert found.time_congestion == pytest.approx(engset_chain(sources, idle, servers), abs=1e-12)
    others = engset_chain(sources - 1, idle, servers) if sources > 1 else 0.0
    assert found.call_congestion == pytest.approx(others, abs=1e-12)
    assert found.call_congestion <= found.time_congestion + 1e-12


def test_few_who_ask_are_refused_less_than_many_and_very_many_as_erlang_b():
    """Ten lines, ten erlangs offered by the idle together: by 12 sources, by 100, by very many."""
    wanted = [engset(n, 10 / n, 10).call_congestion for n in (12, 100, 1_000_000)]
    assert wanted[0] < wanted[1] < wanted[2]
    assert wanted[2] == pytest.approx(erlang_b(10, 10), rel=1e-3)


def test_as_many_lines_as_sources_refuse_nobody():
    assert engset(5, 2.0, 5).call_congestion == 0.0
    assert engset(5, 2.0, 5).time_congestion == pytest.approx((2 / 3) ** 5)
    assert engset(0, 2.0, 0).time_congestion == 1.0


def test_the_fewest_lines_for_sources_are_enough_and_one_less_is_not():
    n = servers_for_sources(300, 0.25, 0.001)
    assert engset(300, 0.25, n).call_congestion <= 0.001 < engset(300, 0.25, n - 1).call_congestion
    assert servers_for_sources(300, 1e12, 1e-6) == 300


def test_calls_within_the_rate_pass_and_above_it_the_excess_is_refused():
    assert rate_blocking(0.0, 0) == 0.0
    assert rate_blocking(1.0, 0) == 1.0
    assert rate_blocking(40.0, 50) < 1e-4
    assert rate_blocking(50.0, 50) == pytest.approx(1 / 51)
    assert rate_blocking(150.0, 50) == pytest.approx(2 / 3)


def test_what_is_refused_of_all_calls_is_less_than_of_the_kind_that_is_refused_most():
    streams = [
        Stream(KEYS, 3.0, (Stay(60.0),)),
        Stream(PERSON, 1.0, (Stay(60.0), Stay(1.0), Stay(60.0), Stay(1.0))),
    ]
    found = blocking(streams, vector({**PLENTY, "record": 60}))
    assert found.of_stream[0] < 1e-9 < 0.3 < found.of_stream[1]
    assert refused_of_all(streams, found) == pytest.approx(found.of_stream[1] / 4)
