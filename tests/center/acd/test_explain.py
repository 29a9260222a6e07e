"""A decision is told in words: who was considered, in what order, and why this one."""

from center.acd.agent import Skill
from center.acd.events import (
    AgentPaused,
    CallBackTaken,
    ContactLeft,
    ContractEnded,
    ContractSet,
    OfferDeclined,
)
from center.acd.explain import SHOWN_MAX, explain
from center.acd.queue import Choice, Queue
from center.acd.recipe import Overflow, Raise, Step, Widen
from tests.center.acd.floor import Floor


def told(floor, contact):
    return "\n".join(explain(floor.events, contact))


def test_a_contact_that_never_came_has_no_story():
    assert told(Floor(), "nobody") == ""


def test_who_is_free_is_named_in_order_and_who_is_not_with_the_reason():
    floor = Floor(Queue("tea", "noodles", (Skill("tea", 5),)))
    floor.agent("ann", ("tea", 9))
    floor.now += 10
    floor.agent("bob", ("tea", 5))
    floor.agent("cat", ("tea", 4))
    floor.agent("dan", ("tea", 9), pool="north")
    floor.agent("eve", ("tea", 7), ready=False)
    floor.do(AgentPaused(floor.now, "eve", "lunch"))
    floor.now += 5
    floor.arrive("c1", "tea")
    assert told(floor, "c1") == (
        "00:16:55 c1 joins tea of noodles by voice. The queue asks for tea 5; the priority is 0 points and 1 more a second.\n"
        "00:16:55 offered to ann.\n"
        "  Free and able, in the order in which they are asked (fewest conversations, then longest idle):\n"
        "    1. ann: idle for 15.0 s\n"
        "    2. bob: idle for 5.0 s\n"
        "  Able, and not free:\n"
        "    eve: not ready: lunch\n"
        "  Not able:\n"
        "    cat: has tea 4, and 5 is asked for\n"
        "    dan: works for north, which has no contract with noodles\n"
        "  Why ann: the first of 2 in that order."
    )


def test_who_waited_is_told_with_points_beside_the_next():
    floor = Floor(Queue("sales", "noodles"), Queue("vip", "noodles", base=30.0))
    floor.agent("ann", ready=False)
    floor.arrive("old")
    floor.now += 20
    floor.arrive("vip", "vip")
    floor.now += 5
    floor.ready("ann")
    text = told(floor, "vip")
    assert (
        "Why ann: ann became free, and of 2 who waited and whom ann may serve vip came first, with 35.0 points;"
        " next was old with 25.0." in text
    )
    floor.serve("vip", "ann")
    text = told(floor, "old")
    assert "nobody else was waiting whom ann may serve" in text


def test_the_whole_way_is_told_with_rings_offers_and_exits():
    steps = (Step(20, Widen((Skill("tea"),))), Step(30, Raise(5.0)), Step(40, Overflow("help")))
    floor = Floor(
        Queue("tea", "noodles", (Skill("tea", 5),), recipe=steps, wait_s_max=90),
        Queue("help", "noodles"),
    )
    floor.agent("expert", ("tea", 9))
    floor.arrive("c1", "tea")
    floor.do(OfferDeclined(floor.now, "c1", "expert"))
    floor.agent("novice", ("tea", 1))
    floor.passes(20)
    floor.accept("c1", "novice")
    floor.finish("c1", "novice")
    text = told(floor, "c1")
    for line in (
        "taken back from expert: expert is not ready now: declined.",
        "after 20 s those with tea 1 are asked as well.",
        "offered to novice.",
        "1. novice: idle for 20.0 s, ring 2",
        "expert: not ready: declined",
        "Why novice: nobody else was free.",
        "novice answers, 20.0 s after it joined.",
        "novice ends the talk.",
    ):
        assert line in text
    floor.passes(30)
    assert "the time to write it up is over for novice." in told(floor, "c1")
    floor.ready("expert")
    floor.arrive("c0", "tea")
    floor.serve("c0", "expert")
    assert "expert is done with it." in told(floor, "c0")
    floor.arrive("c2", "tea")
    floor.do(CallBackTaken(floor.now, "c2", "sms"))
    floor.do(ContactLeft(floor.now, "c2"))
    assert "will be reached by sms." in told(floor, "c2")
    assert "the buyer is gone." in told(floor, "c2")
    floor.arrive("c3", "tea")
    floor.passes(90)
    text = told(floor, "c3")
    assert "raised by 5 points" in text
    assert "those who serve help are asked as well" in text
    assert "leaves the queue by `time-out`: waited as long as one may." in text


def test_exits_at_the_door_say_why():
    floor = Floor(Queue("sales", "noodles", waiting_max=0))
    floor.arrive("c1")
    assert "`no agents`: nobody is signed in" in told(floor, "c1")
    floor.agent("ann", ready=False)
    floor.arrive("c2")
    assert "`busy`: as many wait as may (0)." in told(floor, "c2")


def test_an_agent_who_was_asked_for_and_the_least_occupied_are_told_as_such():
    floor = Floor(Queue("sales", "noodles", choice=Choice.LEAST_OCCUPIED, sticky_s=20))
    floor.agent("ann")
    floor.agent("bob", sms_slots=0)
    floor.arrive("c1", prefers="bob")
    text = told(floor, "c1")
    assert "It asks for bob, and may wait 20 s for them." in text
    assert "then least occupied" in text
    assert "occupied 0% of late" in text
    assert "Why bob: the buyer asked for bob, who was free." in text
    floor.arrive("t1", channel="sms")
    floor.arrive("t2", channel="sms")
    assert "bob: takes no contacts by sms" in told(floor, "t1")
    assert "idle" not in told(floor, "t2")
    assert "1 at hand" in told(floor, "t2")


def test_a_large_floor_is_told_by_count():
    floor = Floor()
    for n in range(SHOWN_MAX + 5):
        floor.agent(f"a{n:02}")
    floor.arrive("c1")
    assert "    and 5 more\n" in told(floor, "c1")


def test_an_offer_taken_back_with_the_contract_says_so():
    floor = Floor()
    floor.do(ContractSet(floor.now, "north", "noodles"))
    floor.agent("ann", pool="north")
    floor.agent("bob")
    floor.arrive("c1")
    floor.do(ContractEnded(floor.now, "north", "noodles"))
    text = told(floor, "c1")
    assert "taken back from ann: the contract of north with noodles has ended." in text
    assert text.index("taken back from ann") < text.index("offered to bob")
    assert "Why bob: nobody else was free." in text
