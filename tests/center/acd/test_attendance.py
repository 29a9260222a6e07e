"""Stories of agents who stop, and who do not take what they are offered."""

import pytest

from center.acd.agent import REASON_NO_ANSWER
from center.acd.decisions import Offer, Withdraw
from center.acd.events import AgentPaused, AgentSignedOut, DayBegan
from tests.center.acd.floor import Floor, offers


def test_an_offer_not_answered_goes_to_another_and_the_agent_is_not_ready():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    floor.agent("bob")
    decisions = floor.passes(15)
    assert decisions == [
        Withdraw("c1", "ann", REASON_NO_ANSWER),
        Offer("c1", "bob", "sales", floor.now + 15),
    ]
    measure = floor.router.agent_measure("ann")
    assert (measure.presence, measure.reason) == ("not ready", REASON_NO_ANSWER)
    assert floor.accept("c1", "ann") == [], "too late"
    assert floor.router.agent_measure("bob").contacts == (("c1", "offered"),)


def test_a_pause_takes_back_what_rings_and_leaves_what_is_talked():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("v1")
    floor.accept("v1", "ann")
    floor.arrive("t1", channel="sms")
    assert floor.do(AgentPaused(floor.now, "ann", "lunch")) == [Withdraw("t1", "ann", "lunch")]
    measure = floor.router.agent_measure("ann")
    assert measure.contacts == (("v1", "busy"),)
    assert measure.reason == "lunch"
    floor.finish("v1", "ann")
    floor.wrapped_up("v1", "ann")
    assert offers(floor.ready("ann")) == [("t1", "ann")]


@pytest.mark.parametrize("state", ["not_ready_s", "ready_s", "busy_s"])
def test_a_day_counts_from_its_beginning_and_what_goes_on_goes_on_since_it_began(state):
    floor = Floor()
    floor.agent("ann", ready=state != "not_ready_s")
    if state == "busy_s":
        floor.arrive("c1")
        floor.accept("c1", "ann")
    began_at = floor.now
    floor.passes(100)
    floor.do(DayBegan(floor.now))
    assert getattr(floor.router.agent_measure("ann"), state) == 0
    floor.passes(10)
    assert floor.router.people["ann"].measured_at == began_at
    floor.do(AgentSignedOut(floor.now, "ann"))
    told = floor.router.agent_measure("ann")
    assert {getattr(told, one) for one in ("not_ready_s", "ready_s", "busy_s")} == {0, 10}
    assert getattr(told, state) == 10
