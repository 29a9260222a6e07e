"""The simulated clock comes to each timer, however late it is."""

import random
from typing import Any, cast

import pytest

from tests.simulation.loop import START_S, SimulatedLoop

LOOKS = 4


@pytest.mark.parametrize("at_s", [START_S, 2.0**24, 2.0**31])
def test_a_timer_is_due_after_a_few_looks(at_s: float) -> None:
    chance = random.Random(1)
    loop = cast("Any", SimulatedLoop)(None, None)
    loop.pass_time(at_s - loop.time())
    due: list[int] = []
    for number in range(200):
        loop.call_later(chance.random(), due.append, number)
        for _ in range(LOOKS):
            if due[number:]:
                break
            loop._run_once()  # noqa: SLF001
        assert due[number:] == [number]
    loop.close()
