"""How queues are set: by their full name, by the flow's name for them, or by default."""

import pytest

from center.acd.journal import encode
from center.acd.queue import Queue
from center.acd.recipe import Overflow, Play, Step
from center.acd.snapshot import snapshot
from center.desk.queues import RECIPE, Queues
from flows.inputs import Keys, Opened
from store.journal import SqliteJournal
from tests.center.desk.house import BUYER, OTHER, Clock, House, Voice
from tests.flows.shops import NOON, ORDER, SHOP, program_of

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


def test_who_rang_at_a_kill_rings_at_the_next_when_the_first_does_not_answer(store, journal):
    house = House(store, journal, Clock(), Queues({"*": Queue("", "", answer_s=10, recipe=())}))
    house.sits("li")
    house.texts("人工")
    restarted = House(store, journal, house.clock, Queues({"*": Queue("", "", answer_s=10)}))
    li, wang = restarted.sits("li", ready=False), restarted.sits("wang")
    restarted.clock.passes(11)

    assert ("presence", "not ready", "no answer") in li.take()
    assert "offered" in [told[0] for told in wang.take()]
    restarted.does(restarted.floor.accept, "wang", next(iter(wang.cards)))
    assert ("stage", next(iter(wang.cards)), "talking") in wang.take()


OFFERS = """
# ok F102
step offers
  say 今天饺子买二送一。
    en: Dumplings: buy two, get three.
    voice: 饺子，买二送一。
  if buyer.has_last_order
    say 欢迎再来。
  goodbye
"""


@pytest.fixture
def house_with_offers(store, journal):
    store.publish("shop", program_of(ORDER + OFFERS, SHOP), NOON)
    recipe = (Step(5.0, Play("offers")), Step(10.0, Play("nowhere")))
    return House(store, journal, Clock(), Queues({"*": Queue("", "", recipe=recipe)}))


def test_who_writes_is_texted_what_a_step_of_the_flow_says_and_waits_on(
    house_with_offers: House, caplog: pytest.LogCaptureFixture
):
    house = house_with_offers
    desk = house.sits("li", ready=False)
    house.texts("人工")
    house.clock.passes(6)
    assert house.outbox(BUYER)[-1] == "今天饺子买二送一。"
    house.clock.passes(5)
    assert "客服正忙" in house.outbox(BUYER)[-1], "a step that the flow has not"
    assert caplog.messages == ["shop/sales: the flow has no step `nowhere` that says anything"]

    house.does(house.floor.ready, "li")
    assert "offered" in [told[0] for told in desk.take()]


def test_a_caller_hears_what_a_step_of_the_flow_says_on_calls(house_with_offers: House):
    house = house_with_offers
    house.switchboard.voice = voice = Voice()
    house.sits("li", ready=False)
    house.gives(Opened())
    house.gives(Keys("0"))
    house.clock.passes(11)
    told, wait = voice.take()

    assert told[::2] == ("tell", ["饺子，买二送一。"])
    assert (wait[0], wait[2]) == ("say", "agent_wait")


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


@pytest.mark.parametrize("is_short", [False, True])
def test_who_served_a_buyer_is_known_after_a_restart(store, journal, tmp_path, is_short):
    queues = Queues({"sales": Queue("", "", sticky_s=100, wrap_up_s=0)})
    house = House(store, journal, Clock(), queues)
    li = house.sits("li")
    house.texts("人工")
    house.does(house.floor.finish, "li", house.answers(li, "li"))
    short = SqliteJournal(tmp_path / "short")
    short.append([encode(record) for record in snapshot(house.switchboard.kept.router)])
    again = House(store, short if is_short else journal, house.clock, queues)
    wang = again.sits("wang")
    li = again.sits("li")
    again.texts("人工")
    assert [told[0] for told in li.take()] == ["offered"], "though wang has been idle for longer"
    assert wang.take() == []
    short.close()
