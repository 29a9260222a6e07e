"""Stories of who is offered to whom, answered and written up."""

from center.acd.agent import Skill
from center.acd.decisions import Offer
from center.acd.events import (
    CallBackTaken,
    CallJoined,
    CallParted,
    ContactLeft,
    QueueSet,
)
from center.acd.queue import Choice, Queue
from tests.center.acd.floor import Floor, offers


def test_a_buyer_is_offered_to_a_free_agent_at_once():
    floor = Floor()
    floor.agent("ann")
    assert floor.arrive("c1") == [Offer("c1", "ann", "sales", floor.now + 15)]


def test_a_buyer_who_finds_nobody_free_waits_for_the_first_who_is():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    assert floor.arrive("c2") == []
    floor.now += 5
    assert offers(floor.serve("c1", "ann")) == [("c2", "ann")]


def test_wrap_up_ends_by_itself_and_no_call_comes_before():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    floor.arrive("c2")
    floor.accept("c1", "ann")
    assert floor.finish("c1", "ann") == []
    assert floor.router.agent_measure("ann").contacts == (("c1", "wrap-up"),)
    assert floor.passes(29.9) == []
    assert offers(floor.passes(0.1)) == [("c2", "ann")]


def test_the_hang_up_of_a_buyer_begins_wrap_up_too():
    floor = Floor(Queue("sales", "noodles", wrap_up_s=0))
    floor.agent("ann")
    floor.arrive("c1")
    floor.accept("c1", "ann")
    floor.arrive("c2")
    assert offers(floor.do(ContactLeft(floor.now, "c1"))) == [("c2", "ann")]


def test_the_longest_idle_is_asked():
    floor = Floor()
    floor.agent("ann")
    floor.now += 1
    floor.agent("bob")
    floor.now += 1
    assert offers(floor.arrive("c1")) == [("c1", "ann")]
    floor.serve("c1", "ann")
    assert offers(floor.arrive("c2")) == [("c2", "bob")]


def test_the_least_occupied_is_asked_though_another_is_idle_longer():
    floor = Floor(Queue("sales", "noodles", choice=Choice.LEAST_OCCUPIED))
    floor.agent("ann")
    floor.agent("bob")
    assert offers(floor.arrive("c1")) == [("c1", "ann")]
    floor.accept("c1", "ann")
    floor.now += 600
    floor.finish("c1", "ann")
    floor.wrapped_up("c1", "ann")
    floor.now += 1
    assert offers(floor.arrive("c2")) == [("c2", "bob")]
    floor.serve("c2", "bob")
    floor.now += 1
    assert offers(floor.arrive("c3")) == [("c3", "bob")], "bob was idle for less, but worked less"


def test_the_choice_of_a_queue_opened_later_knows_who_is_free():
    floor = Floor()
    floor.agent("ann")
    floor.do(QueueSet(floor.now, Queue("help", "noodles", choice=Choice.LEAST_OCCUPIED)))
    assert offers(floor.arrive("c1", "help")) == [("c1", "ann")]


def test_skills_are_asked_for_at_a_level():
    floor = Floor(Queue("tea", "noodles", (Skill("tea", 5), Skill("english"))))
    floor.agent("ann", ("tea", 9))
    floor.agent("bob", ("tea", 4), ("english", 9))
    floor.arrive("c0", "tea")
    floor.agent("cat", ("english", 1), ("tea", 5), ready=False)
    assert floor.arrive("c1", "tea") == [], "neither may take it, and cat is signed in"
    assert offers(floor.ready("cat")) == [("c1", "cat")]


def test_one_call_and_several_texts_at_a_time_the_least_laden_first():
    floor = Floor()
    floor.agent("ann", sms_slots=2)
    floor.now += 1
    floor.agent("bob", sms_slots=2)
    assert offers(floor.arrive("v1")) == [("v1", "ann")]
    assert offers(floor.arrive("t1", channel="sms")) == [("t1", "ann")]
    assert offers(floor.arrive("t2", channel="sms")) == [("t2", "bob")]
    assert offers(floor.arrive("t3", channel="sms")) == [("t3", "ann")]
    assert offers(floor.arrive("t4", channel="sms")) == [("t4", "bob")]
    assert floor.arrive("t5", channel="sms") == []
    assert offers(floor.arrive("v2")) == [("v2", "bob")]
    assert offers(floor.serve("t3", "ann")) == [("t5", "ann")]


def test_a_call_back_by_text_is_taken_beside_a_call():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    floor.accept("c1", "ann")
    floor.arrive("c2")
    decisions = floor.do(CallBackTaken(floor.now, "c2", "sms"))
    assert decisions == [Offer("c2", "ann", "sales", floor.now + 15, "sms")]


def test_an_agent_who_phones_a_buyer_that_writes_is_offered_no_call_until_it_is_over():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1", channel="sms")
    floor.accept("c1", "ann")
    floor.do(CallJoined(floor.now, "c1", "ann"))
    assert offers(floor.arrive("c2")) == []
    assert offers(floor.arrive("c3", channel="sms")) == [("c3", "ann")]
    assert offers(floor.do(CallParted(floor.now, "c1", "ann"))) == [("c2", "ann")]
    assert floor.router.tickets["c1"].slot == "busy"


def test_the_call_slot_is_free_again_when_the_talk_is_finished():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1", channel="sms")
    floor.accept("c1", "ann")
    floor.do(CallJoined(floor.now, "c1", "ann"))
    floor.arrive("c2")
    assert offers(floor.finish("c1", "ann")) == [("c2", "ann")]


def test_who_is_on_a_call_phones_nobody_besides():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    floor.arrive("c2", channel="sms")
    floor.accept("c1", "ann")
    floor.accept("c2", "ann")
    floor.do(CallJoined(floor.now, "c2", "ann"))
    floor.do(CallJoined(floor.now, "c1", "ann"))
    assert [floor.router.tickets[name].beside for name in ("c1", "c2")] == [(), ()]


def test_a_colleague_who_is_asked_in_is_offered_no_call_until_they_part_or_it_ends():
    floor = Floor()
    floor.agent("ann")
    floor.arrive("c1")
    floor.accept("c1", "ann")
    floor.agent("bob")
    floor.do(CallJoined(floor.now, "c1", "bob"))
    assert offers(floor.arrive("c2")) == []
    assert offers(floor.do(CallParted(floor.now, "c1", "bob"))) == [("c2", "bob")]
    floor.serve("c2", "bob")
    floor.do(CallJoined(floor.now, "c1", "bob"))
    floor.arrive("c3")
    assert offers(floor.finish("c1", "ann")) == [("c3", "bob")]
