"""What a queue may promise: each limit, and one past it."""

from math import inf, nan

import pytest

from center.acd.agent import Skill
from center.acd.queue import (
    ANSWER_S_MAX,
    STICKY_S_MAX,
    WAIT_S_MAX,
    WAITING_MAX,
    WRAP_UP_S_MAX,
    Exit,
    Queue,
)
from center.acd.recipe import MESSAGE_LENGTH_MAX, REQUIRES_MAX, STEPS_MAX, Play, Raise, Step, Widen


def test_the_limits_are_those_of_huaweis_skill_queues():
    assert (WAIT_S_MAX, WAITING_MAX, WRAP_UP_S_MAX) == (60_000, 10_000, 3_600)
    assert {way.value for way in Exit} == {"no agents", "busy", "time-out"}


@pytest.mark.parametrize(
    ("what", "most"),
    [
        ("waiting_max", WAITING_MAX),
        ("wait_s_max", WAIT_S_MAX),
        ("answer_s", ANSWER_S_MAX),
        ("wrap_up_s", WRAP_UP_S_MAX),
        ("sticky_s", STICKY_S_MAX),
        ("level_within_s", WAIT_S_MAX),
    ],
)
def test_a_limit_holds_and_one_past_it_does_not(what, most):
    assert getattr(Queue("sales", "noodles", **{what: most}), what) == most
    for wrong in (most + 1, -1, nan):
        with pytest.raises(ValueError, match=what):
            Queue("sales", "noodles", **{what: wrong})


@pytest.mark.parametrize("wrong", [{"rate": -1.0}, {"rate": inf}, {"base": nan}, {"base": -inf}])
def test_priority_is_made_of_numbers(wrong):
    with pytest.raises(ValueError, match="lies"):
        Queue("sales", "noodles", **wrong)


def test_a_recipe_has_so_many_steps_in_order():
    steps = tuple(Step(10.0 * n, Raise(1)) for n in range(STEPS_MAX))
    assert Queue("sales", "noodles", recipe=steps).recipe == steps
    with pytest.raises(ValueError, match="at most"):
        Queue("sales", "noodles", recipe=(*steps, Step(999, Raise(1))))
    with pytest.raises(ValueError, match="in order"):
        Queue("sales", "noodles", recipe=(steps[1], steps[0]))
    with pytest.raises(ValueError, match="in order"):
        Queue("sales", "noodles", recipe=(Step(WAIT_S_MAX + 1, Raise(1)),))


def test_a_step_says_something_it_can_say():
    assert Play("m" * MESSAGE_LENGTH_MAX)
    for wrong in ("", "m" * (MESSAGE_LENGTH_MAX + 1)):
        with pytest.raises(ValueError, match="has a name"):
            Play(wrong)
    with pytest.raises(ValueError, match="skills"):
        Widen(tuple(Skill(str(n)) for n in range(REQUIRES_MAX + 1)))
