"""`[[queue]]`: what the file says of queues, as the router takes it, and what is wrong with it."""

import pytest
from pydantic import ValidationError

from center.acd.agent import Skill
from center.acd.queue import Choice
from center.acd.recipe import OfferCallBack, Overflow, Play, Raise, Step, Widen
from center.desk.queues import RECIPE
from commands.settings.queues import QueueSection, StepSection, queues_of


def test_a_queue_that_only_has_a_name_is_as_by_default():
    assert queues_of([QueueSection(name="sales")]).queue("tea", "sales").recipe == RECIPE


def test_everything_that_a_queue_can_be_is_said_in_the_file():
    section = QueueSection(
        name="tea/sales",
        requires=["tea=3", "en"],
        choice="least occupied",
        rate=0,
        answer_s=20,
        sticky_s=60,
        step=[
            StepSection(after_s=5, say="agent_wait"),
            StepSection(after_s=6, say="offers_of_today"),
            StepSection(after_s=10, offer_call_back=True),
            StepSection(after_s=20, ask_also=["tea=1"]),
            StepSection(after_s=30, overflow="help"),
            StepSection(after_s=30, points=50),
        ],
    )
    queue = queues_of([section]).queue("tea", "sales")

    assert queue.requires == (Skill("tea", 3), Skill("en"))
    assert (queue.choice, queue.rate, queue.answer_s, queue.sticky_s) == (
        *(Choice.LEAST_OCCUPIED, 0),
        *(20, 60),
    )
    assert queue.recipe == (
        Step(5, Play("agent_wait")),
        Step(6, Play("offers_of_today")),
        Step(10, OfferCallBack()),
        Step(20, Widen((Skill("tea"),))),
        Step(30, Overflow("tea/help")),
        Step(30, Raise(50)),
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"requires": ["tea=11"]}, "write NAME=LEVEL"),
        ({"requires": ["tea", "tea=2"]}, "named twice"),
        ({"step": [{"after_s": 5}]}, "write one of say"),
        ({"step": [{"after_s": 5, "say": "Please wait."}]}, "match pattern"),
        ({"step": [{"after_s": 5, "points": 1, "overflow": "help"}]}, "does one thing"),
        ({"step": [{"after_s": 5, "points": 1}, {"after_s": 1, "points": 1}]}, "in order"),
        ({"waiting_max": 10_001}, "less than or equal to 10000"),
    ],
)
def test_what_cannot_be_a_queue_is_told_with_what_to_write(wrong, told):
    with pytest.raises(ValidationError, match=told):
        QueueSection.model_validate({"name": "sales", **wrong})
