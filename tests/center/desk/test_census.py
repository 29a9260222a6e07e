"""What a supervisor's picture is made of is counted as it changes, and is what a count of everything gives."""

from center.acd.agent import Agent
from center.desk.person import HOUSE
from center.desk.view import ROWS_MAX
from tests.center.desk.house import BUYER, OTHER, House, assert_counted_as_it_stands


def test_what_becomes_of_a_buyer_is_counted_on_the_way(house: House):
    house.sits("li")
    for words, seconds in (("人工", 0.1), ("有人吗？", 16), ("还在吗？", 600)):
        house.texts(words)
        house.clock.passes(seconds)
        assert_counted_as_it_stands(house)
    house.does(house.floor.ready, "li")
    house.texts("人工", buyer=OTHER)
    house.switchboard.set_agent(Agent("li", "shop", sms_slots=1))
    house.switchboard.set_agent(Agent("wang", "shop"))
    house.clock.passes()
    assert_counted_as_it_stands(house)
    assert [a.agent for a in house.floor.view("li").agents] == ["li"], "of the shop's own now"
    restarted = House(house.store, house.journal, house.clock)
    assert_counted_as_it_stands(restarted)


def test_a_picture_shows_so_many_and_counts_all(house: House):
    names = [f"agent {n:03}" for n in range(ROWS_MAX + 1)]
    for name in (*names, "boss"):
        house.switchboard.set_agent(Agent(name, HOUSE))
    house.clock.passes()
    assert house.floor.view("boss").agents_here == 0
    for name in reversed(names):
        house.sits(name, ready=False)
    view = house.floor.view("boss")
    assert [a.agent for a in view.agents] == names[:ROWS_MAX]
    assert view.agents_here == ROWS_MAX + 1
    assert [a.agent for a in house.floor.view("boss", "T 100").agents] == names[100:]
    house.does(house.floor.leave, names[0])
    assert [a.agent for a in house.floor.view("boss").agents] == names[1:]


def test_the_longest_wait_is_of_who_came_first_whoever_rang_meanwhile(house: House):
    li = house.sits("li")
    for buyer in ("13700137001", BUYER, OTHER):
        house.texts("人工", buyer=buyer)
        house.clock.passes(2)
    contacts = [told[1] for told in li.take() if told[0] == "offered"]
    assert len(contacts) == 2
    house.does(house.floor.accept, "li", contacts[1])
    house.does(house.floor.transfer, "li", contacts[1], "queue", "sales")
    house.clock.passes(3)
    house.does(house.floor.not_ready, "li", "break")
    (queue,) = house.floor.view("li").queues
    assert queue.waiting == 3
    assert 9 <= queue.longest_s < 10


def test_figures_are_those_of_the_day_and_who_waits_is_shown_over_midnight(house: House):
    li = house.sits("li")
    house.texts("人工")
    house.answers(li, "li")
    house.does(house.floor.not_ready, "li", "tea")
    house.texts("人工", buyer=OTHER)
    house.clock.passes(60)
    began = house.clock.now
    for _ in range(2):
        house.does(house.switchboard.begin_day, began)
        house.clock.passes(10)
    house.does(house.floor.not_ready, "li", "lunch")
    view = house.floor.view("li")
    (queue,), (agent,) = view.queues, view.agents
    assert began <= view.since < began + 1, "once a day"
    assert (queue.waiting, queue.talking, queue.service_level) == (1, 1, None)
    assert (agent.answered, agent.contacts, agent.occupancy) == (0, 1, 1.0)
    assert_counted_as_it_stands(house)
    house.clock.passes(600)
    house.texts("再见", buyer=OTHER)
    house.does(house.switchboard.begin_day, house.clock.now)
    assert house.floor.view("li").queues == ()
    assert_counted_as_it_stands(house)
    restarted = House(house.store, house.journal, house.clock)
    assert_counted_as_it_stands(restarted)
    assert restarted.floor.view("li").since == house.floor.view("li").since


def test_who_came_before_midnight_and_is_answered_after_it_is_shown(house: House):
    li = house.sits("li")
    house.texts("人工")
    house.does(house.switchboard.begin_day, house.clock.now)
    house.does(house.floor.finish, "li", house.answers(li, "li"))
    (queue,) = house.floor.view("li").queues
    assert (queue.waiting, queue.service_level) == (0, 1.0)
    assert_counted_as_it_stands(house)
