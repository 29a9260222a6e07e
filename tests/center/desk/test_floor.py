"""The floor that agents work on: what they ask for, and what is refused."""

from __future__ import annotations

import inspect

import pytest

from center.acd.agent import Agent
from center.desk.card import BasketLine
from center.desk.desk import RefusedError
from center.desk.floor import Floor
from flows.inputs import Keys, Opened
from tests.center.desk.house import BUYER, OTHER, Desk, House, Voice

DEEDS = {
    "accept": (),
    "decline": (),
    "write": ("你好",),
    "basket": ([BasketLine("1", 1)],),
    "order": ("文三路1号",),
    "hold": (),
    "resume": (),
    "keys": ("1",),
    "transfer": ("queue", "sales"),
    "invite": ("wang",),
    "call_again": (),
    "phone": (),
    "hang_up": (),
    "colleagues": (),
    "finish": (),
    "wrap_up": ("other", ""),
    "recording": ("123456",),
}
"""Everything a desk can ask for a contact, with what goes with it."""
CALL = f"shop/{BUYER}/voice/1/2"


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        (lambda floor, at: floor.order("li", at, " "), "address"),
        (lambda floor, at: floor.basket("li", at, [BasketLine("9", 1)]), "no product 9"),
        (lambda floor, at: floor.basket("li", at, [BasketLine("1", 0)]), "one or more"),
        (lambda floor, at: floor.hold("li", at), "no call"),
        (lambda floor, at: floor.transfer("li", at, "queue", "nobody"), "there are: sales"),
        (lambda floor, at: floor.transfer("li", at, "agent", "wang"), "takes nobody"),
        (lambda floor, at: floor.transfer("li", at, "step", "nowhere"), "no step nowhere"),
        (lambda floor, at: floor.finish("wang", at), "not with you"),
        (lambda floor, at: floor.wrap_up("li", at, "other", ""), "not with you"),
        (lambda floor, at: floor.sign_in("nobody", Desk()), "dialcart people add"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_could(house: House, deed, why):
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")

    with pytest.raises(RefusedError, match=why):
        deed(house.floor, contact)


def test_a_declined_offer_pauses_who_declined(house: House):
    desk = house.sits("li")
    house.texts("人工")
    contact = desk.take()[0][1]
    house.does(house.floor.decline, "li", contact)

    assert desk.take() == [("presence", "not ready", "declined"), ("withdrawn", contact)]


def test_an_agent_hears_the_address_that_the_buyer_left_in_their_own_voice(house: House):
    house.switchboard.voice = voice = Voice()
    voice.recordings = ["123456", "654321"]
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.does(house.floor.basket, "li", contact, [BasketLine("1", 1)])
    house.does(house.floor.order, "li", contact, "录音123456")

    assert [one.id for one in desk.cards[contact].recordings] == ["123456"]
    assert house.floor.recording("li", contact, "123456") == b"RIFF"
    with pytest.raises(RefusedError, match="not of a buyer at this desk"):
        house.floor.recording("li", contact, "654321")
    with pytest.raises(RefusedError, match="not of a buyer at this desk"):
        house.floor.recording("wang", contact, "123456")


def test_a_supervisor_sees_queues_and_agents(house: House):
    desk = house.sits("li")
    house.sits("wang", ready=False)
    house.texts("人工")
    house.answers(desk, "li")
    house.clock.passes(30)
    view = house.floor.view("wang")

    (queue,) = view.queues
    assert (queue.waiting, queue.talking, queue.service_level) == (0, 1, 1.0)
    assert (queue.ready_calls, queue.ready_texts) == (1, 1), "li has room for a call and a text"
    assert [(a.agent, a.presence, a.contacts) for a in view.agents] == [
        ("li", "ready", 1),
        ("wang", "not ready", 0),
    ]


def test_a_supervisor_sees_who_lets_it_ring(house: House):
    house.sits("li")
    wang = house.sits("wang")
    house.texts("人工")
    house.clock.passes(16)
    house.does(house.floor.decline, "wang", next(iter(wang.cards)))
    house.does(house.floor.ready, "li")
    house.does(house.floor.ready, "wang")
    wang.take()
    house.texts("人工", buyer=OTHER)
    house.answers(wang, "wang")
    view = house.floor.view("li")

    assert view.queues[0].not_answered == 2
    assert {a.agent: (a.answered, a.not_answered) for a in view.agents} == {
        "li": (0, 1),
        "wang": (1, 1),
    }
    restarted = House(house.store, house.journal, house.clock)
    assert restarted.floor.view("li").agents == view.agents
    assert "".join(a.agent for a in house.floor.view("li", "AN").agents) == "wang"
    assert (view.agents_here, view.queues_in_use) == (2, 1)


def test_a_supervisor_sees_who_writes_up(house: House):
    desk = house.sits("li")
    house.texts("人工")
    house.does(house.floor.finish, "li", house.answers(desk, "li"))
    view = house.floor.view("wang")

    assert [(a.agent, a.contacts, a.writing_up) for a in view.agents] == [("li", 1, 1)]


def test_the_deeds_below_are_all_there_are():
    of_contact = {
        name
        for name, method in inspect.getmembers(Floor, inspect.isfunction)
        if "contact" in inspect.signature(method).parameters and not name.startswith("_")
    }
    assert of_contact == set(DEEDS)


@pytest.mark.parametrize("stranger", ["eve", "entered-a-moment-ago"])
@pytest.mark.parametrize("slot", ["offered", "busy", "wrap-up"])
@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_who_guesses_the_name_of_another_pools_contact_is_refused(
    house: House, channel, slot, stranger
):
    house.switchboard.voice = voice = Voice()
    voice.recordings = ["123456"]
    voice.up.add(CALL)
    house.switchboard.set_agent(Agent("eve", "strangers"))
    house.clock.passes()
    eve = house.sits("eve")
    desk = house.sits("li")
    if channel == "voice":
        house.gives(Opened())
        house.gives(Keys("0"))
    else:
        house.texts("人工")
    contact = desk.take()[0][1] if slot == "offered" else house.answers(desk, "li")
    if slot == "wrap-up":
        house.does(house.floor.finish, "li", contact)
    desk.take(), voice.take()
    before = house.switchboard.kept.recorded

    others = [("transfer", ("agent", "eve")), ("transfer", ("outside", "95588"))]
    for deed, given in (*DEEDS.items(), *others):
        with pytest.raises(RefusedError, match=r"not with you any more|not of a buyer at this"):
            getattr(house.floor, deed)(stranger, contact, *given)
    house.clock.passes()
    assert (desk.take(), eve.take(), voice.take()) == ([], [], [])
    assert house.switchboard.kept.recorded == before


def test_who_is_entered_a_moment_ago_takes_nothing_from_others(house: House):
    """The router raises at a name that it does not know, and what was gathered with it would be lost."""
    desk = house.sits("li", ready=False)
    house.floor.ready("li")
    for asks in (
        lambda: house.floor.ready("entered-a-moment-ago"),
        lambda: house.floor.not_ready("entered-a-moment-ago", "lunch"),
    ):
        with pytest.raises(RefusedError, match="dialcart people add"):
            asks()
    house.clock.passes()
    assert desk.take() == [("presence", "ready", "")]
