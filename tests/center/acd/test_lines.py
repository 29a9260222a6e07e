"""A line lets things leave from anywhere and keeps its order and its size."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from center.acd.lines import ROOM_MIN, Line, first


@dataclass
class Thing:
    name: int
    stamp: int = 0


def test_the_head_is_the_least_key_and_then_the_earliest():
    line = Line()
    late, early, other = Thing(1), Thing(2), Thing(3)
    line.push(2.0, 1, late)
    line.push(1.0, 3, other)
    line.push(1.0, 2, early)
    assert line.head()[2] is early
    early.stamp += 1
    assert line.head()[2] is other
    other.stamp += 1
    late.stamp += 1
    assert line.head() is None


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 9)), max_size=300))
def test_who_is_head_is_who_a_search_finds(moves):
    line, keys, things = Line(), {}, {}
    for order, (name, key) in enumerate(moves):
        thing = things.setdefault(name, Thing(name))
        thing.stamp += 1
        if name in keys:
            del keys[name]
        else:
            keys[name] = (key, order)
            line.push(key, order, thing)
        found = line.head()
        expected = min(keys, key=keys.__getitem__) if keys else None
        assert (found and found[2].name) == expected
    assert [entry[2].name for entry in line.standing()] == sorted(keys, key=keys.__getitem__)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(0, 9)), max_size=300))
def test_the_first_of_several_lines_is_who_a_search_finds(moves):
    lines, keys, things = [Line(), Line(), Line()], {}, {}
    for order, (which, name, key) in enumerate(moves):
        thing = things.setdefault(name, Thing(name))
        thing.stamp += 1
        if name in keys:
            del keys[name]
        else:
            keys[name] = (key, order)
            lines[which].push(key, order, thing)
        if order % 3 == 0:
            expected = min(keys, key=keys.__getitem__) if keys else None
            found = first(lines)
            assert (found and found.entries[0][2].name) == expected
            if found and order % 2:
                assert found.pull().name == expected
                assert keys.pop(expected) not in [entry[:2] for entry in found.entries]
                things[expected].stamp += 1
                head = found.head()
                assert head is None or found[:2] == list(head[:2])
    assert first([]) is None


def test_a_line_that_nobody_looks_at_does_not_grow():
    line, thing = Line(), Thing(1)
    for order in range(100 * ROOM_MIN):
        thing.stamp += 1
        line.push(order, order, thing)
    assert len(line.entries) <= ROOM_MIN
