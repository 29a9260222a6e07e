"""Stories of who waits: exits, priorities, the agent one knows, recipes, call-backs."""

import pytest

from center.acd.agent import REASON_DECLINED, Agent, Skill
from center.acd.decisions import Leave, Offer, ProposeCallBack, Say, Withdraw
from center.acd.events import (
    AgentPaused,
    AgentSet,
    AgentSignedOut,
    CallBackTaken,
    ContactLeft,
    ContractEnded,
    ContractSet,
    OfferDeclined,
    QueueSet,
)
from center.acd.queue import NOBODY_S, WAIT_S_MAX, Exit, Queue
from center.acd.recipe import OfferCallBack, Overflow, Play, Raise, Step, Widen
from tests.center.acd.floor import Floor, offers


def test_who_was_not_answered_keeps_the_place_before_those_who_came_later():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    floor.now += 1
    floor.arrive("c2")
    floor.do(OfferDeclined(floor.now, "c1", "ann"))
    assert floor.router.agent_measure("ann").reason == REASON_DECLINED
    assert offers(floor.ready("ann")) == [("c1", "ann")]


def test_a_buyer_who_hangs_up_while_it_rings_frees_the_agent_for_the_next():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    floor.arrive("c2")
    decisions = floor.do(ContactLeft(floor.now, "c1"))
    assert decisions[0] == Withdraw("c1", "ann", "")
    assert offers(decisions) == [("c2", "ann")]


def test_a_buyer_who_hangs_up_while_waiting_is_offered_to_nobody():
    floor = Floor()
    floor.agent("ann", ready=False)
    floor.arrive("c1")
    floor.do(ContactLeft(floor.now, "c1"))
    assert floor.ready("ann") == []
    assert floor.passes(700) == []


def test_nobody_signed_in_who_could_ever_take_it_is_the_exit_no_agents():
    floor = Floor(Queue("tea", "noodles", (Skill("tea", 5),)))
    floor.agent("ann", ("tea", 4))
    assert floor.arrive("c1", "tea") == [Leave("c1", Exit.NO_AGENTS)]
    floor.agent("bob", ("tea", 5), ready=False)
    assert floor.arrive("c2", "tea") == []
    floor.do(AgentSignedOut(floor.now, "bob"))
    assert floor.arrive("c3", "tea") == [Leave("c3", Exit.NO_AGENTS)]


def test_who_waits_goes_on_a_minute_after_the_last_who_could_be_asked_has_signed_out():
    floor = Floor(Queue("sales", "noodles"), Queue("tea", "noodles", (Skill("tea"),), recipe=RINGS))
    floor.agent("ann", ready=False)
    floor.agent("tess", ("tea",), ready=False)
    floor.arrive("c1")
    floor.arrive("c2", "tea")
    floor.do(AgentSignedOut(floor.now, "tess"))
    assert floor.passes(NOBODY_S) == [], "a later ring has ann"
    floor.do(AgentSignedOut(floor.now, "ann"))
    assert floor.passes(NOBODY_S - 0.1) == []
    assert floor.passes(0.1) == [Leave("c1", Exit.NO_AGENTS), Leave("c2", Exit.NO_AGENTS)]
    counts = floor.router.queue_measure("sales").counts
    assert (counts.timed_out, counts.no_agents) == (1, 0), "a wait in vain"
    assert floor.ready("ann") == []


def test_who_waits_stays_where_somebody_signs_in_before_the_minute_is_over():
    floor = Floor(Queue("sales", "noodles"))
    floor.agent("ann", ready=False)
    floor.arrive("c1")
    floor.do(AgentSignedOut(floor.now, "ann"))
    floor.passes(NOBODY_S - 1)
    floor.agent("bob", ready=False)
    assert floor.passes(2) == []
    floor.do(AgentSignedOut(floor.now, "bob"))
    assert floor.passes(NOBODY_S - 1) == [], "another minute"
    assert offers(floor.agent("cat")) == [("c1", "cat")]


def test_who_rang_at_the_last_who_signs_out_goes_on_too_and_who_is_to_be_called_back_waits():
    floor = Floor(Queue("sales", "noodles"))
    floor.agent("ann")
    floor.arrive("c1")
    floor.arrive("c2")
    floor.do(CallBackTaken(floor.now, "c2", "voice"))
    floor.do(AgentSignedOut(floor.now, "ann"))
    assert floor.passes(NOBODY_S) == [Leave("c1", Exit.NO_AGENTS)]
    assert floor.passes(WAIT_S_MAX / 2) == []
    assert offers(floor.agent("ann")) == [("c2", "ann")]


@pytest.mark.parametrize(
    "change",
    [
        ContractEnded(0, "north", "noodles"),
        AgentSet(0, Agent("ann", "south", (Skill("tea"),))),
        AgentSet(0, Agent("ann", "north")),
        QueueSet(0, Queue("sales", "noodles", (Skill("tea", 2),))),
    ],
)
def test_who_may_be_asked_no_more_is_as_one_who_has_signed_out(change):
    floor = Floor(Queue("sales", "noodles", (Skill("tea"),)))
    floor.do(ContractSet(floor.now, "north", "noodles"))
    floor.agent("ann", ("tea", 1), pool="north", ready=False)
    floor.arrive("c1")
    floor.do(change)
    assert floor.passes(NOBODY_S) == [Leave("c1", Exit.NO_AGENTS)]


@pytest.mark.parametrize(
    "change",
    [
        AgentSet(0, Agent("ann", "noodles")),
        QueueSet(0, Queue("sales", "noodles", (Skill("tea", 2),))),
    ],
)
def test_who_rang_at_somebody_who_may_be_asked_no_more_goes_on_when_they_do_not_answer(change):
    floor = Floor(Queue("sales", "noodles", (Skill("tea"),)))
    floor.agent("ann", ("tea", 1))
    floor.arrive("c1")
    floor.do(change)
    floor.do(OfferDeclined(floor.now, "c1", "ann"))
    assert floor.passes(NOBODY_S - 0.1) == []
    assert floor.passes(0.1) == [Leave("c1", Exit.NO_AGENTS)]


def test_as_many_wait_as_may_and_one_more_is_the_exit_busy():
    floor = Floor(Queue("sales", "noodles", waiting_max=2))
    floor.agent("ann", ready=False)
    assert floor.arrive("c1") == floor.arrive("c2") == []
    assert floor.arrive("c3") == [Leave("c3", Exit.BUSY)]
    floor.do(ContactLeft(floor.now, "c1"))
    assert floor.arrive("c4") == []


def test_who_waited_as_long_as_one_may_is_the_exit_time_out():
    floor = Floor(Queue("sales", "noodles", wait_s_max=60))
    floor.agent("ann", ready=False)
    floor.arrive("c1")
    assert floor.passes(59.9) == []
    assert floor.passes(0.1) == [Leave("c1", Exit.TIME_OUT)]
    assert floor.ready("ann") == []


def test_a_higher_base_is_served_first_until_the_other_has_aged():
    floor = Floor(Queue("sales", "noodles", rate=1.0), Queue("vip", "noodles", rate=1.0, base=30.0))
    floor.agent("ann", ready=False)
    floor.arrive("old")
    floor.now += 20
    floor.arrive("vip", "vip")
    floor.now += 5
    floor.arrive("points", points=24.0)
    assert offers(floor.ready("ann")) == [("vip", "ann")]
    assert offers(floor.serve("vip", "ann")) == [("old", "ann")]
    floor.now += 20
    floor.arrive("late vip", "vip")
    assert offers(floor.serve("old", "ann")) == [("points", "ann")]
    assert offers(floor.serve("points", "ann")) == [("late vip", "ann")]


def test_rates_differ_and_the_fast_overtakes_with_time():
    floor = Floor(Queue("slow", "noodles", rate=1.0), Queue("fast", "noodles", rate=3.0))
    floor.agent("ann", ready=False)
    floor.arrive("slow 1", "slow")
    floor.now += 20
    floor.arrive("fast 1", "fast")
    floor.now += 5  # 25 points against 15
    assert offers(floor.ready("ann")) == [("slow 1", "ann")]
    floor.do(AgentPaused(floor.now, "ann", "tea"))
    floor.now += 6  # 31 against 33
    assert offers(floor.ready("ann")) == [("fast 1", "ann")]


def test_a_queue_that_does_not_age_keeps_its_points():
    floor = Floor(Queue("flat", "noodles", rate=0.0, base=50.0), Queue("ages", "noodles"))
    floor.agent("ann", ready=False)
    floor.arrive("ages", "ages")
    floor.now += 40
    floor.arrive("flat", "flat")
    assert offers(floor.ready("ann")) == [("flat", "ann")]
    floor.do(AgentPaused(floor.now, "ann", "tea"))
    floor.now += 11
    assert offers(floor.ready("ann")) == [("ages", "ann")]


def test_a_buyer_who_asks_for_a_free_agent_gets_that_one():
    floor = Floor()
    floor.agent("ann")
    floor.now += 1
    floor.agent("bob")
    assert offers(floor.arrive("c1", prefers="bob")) == [("c1", "bob")]


def test_a_buyer_waits_for_the_known_agent_so_long_and_then_keeps_the_place():
    floor = Floor(Queue("sales", "noodles", sticky_s=20))
    for name in ("ann", "bob"):
        floor.agent(name)
    floor.arrive("c1")
    floor.arrive("c2")
    floor.accept("c1", "ann")
    floor.accept("c2", "bob")
    floor.arrive("c3", prefers="bob")
    floor.now += 1
    floor.arrive("c4")
    assert offers(floor.serve("c1", "ann")) == [("c4", "ann")], "c3 waits for bob"
    floor.accept("c4", "ann")
    floor.arrive("c5")
    assert offers(floor.passes(19)) == []
    floor.finish("c4", "ann")
    assert offers(floor.wrapped_up("c4", "ann")) == [("c3", "ann")], "before c5"


def test_the_known_agent_takes_the_one_who_waits_for_them_first():
    floor = Floor(Queue("sales", "noodles", sticky_s=20))
    floor.agent("bob")
    floor.arrive("c0")
    floor.arrive("c1")
    floor.arrive("c2", prefers="bob")
    assert offers(floor.serve("c0", "bob")) == [("c2", "bob")]


@pytest.mark.parametrize("prefers", ["nobody", "out", "other"])
def test_an_agent_who_is_unknown_away_or_may_not_is_not_waited_for(prefers):
    floor = Floor(Queue("sales", "noodles", sticky_s=20))
    floor.agent("ann")
    floor.agent("out", ready=False)
    floor.agent("other", pool="teahouse")
    assert offers(floor.arrive("c1", prefers=prefers)) == [("c1", "ann")]


RINGS = (Step(20, Widen((Skill("tea"),))), Step(40, Widen(())))


def test_rings_ask_ever_more_people_and_the_place_is_kept():
    floor = Floor(Queue("tea", "noodles", (Skill("tea", 5),), recipe=RINGS))
    floor.agent("expert", ("tea", 9))
    floor.arrive("c0", "tea")
    floor.accept("c0", "expert")
    floor.arrive("c1", "tea")
    floor.agent("anyone")
    floor.agent("novice", ("tea", 1))
    floor.now += 10
    floor.arrive("c2", "tea")
    assert offers(floor.passes(9.9)) == []
    assert offers(floor.passes(0.1)) == [("c1", "novice")]
    assert offers(floor.passes(10)) == []
    floor.accept("c1", "novice")
    assert offers(floor.passes(20)) == [("c2", "anyone")]


def test_a_ring_that_nobody_stands_in_yet_is_not_no_agents():
    floor = Floor(Queue("tea", "noodles", (Skill("tea", 5),), recipe=RINGS))
    floor.agent("anyone")
    assert floor.arrive("c1", "tea") == []
    assert offers(floor.passes(40)) == [("c1", "anyone")]


def test_overflow_asks_the_other_queues_people_by_the_time_of_joining():
    over = Step(30, Overflow("help"))
    floor = Floor(
        Queue("tea", "noodles", (Skill("tea"),), recipe=(over,)),
        Queue("help", "noodles", (Skill("help"),)),
    )
    floor.agent("tess", ("tea",), ready=False)
    floor.agent("hal", ("help",))
    floor.arrive("h0", "help")
    floor.accept("h0", "hal")
    floor.arrive("t1", "tea")
    floor.now += 10
    floor.arrive("h1", "help")
    floor.passes(25)
    assert offers(floor.finish("h0", "hal") + floor.wrapped_up("h0", "hal")) == [("t1", "hal")]
    assert offers(floor.ready("tess")) == []


def test_overflow_into_another_sellers_queue_asks_no_people_of_that_seller():
    over = Step(30, Overflow("tea"))
    floor = Floor(Queue("sales", "noodles", recipe=(over,)), Queue("tea", "teahouse"))
    floor.agent("own", ready=False)
    floor.agent("tess", pool="teahouse")
    floor.arrive("c1")
    assert offers(floor.passes(100)) == []


def test_a_recipe_speaks_raises_and_offers_a_call_back_in_time():
    recipe = (
        Step(10, Play("please_wait")),
        Step(20, Raise(100.0)),
        Step(30, OfferCallBack()),
    )
    floor = Floor(Queue("sales", "noodles", recipe=recipe), Queue("vip", "noodles", base=50.0))
    floor.agent("ann", ready=False)
    floor.arrive("c1")
    floor.arrive("v1", "vip")
    assert floor.passes(10) == [Say("c1", "please_wait", 0.0)]
    floor.passes(10)
    assert floor.passes(10) == [ProposeCallBack("c1", 0.0)]
    assert offers(floor.ready("ann")) == [("c1", "ann")], "raised above the vip"


def test_a_call_back_keeps_the_place_and_outlives_the_wait_on_the_line():
    floor = Floor(Queue("sales", "noodles", wait_s_max=60))
    floor.agent("ann", ready=False)
    floor.arrive("c1")
    floor.now += 10
    floor.arrive("c2")
    floor.do(CallBackTaken(floor.now, "c1", "voice"))
    assert floor.passes(61) == [Leave("c2", Exit.TIME_OUT)]
    floor.arrive("c3")
    assert floor.ready("ann") == [Offer("c1", "ann", "sales", floor.now + 15, "voice")]
    assert offers(floor.serve("c1", "ann")) == [("c3", "ann")]


def test_who_wants_to_be_called_back_as_it_rings_is_called_by_who_answers():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    assert floor.do(CallBackTaken(floor.now, "c1", "voice")) == []
    assert floor.router.tickets["c1"].call_back == "voice"
    floor.accept("c1", "ann")
    floor.do(CallBackTaken(floor.now, "c1", "sms"))
    assert floor.router.tickets["c1"].call_back == "voice", "whoever is served is served"


def test_who_wants_to_be_texted_as_it_rings_is_offered_anew_under_another_name():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    decisions = floor.do(CallBackTaken(floor.now, "c1", "sms", "t1"))
    assert decisions == [
        Withdraw("c1", "ann", ""),
        Offer("t1", "ann", "sales", floor.now + 15, "sms"),
    ]
    assert floor.router.agent_measure("ann").contacts == (("t1", "offered"),)


def test_a_call_back_that_nobody_makes_ends_at_the_longest_wait_there_is():
    floor = Floor()
    floor.agent("ann", ready=False)
    floor.arrive("c1")
    floor.do(CallBackTaken(floor.now, "c1", "sms"))
    assert floor.passes(WAIT_S_MAX - 1) == []
    assert floor.passes(1) == [Leave("c1", Exit.TIME_OUT)]


def test_the_wait_told_is_what_the_last_answered_had_waited():
    floor = Floor(Queue("sales", "noodles", recipe=(Step(5, Play("wait")),)))
    floor.agent("ann")
    assert floor.router.estimate_s("sales") == 0
    floor.arrive("c0")
    floor.accept("c0", "ann")
    floor.arrive("c1")
    floor.passes(40)
    floor.finish("c0", "ann")
    floor.wrapped_up("c0", "ann")
    floor.accept("c1", "ann")
    assert floor.router.estimate_s("sales") == 40
    floor.arrive("c2")
    assert floor.passes(5) == [Say("c2", "wait", 35.0)]
    floor.passes(60)
    assert floor.router.estimate_s("sales") == 65, "the first in line has waited longer by now"


def test_a_contact_handed_on_keeps_the_place_of_its_first_queue():
    floor = Floor(Queue("sales", "noodles"), Queue("help", "noodles"))
    floor.agent("ann")
    began = floor.now
    floor.arrive("c1")
    floor.accept("c1", "ann")
    floor.now += 10
    floor.arrive("c2", "help")
    floor.finish("c1", "ann")
    floor.now += 5
    floor.arrive("c1/2", "help", since=began)
    assert offers(floor.wrapped_up("c1", "ann")) == [("c1/2", "ann")]
