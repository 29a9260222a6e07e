"""A plane is told its sockets in few words."""

import random

from hypothesis import given
from hypothesis import strategies as st

from ivr.media.sockets import numbers, runs


@given(st.lists(st.integers(0, 100_000), max_size=50))
def test_any_numbers_are_the_same_again(of: list[int]) -> None:
    assert numbers(runs(of)) == tuple(of)


def test_thousands_that_were_opened_in_turn_are_one_run() -> None:
    assert runs(range(11, 20_011, 2)) == ((11, 10_000, 2),)
    of = [*range(7, 900, 2), *range(1_001, 20_000, 4)]
    assert len(runs(of)) == 2
    random.Random(1).shuffle(of)
    assert numbers(runs(of)) == tuple(of)
