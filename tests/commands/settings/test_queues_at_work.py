"""`[[queue]]` at work: what a settings file says of queues decides who rings for whom, and what buyers are told.

The file is read as `dialcart serve` reads it; flow, turn batch, router, journal and desks are the real ones, on a clock that a
test moves. Each way is told by `acd explain` from the journal as well.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from center.acd.agent import Agent
from center.acd.events import ContactArrived
from center.acd.explain import explain
from center.acd.journal import decode
from center.desk.person import HOUSE
from commands.settings.queues import queues_of, skill_of
from commands.settings.reading import read_settings
from commands.settings.schema import Config
from flows.inputs import Keys, Opened
from store.journal import SqliteJournal
from store.memory import MemoryStore
from tests.center.desk.house import Clock, Desk, House
from tests.flows.shops import NOON, ORDER, SHOP, program_of

FLOW_HEAD = SHOP.replace("anywhere\n", "anywhere\n  投诉 -> complaint\n    en: complaint\n")
STEPS = """
step complaint
  hand over to complaints
    when closed -> shut
    when busy -> full
    when timeout -> late

step shut
  say 没有人
    en: Nobody
  goodbye

step full
  say 人太多
    en: Too many
  goodbye

step late
  say 太久了
    en: Too long
  goodbye
"""
FIRST, SECOND, THIRD, FOURTH = (f"1380013800{n}" for n in range(1, 5))
Open = Callable[..., House]


@pytest.fixture
def opened(tmp_path: Path):
    """Opens a shop with such settings and people, by name with their skills."""
    store = MemoryStore()
    store.publish("shop", program_of(ORDER + STEPS, FLOW_HEAD), NOON)
    journal = SqliteJournal(tmp_path / "floor")

    def open_with(settings: str, **skills: str) -> House:
        config = read_settings(settings.encode(), {})
        assert isinstance(config, Config), config
        house = House(store, journal, Clock(), queues_of(config.queue))
        for name, words in skills.items():
            agent = Agent(name, HOUSE, tuple(map(skill_of, words.split())), sms_slots=1)
            house.switchboard.set_agent(agent)
        house.clock.passes()
        return house

    yield open_with
    journal.close()


def rings(desk: Desk) -> list[str]:
    """Buyers for whom a desk rang since it was asked last, by number."""
    return [told[1].split("/")[1] for told in desk.take() if told[0] == "offered"]


def told(house: House, buyer: str) -> str:
    """What `dialcart acd explain` says of a buyer's first contact."""
    records = [decode(record) for record in house.journal.records()]
    came = (one.contact for one in records if isinstance(one, ContactArrived))
    return "\n".join(explain(records, next(name for name in came if buyer in name)))


def test_the_least_level_of_a_skill_decides_who_may_be_asked(opened: Open):
    house = opened('[[queue]]\nname = "sales"\nrequires = ["tea=3"]', li="tea=2", wang="tea=3")
    li = house.sits("li")
    assert house.texts("人工", buyer=FIRST)[-1] == "再见", "nobody can, who is here"
    wang = house.sits("wang")
    house.texts("人工", buyer=SECOND)
    assert (rings(li), rings(wang)) == ([], [SECOND])
    assert "li: has tea 2, and 3 is asked for" in told(house, SECOND)


def test_points_and_rates_decide_who_is_served_first(opened: Open):
    house = opened(
        '[[queue]]\nname = "complaints"\nbase = 60\nrate = 0\n'
        '[[queue]]\nname = "sales"\nrate = 2\nwrap_up_s = 0',
        li="",
    )
    li = house.sits("li", ready=False)
    house.texts("人工", buyer=FIRST)
    house.clock.passes(20)
    house.texts("投诉", buyer=SECOND)
    house.texts("人工", buyer=THIRD)
    house.does(house.floor.ready, "li")
    assert rings(li) == [SECOND], "60 points, against 40 for 20 s"
    house.does(house.floor.decline, "li", next(iter(li.cards)))
    house.clock.passes(12)
    house.does(house.floor.ready, "li")
    assert rings(li) == [FIRST], "64 points by now"
    assert "li became free, and of 3 who waited" in told(house, FIRST)


def test_the_least_occupied_is_asked_where_that_is_set(opened: Open):
    house = opened(
        '[[queue]]\nname = "complaints"\nchoice = "least occupied"\n'
        '[[queue]]\nname = "sales"\nwrap_up_s = 0',
        li="",
        wang="",
    )
    li = house.sits("li")
    house.texts("人工", buyer=FIRST)
    contact = house.answers(li, "li")
    house.clock.passes(60)
    house.does(house.floor.finish, "li", contact)
    house.clock.passes(10)
    wang = house.sits("wang")
    house.texts("投诉", buyer=SECOND)
    assert (rings(li), rings(wang)) == ([], [SECOND]), "li is idle for longer, and was busy of late"
    assert "li: occupied" in told(house, SECOND)


def test_a_buyer_waits_for_who_served_them_only_so_long(opened: Open):
    house = opened('[[queue]]\nname = "*"\nsticky_s = 30\nwrap_up_s = 0', li="", wang="")
    li = house.sits("li")
    house.texts("人工", buyer=FIRST)
    house.does(house.floor.finish, "li", house.answers(li, "li"))
    house.texts("人工", buyer=SECOND)
    house.answers(li, "li")
    wang = house.sits("wang")
    house.texts("人工", buyer=FIRST)
    house.clock.passes(29)
    assert rings(wang) == []
    house.clock.passes(2)
    assert rings(wang) == [FIRST]


def test_rings_and_overflow_ask_more_people_and_keep_the_place(opened: Open):
    house = opened(
        '[[queue]]\nname = "sales"\nrequires = ["tea=5"]\n'
        '[[queue.step]]\nafter_s = 10\nask_also = ["tea=1"]\n'
        '[[queue.step]]\nafter_s = 20\noverflow = "complaints"\n'
        '[[queue]]\nname = "complaints"\nrequires = ["patience"]',
        expert="tea=9",
        novice="tea=1",
        zhao="patience",
    )
    expert, novice, zhao = (
        house.sits(name, ready=name == "zhao") for name in ("expert", "novice", "zhao")
    )
    house.texts("人工", buyer=FIRST)
    house.clock.passes(2)
    house.texts("人工", buyer=SECOND)
    house.clock.passes(5)
    house.does(house.floor.ready, "novice")
    assert (rings(novice), rings(zhao)) == ([], [])
    house.clock.passes(4)
    assert (rings(novice), rings(zhao)) == ([FIRST], [])
    house.does(house.floor.decline, "novice", next(iter(novice.cards)))
    house.clock.passes(9)
    assert (rings(zhao), rings(expert)) == ([FIRST], []), "in the old place, before the second"
    text = told(house, FIRST)
    assert "after 10 s those with tea 1 are asked as well" in text
    assert "after 20 s those who serve shop/complaints are asked as well" in text


def test_points_of_a_recipe_raise_who_waits(opened: Open):
    house = opened(
        '[[queue]]\nname = "sales"\n[[queue.step]]\nafter_s = 10\npoints = 100\n'
        '[[queue]]\nname = "complaints"\nbase = 50',
        li="",
    )
    li = house.sits("li", ready=False)
    house.texts("人工", buyer=FIRST)
    house.texts("投诉", buyer=SECOND)
    house.clock.passes(11)
    house.does(house.floor.ready, "li")
    assert rings(li) == [FIRST]
    assert "the priority is raised by 100 points" in told(house, FIRST)


def test_a_queues_limits_are_ways_of_the_flow(opened: Open):
    house = opened('[[queue]]\nname = "*"\nwaiting_max = 1\nwait_s_max = 40\nstep = []', li="")
    assert house.texts("投诉", buyer=FIRST)[-1] == "没有人"
    house.sits("li", ready=False)
    assert house.texts("投诉", buyer=SECOND) == []
    assert house.texts("投诉", buyer=THIRD)[-1] == "人太多"
    house.clock.passes(41)
    assert house.outbox(SECOND)[-1] == "太久了"
    for buyer, way in ((FIRST, "no agents"), (SECOND, "time-out"), (THIRD, "busy")):
        assert f"leaves the queue by `{way}`" in told(house, buyer)


def test_one_has_a_call_and_so_many_texts_at_a_time(opened: Open):
    house = opened('[[queue]]\nname = "*"\nwrap_up_s = 0')
    li = house.sits("li")
    for buyer in (FIRST, SECOND):
        house.gives(Opened(), buyer=buyer)
        house.gives(Keys("0"), buyer=buyer)
        house.texts("人工", buyer=buyer)
    house.texts("人工", buyer=THIRD)
    assert rings(li) == [FIRST, FIRST, SECOND], "a call and two texts"


def test_what_rings_in_vain_goes_on_and_its_agent_is_paused(opened: Open):
    house = opened('[[queue]]\nname = "*"\nanswer_s = 7', li="", wang="")
    li = house.sits("li")
    house.texts("人工", buyer=FIRST)
    wang = house.sits("wang")
    house.clock.passes(8)
    assert ("presence", "not ready", "no answer") in li.take()
    assert rings(wang) == [FIRST]
    assert "taken back from li: li is not ready now: no answer" in told(house, FIRST)
