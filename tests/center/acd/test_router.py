"""Stories of sellers, pools and queues as they are set, and of events that come late or never should."""

import pytest

from center.acd.agent import Agent, Skill
from center.acd.decisions import Leave, Withdraw
from center.acd.events import (
    AgentReady,
    AgentSet,
    ContactLeft,
    ContractEnded,
    ContractSet,
    OfferDeclined,
    Passed,
    QueueSet,
)
from center.acd.known import UnknownNameError
from center.acd.queue import Exit, Queue
from center.acd.recipe import Play, Step
from tests.center.acd.floor import Floor, offers


def test_a_pool_serves_the_sellers_it_has_a_contract_with_and_no_other():
    floor = Floor(Queue("noodles", "noodles"), Queue("tea", "teahouse"))
    floor.agent("ann", pool="north")
    assert floor.arrive("c0", "tea") == [Leave("c0", Exit.NO_AGENTS)]
    floor.do(ContractSet(floor.now, "north", "teahouse"))
    assert floor.arrive("n1", "noodles") == [Leave("n1", Exit.NO_AGENTS)]
    assert offers(floor.arrive("t1", "tea")) == [("t1", "ann")]
    floor.arrive("t2", "tea")
    floor.do(ContractEnded(floor.now, "north", "teahouse"))
    assert floor.serve("t1", "ann") == [], "the talk went on, and no other is offered"


def test_what_rings_at_a_pool_whose_contract_ends_rings_at_others_in_its_old_place():
    floor = Floor(Queue("noodles", "noodles"), Queue("tea", "teahouse"))
    for seller in ("noodles", "teahouse"):
        floor.do(ContractSet(floor.now, "north", seller))
    floor.agent("ann", pool="north")
    floor.agent("own", pool="teahouse", ready=False)
    floor.arrive("t1", "tea")
    for contact, queue in (("t2", "tea"), ("n1", "noodles")):
        floor.now += 1
        floor.arrive(contact, queue)
    ended = floor.do(ContractEnded(floor.now, "north", "teahouse"))
    assert ended[0] == Withdraw("t1", "ann", "")
    assert offers(ended) == [("n1", "ann")], "who is still under contract, at once"
    assert floor.accept("t1", "ann") == []
    assert offers(floor.ready("own")) == [("t1", "own")]
    assert offers(floor.serve("t1", "own")) == [("t2", "own")]
    assert floor.router.queue_measure("tea").counts.not_answered == 0


def test_who_goes_to_another_pool_is_offered_none_of_the_buyers_who_ring_or_wait_there():
    floor = Floor(Queue("sales", "noodles", sticky_s=100, wrap_up_s=0))
    floor.agent("ann", sms_slots=1)
    floor.arrive("c1")
    floor.accept("c1", "ann")
    floor.arrive("c2", prefers="ann")
    assert offers(floor.arrive("t1", channel="sms")) == [("t1", "ann")]
    moved = floor.do(AgentSet(floor.now, Agent("ann", "north", sms_slots=1)))
    assert moved == [Withdraw("t1", "ann", "")]
    assert floor.accept("t1", "ann") == []
    assert floor.finish("c1", "ann") == [], "a talk goes on, and nobody follows it"
    assert sorted(offers(floor.agent("bob"))) == [("c2", "bob"), ("t1", "bob")]


def test_who_waits_for_one_who_has_lost_the_skill_waits_with_the_others():
    floor = Floor(Queue("sales", "noodles", (Skill("tea", 3),), sticky_s=100, wrap_up_s=0))
    floor.agent("ann", ("tea", 3))
    floor.arrive("c1")
    floor.accept("c1", "ann")
    floor.arrive("c2", prefers="ann")
    floor.do(AgentSet(floor.now, Agent("ann", "noodles", (Skill("tea", 2),))))
    assert floor.finish("c1", "ann") == []
    assert offers(floor.agent("bob", ("tea", 4))) == [("c2", "bob")]


def test_a_sellers_own_people_need_no_contract_and_lose_nothing_by_its_end():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    assert floor.do(ContractEnded(floor.now, "noodles", "noodles")) == []
    assert floor.serve("c1", "ann") == []


def test_sellers_without_people_of_their_own_share_one_line_until_they_have_some():
    floor = Floor(*(Queue(f"q{n}", f"seller {n}") for n in range(3)))
    for n in range(3):
        floor.do(ContractSet(floor.now, "north", f"seller {n}"))
    floor.agent("ann", pool="north", ready=False)
    for n in range(3):
        floor.now += 1
        floor.arrive(f"c{n}", f"q{n}")
    waiting = floor.router.tickets.values()
    assert len({id(need) for ticket in waiting for need in ticket.needs}) == 1
    assert offers(floor.agent("own", pool="seller 1")) == [("c1", "own")]
    assert offers(floor.ready("ann")) == [("c0", "ann")]
    floor.do(ContractEnded(floor.now, "north", "seller 2"))
    assert offers(floor.serve("c0", "ann")) == []
    assert offers(floor.serve("c1", "own")) == [], "seller 2 has nobody any more"


def test_those_who_wait_gain_the_people_of_a_new_contract():
    floor = Floor()
    floor.agent("own", ready=False)
    floor.arrive("c1")
    floor.agent("ann", pool="north")
    assert offers(floor.do(ContractSet(floor.now, "north", "noodles"))) == [("c1", "ann")]


def test_sellers_of_the_same_pools_share_one_line_by_time():
    floor = Floor(*(Queue(f"q{n}", f"seller {n}") for n in range(3)))
    for n in range(3):
        floor.do(ContractSet(floor.now, "north", f"seller {n}"))
    floor.agent("ann", pool="north", ready=False)
    for n in (2, 0, 1):
        floor.now += 1
        floor.arrive(f"c{n}", f"q{n}")
    assert offers(floor.ready("ann")) == [("c2", "ann")]
    assert offers(floor.serve("c2", "ann")) == [("c0", "ann")]


def test_an_agent_who_learns_is_offered_who_waited_for_that():
    floor = Floor(Queue("tea", "noodles", (Skill("tea"),)))
    floor.agent("ann", ("tea",), ready=False)
    floor.agent("bob")
    floor.arrive("c1", "tea")
    learned = Agent("bob", "noodles", (Skill("tea"),))
    assert offers(floor.do(AgentSet(floor.now, learned))) == [("c1", "bob")]


def test_a_queue_that_asks_for_less_is_served_by_more_at_once():
    floor = Floor(Queue("tea", "noodles", (Skill("tea"),)))
    floor.agent("ann", ("tea",), ready=False)
    floor.agent("bob")
    floor.arrive("c1", "tea")
    assert offers(floor.do(QueueSet(floor.now, Queue("tea", "noodles")))) == [("c1", "bob")]


def test_late_and_repeated_events_change_nothing():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    before = floor.router.picture()
    for late in (
        floor.arrive("c1"),
        floor.accept("c9", "ann"),
        floor.accept("c1", "bob"),
        floor.finish("c1", "ann"),
        floor.wrapped_up("c1", "ann"),
        floor.ready("ann"),
        floor.do(ContactLeft(floor.now, "c9")),
        floor.do(OfferDeclined(floor.now, "c9", "ann")),
        floor.do(Passed(floor.now - 500)),
    ):
        assert late == []
    assert floor.router.picture() == before


def test_what_was_never_entered_is_our_mistake():
    floor = Floor()
    with pytest.raises(UnknownNameError, match="queue nowhere"):
        floor.arrive("c1", "nowhere")
    with pytest.raises(UnknownNameError, match="agent nobody"):
        floor.do(AgentReady(floor.now, "nobody"))


def test_the_timer_tells_the_next_thing_due_and_no_more():
    floor = Floor(Queue("sales", "noodles", wait_s_max=60, recipe=(Step(20, Play("wait")),)))
    assert floor.router.timer() is None
    floor.agent("ann", ready=False)
    floor.arrive("c1")
    assert floor.router.timer() == floor.now + 20
    floor.passes(20)
    assert floor.router.timer() == floor.now + 40
    floor.do(ContactLeft(floor.now, "c1"))
    assert floor.router.timer() is None
