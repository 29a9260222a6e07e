"""Timers call in order of time, whoever is over before, and do not grow by those."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from center.acd.lines import ROOM_MIN
from center.acd.timers import SPAN_S, Timers


@dataclass
class Thing:
    name: int
    stamp: int = 0


@given(
    st.lists(st.tuples(st.integers(0, 20), st.floats(0, 9 * SPAN_S), st.booleans()), max_size=200)
)
def test_who_is_called_next_is_who_a_search_finds(moves):
    timers, due, things = Timers(), {}, {}
    for order, (name, at, takes) in enumerate(moves):
        thing = things.setdefault(name, Thing(name))
        thing.stamp += 1
        if due.pop(name, None) is None:
            due[name] = (at, order)
            timers.push(at, order, thing)
        expected = min(due, key=due.__getitem__) if due else None
        head = timers.head()
        assert (head and head[2].name) == expected
        if takes:
            first = due[expected][0] if due else 0.0
            assert timers.take(first - 1) is None
            taken = timers.take(first)
            assert (taken and taken.name) == expected
            if taken:
                taken.stamp += 1
                del due[expected]
        assert [entry[2].name for entry in timers.standing()] == sorted(due, key=due.__getitem__)


def test_what_is_over_before_it_is_due_takes_no_room():
    timers, thing = Timers(), Thing(1)
    for order in range(100 * ROOM_MIN):
        thing.stamp += 1
        timers.push(1e9 + order % SPAN_S, order, thing)
    (line,) = timers.lines.values()
    assert len(line.entries) <= ROOM_MIN
    thing.stamp += 1
    assert timers.head() is None
    assert not timers.lines
