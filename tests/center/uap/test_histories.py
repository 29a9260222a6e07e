"""Random histories of calls, seats, boards and chassis: what is promised holds after every step."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.chassis import PlatformError
from center.uap.door import Admitted, Refused, Why
from center.uap.kinds import kind, usual_kinds
from center.uap.resources import NOTHING, RESOURCES
from tests.center.uap.tiny import TINY

KINDS = {
    **usual_kinds(),
    "two ports": kind("two ports", {"menu": {"sip": 1}, "both": {"sip": 2, "record": 1}}),
    "modest": kind("modest", {"menu": {"sip": 1}}, {"sip": 1}),
}
CALLS = [f"c{n}" for n in range(9)]
CHASSIS = ("1", "2", "3")

places = st.builds(Place, st.sampled_from(CHASSIS), st.integers(1, 4))
moves = st.one_of(
    *(
        st.tuples(st.just("admit"), st.sampled_from(CALLS), st.sampled_from(sorted(KINDS)))
        for _ in range(3)
    ),
    st.tuples(st.just("enter"), st.sampled_from(CALLS), st.integers(0, 2)),
    st.tuples(st.just("release"), st.sampled_from(CALLS)),
    st.tuples(st.just("insert"), places, st.sampled_from(("MSU", "MSU", "SRU", "GPU"))),
    st.tuples(st.sampled_from(("drain", "restore", "remove", "fail")), places),
    st.tuples(st.sampled_from(("fail_chassis", "repair_chassis")), st.sampled_from(CHASSIS)),
    st.tuples(st.just("advance")),
)


def recount(capacity):
    """What is free, in service and taken, counted anew from the boards, as a naive platform would each time."""
    free, units = list(NOTHING), list(NOTHING)
    for chassis in capacity.chassis.values():
        for found in chassis.boards.values():
            held = Counter(resource for call in found.holders.values() for resource in call)
            for resource, whole in enumerate(found.kind.units):
                assert 0 <= held[resource] <= whole, "busy never exceeds capacity"
                assert found.free[resource] == whole - held[resource]
            if found.state not in ("in service", "draining"):
                assert not found.holders
            if chassis.role == "active" and found.state == "in service":
                for resource, whole in enumerate(found.kind.units):
                    units[resource] += whole
                    free[resource] += found.free[resource]
    return tuple(free), tuple(units)


class Witness:
    """Knows who was let in, where its units are, and who lost its reserve with a board."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.robbed = set()

    def holdings(self):
        held = {}
        for chassis in self.capacity.chassis.values():
            for found in chassis.boards.values():
                for call, resources in found.holders.items():
                    held.setdefault(call, []).extend((found, resource) for resource in resources)
        return held

    def check(self):
        usage = self.capacity.usage()
        free, units = recount(self.capacity)
        assert (usage.free, usage.units) == (free, units)
        serve = [c.role == "active" or c.takes_over_at for c in self.capacity.chassis.values()]
        broken = sum(c.role == "failed" for c in self.capacity.chassis.values())
        assert sum(map(bool, serve)) == min(2, 3 - broken), "two serve, as set up, or all that can"
        calls, held = self.capacity.calls(), self.holdings()
        assert held.keys() == calls.keys(), "nothing is held for nobody"
        self.robbed &= calls.keys()
        for call, (what, phase, _) in calls.items():
            found = KINDS[what]
            needs = found.needs[found.place(phase)]
            has = Counter(resource for _, resource in held[call])
            short = any(has[resource] < need for resource, need in enumerate(needs))
            assert call in self.robbed or not short
            assert all(has[resource] <= need for resource, need in enumerate(needs))
            takes = found.phases[found.place(phase)].takes
            assert all(has[resource] >= need for resource, need in enumerate(takes))


@settings(max_examples=150, deadline=None)
@given(st.lists(moves, max_size=60))
def test_nothing_is_held_twice_nobody_let_in_is_refused_later_and_only_failures_drop(history):
    capacity = Capacity()
    for name in CHASSIS:
        capacity.add_chassis(name, TINY, standby=name == "3")
    witness, now = Witness(capacity), 1_000.0
    for place, name in ((("1", 1), "MSU"), (("1", 2), "GPU"), (("3", 1), "MSU"), (("3", 2), "GPU")):
        capacity.insert(Place(*place), name, now)
    now += 5
    capacity.advance(now)
    for move, *given_ in history:
        now += 1
        before, held = capacity.calls(), witness.holdings()
        gone = set()
        try:
            match move:
                case "admit":
                    call, what = given_
                    answer = capacity.admit(call, KINDS[what], now)
                    assert isinstance(answer, Admitted) == (call in capacity.calls())
                case "enter":
                    call, place = given_
                    if call in before:
                        found = KINDS[before[call][0]]
                        place = min(place, len(found.phases) - 1)
                        answer = capacity.enter(call, found.phases[place].name)
                        onward = place >= found.place(before[call][1])
                        if isinstance(answer, Refused):
                            assert call in witness.robbed or not onward, "let in is let in"
                            assert capacity.calls() == before
                        elif not onward:
                            witness.robbed.discard(call)
                case "release":
                    capacity.release(*given_)
                    gone = set(given_) & before.keys()
                case "insert":
                    capacity.insert(*given_, now)
                case "drain" | "remove":
                    getattr(capacity, move)(*given_)
                case "restore":
                    capacity.restore(*given_, now)
                case "fail" | "fail_chassis":
                    there = {
                        call
                        for call, units in held.items()
                        if any(
                            given_[0] in (found.place, found.place.chassis) for found, _ in units
                        )
                    }
                    if move == "fail":
                        gone = set(capacity.fail(*given_))
                    else:
                        gone = set(capacity.fail_chassis(*given_, now))
                    assert gone <= there, "only its own are dropped"
                    witness.robbed |= there - gone
                case "repair_chassis":
                    capacity.repair_chassis(*given_, now)
                case _:
                    capacity.advance(now)
        except PlatformError:
            assert capacity.calls() == before
        assert before.keys() - capacity.calls().keys() == gone
        witness.check()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CALLS), st.sampled_from(sorted(KINDS))), max_size=40))
def test_a_chassis_that_fails_is_made_good_by_a_standby_like_it(arrivals):
    capacity = Capacity()
    for name in ("1", "2"):
        capacity.add_chassis(name, TINY, standby=name == "2")
        for slot, what in enumerate(("MSU", "GPU", "SRU"), 1):
            capacity.insert(Place(name, slot), what, 0.0)
    capacity.advance(5.0)
    whole = capacity.usage().units
    for n, (call, what) in enumerate(arrivals):
        capacity.admit(call, KINDS[what], 10.0 + n)
    capacity.fail_chassis("1", 100.0)
    refused = capacity.admit("late", KINDS["keys"], 101.0)
    assert isinstance(refused, Refused)
    assert refused.why is Why.CLOSED
    capacity.advance(109.0)
    assert capacity.usage().units == capacity.usage().free == whole
    assert len(whole) == len(RESOURCES)
