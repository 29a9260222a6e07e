"""How queues are set: by their full name, by the flow's name for them, or by default."""

from center.acd.queue import Queue
from center.acd.recipe import Overflow, Step
from center.desk.queues import RECIPE, Queues
from tests.center.desk.house import BUYER, OTHER, Clock, House

QUEUES = Queues(
    {
        "noodles/sales": Queue("", "", waiting_max=1),
        "sales": Queue("", "", waiting_max=2, recipe=(Step(5.0, Overflow("help")),)),
        "*": Queue("", "", waiting_max=3),
    }
)


def test_the_nearest_name_decides():
    found = [QUEUES.queue(*name) for name in (("noodles", "sales"), ("tea", "sales"), ("tea", "x"))]

    assert [queue.waiting_max for queue in found] == [1, 2, 3]
    assert [queue.name for queue in found] == ["noodles/sales", "tea/sales", "tea/x"]
    assert Queues().queue("tea", "x") == Queue("tea/x", "tea", recipe=RECIPE)


def test_an_overflow_stays_with_the_seller_and_is_opened_with_its_queue():
    help_, sales = QUEUES.with_overflows("tea", "sales")

    assert (help_.name, sales.recipe) == ("tea/help", (Step(5.0, Overflow("tea/help")),))


def test_what_is_set_otherwise_at_the_next_start_holds_for_who_waits(store, journal):
    house = House(store, journal, Clock(), Queues({"sales": Queue("", "", wait_s_max=60)}))
    house.sits("li", ready=False)
    house.texts("人工")
    restarted = House(store, journal, house.clock, Queues({"sales": Queue("", "", wait_s_max=5)}))
    restarted.clock.passes(6)

    assert house.outbox(BUYER)[-1] == "再见"


def test_a_buyer_waits_for_who_served_them_last_where_that_is_set(store, journal):
    house = House(store, journal, Clock(), Queues({"sales": Queue("", "", sticky_s=100)}))
    li = house.sits("li")
    house.texts("人工")
    house.does(house.floor.finish, "li", house.answers(li, "li"))
    wang = house.sits("wang")
    house.clock.passes(60)
    house.does(house.floor.not_ready, "li", "tea")
    house.does(house.floor.ready, "li")
    li.take()
    house.texts("人工")
    house.texts("人工", buyer=OTHER)

    (offered,) = [told[1] for told in li.take() if told[0] == "offered"]
    assert BUYER in offered, "though wang has been idle for longer"
    assert [told[0] for told in wang.take()] == ["offered"]
