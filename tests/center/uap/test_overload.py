"""At three times the load that a platform was made for, those who are let in are unharmed."""

import pytest

from center.uap.boards import Place
from center.uap.busy_hour import Traffic
from center.uap.door import Refused
from center.uap.kinds import usual_kinds
from center.uap.models import model
from center.uap.plan import make_plan
from center.uap.traffic import blocking, load_for, times
from commands.crossing import cross_platform
from commands.plan_check import small_platform

STREAMS = make_plan(Traffic(), [model("UAP2100")]).streams


@pytest.mark.parametrize("load", [1.0, 3.0])
def test_let_in_is_served_whole_and_the_rest_is_refused_at_the_door_as_theory_says(load):
    capacity, opened_at = small_platform()
    units = capacity.usage().units
    streams = times(STREAMS, load * load_for(STREAMS, units, 0.01))
    crossed = cross_platform(capacity, streams, 40_000, seed=1, opened_at=opened_at)
    assert all(one.refused_later == 0 for one in crossed)
    for one, told in zip(crossed, blocking(streams, units).of_stream, strict=True):
        assert abs(one.blocked.mean - told) <= max(one.blocked.half, 0.1 * told, 1e-3)
    usage = capacity.usage()
    assert all(0 <= taken <= there for taken, there in zip(usage.taken, usage.units, strict=True))


def test_calls_ten_times_too_fast_leave_the_rate_of_those_let_in_as_it_was():
    capacity, at = small_platform()
    caps = capacity.usage().units[-1]
    kind, let_in = usual_kinds()["keys"], 0
    for n in range(10 * caps * 4):
        at += 1 / (10 * caps)
        answer = capacity.admit(f"c{n}", kind, at)
        if isinstance(answer, Refused):
            assert answer.sip_status == 503
            assert answer.retry_after_s >= 1
        else:
            let_in += 1
    assert let_in == pytest.approx(caps * 5, abs=2), "a second's worth at once, and four seconds"


def test_boards_that_come_and_go_under_overload_cut_off_nobody_who_was_let_in():
    capacity, at = small_platform()
    keys, n = usual_kinds()["keys"], 0
    media = next(p for p, b in capacity.chassis["1"].boards.items() if b.kind.name == "MSU")
    while not isinstance(capacity.admit(f"c{n}", keys, at), Refused):
        at += 1
        n += 1
    capacity.insert(Place("1", 5), "MSU", at)
    capacity.drain(Place("1", media))
    capacity.advance(at + 1_000)
    assert len(capacity.calls()) == n
    assert not isinstance(capacity.admit("later", keys, at + 1_000), Refused)
