"""What settings of queues name and no flow has is told, with what was meant."""

import pytest

from center.acd.queue import Queue
from center.acd.recipe import Overflow, Play, Step
from center.desk.queue_names import QueueNames
from center.desk.queues import AGENT_WAIT, Queues
from tests.center.desk.test_queues import OFFERS
from tests.flows.shops import ORDER, SHOP, program_of

PLAIN, WITH_OFFERS = program_of(ORDER, SHOP), program_of(ORDER + OFFERS, SHOP)
"""Both hand over to `sales`."""


def names(settings: dict[str, list]) -> QueueNames:
    found = QueueNames(
        Queues(
            {
                name: Queue("", "", recipe=tuple(Step(5.0, action) for action in actions))
                for name, actions in settings.items()
            }
        )
    )
    found.add("tea", WITH_OFFERS)
    found.add("noodles", PLAIN)
    return found


@pytest.mark.parametrize(
    ("name", "action", "told"),
    [
        ("tea/sales", Play("ofers"), "the flow of tea has no step `ofers` to say"),
        ("tea/sales", Play("ofers"), "did you mean `offers`?"),
        ("noodles/sales", Play("offers"), "write agent_wait"),
        ("sales", Play("nowhere"), "no flow there has a step `nowhere`"),
        ("*", Play("nowhere"), "so buyers are told how long it will be; there are: agent, "),
        ("*", Overflow("slaes"), "no flow there hands over to a queue `slaes`, and no [[queue]]"),
        ("tea/sales", Overflow("sale"), "did you mean `sales`?"),
    ],
)
def test_what_no_flow_has_is_told_with_what_to_write(name, action, told):
    (line,) = names({name: [action]}).missing()
    assert line.startswith(f"[[queue]] {name}, after 5 s: ")
    assert told in line


def test_what_some_flow_or_setting_has_is_not_told():
    found = names(
        {
            "*": [Play("offers"), Play(AGENT_WAIT), Overflow("sales")],
            "noodles/sales": [Overflow("help")],
            "help": [Play("nowhere")],
        }
    )
    assert list(found.missing()) == [], "nobody goes by the recipe of help"
    assert list(found.unused()) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("te/sales", "no seller is called te"),
        ("tea/slaes", "the flow of tea hands over to no queue `slaes`; did you mean `sales`?"),
        ("slaes", "no flow hands over to a queue `slaes`; did you mean `sales`?"),
        ("x", "there are: sales; take it out"),
    ],
)
def test_a_setting_of_no_queue_is_told(name, told):
    (line,) = names({name: []}).unused()
    assert told in line
