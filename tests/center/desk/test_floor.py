"""The floor that agents work on: what they ask for, and what is refused."""

from __future__ import annotations

import pytest

from center.desk.card import BasketLine
from center.desk.desk import RefusedError
from tests.center.desk.house import Desk, House, Voice


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
    view = house.floor.view()

    (queue,) = view.queues
    assert (queue.waiting, queue.talking, queue.ready, queue.service_level) == (0, 1, 1, 1.0)
    assert [(a.agent, a.presence, len(a.contacts)) for a in view.agents] == [
        ("li", "ready", 1),
        ("wang", "not ready", 0),
    ]
