"""What a supervisor sees and hears: by the pool that employs them."""

from __future__ import annotations

import msgspec
import pytest

from center.acd.agent import Agent
from center.desk.desk import RefusedError
from center.desk.person import HOUSE
from tests.center.desk.house import BUYER, OTHER, House, Voice

LEADS = {"boss": HOUSE, "tea-boss": "tea-desk", "shop-boss": "shop", "rival-boss": "other-pool"}


@pytest.fixture
def floor(house: House) -> House:
    """Li of the house has a buyer; mei is of a partner's pool under contract, rival of one that is not."""
    house.switchboard.contract("tea-desk", "shop")
    people = {**LEADS, "mei": "tea-desk", "rival": "other-pool"}
    for name, pool in people.items():
        house.switchboard.set_agent(Agent(name, pool))
    house.clock.passes()
    desk = house.sits("li")
    house.texts("人工")
    house.answers(desk, "li")
    house.sits("mei"), house.sits("rival")
    return house


@pytest.mark.parametrize(
    ("supervisor", "queues", "agents"),
    [
        ("boss", ["shop/sales"], ["li", "mei", "rival"]),
        ("tea-boss", ["shop/sales"], ["mei"]),
        ("shop-boss", ["shop/sales"], []),
        ("rival-boss", [], ["rival"]),
        ("entered-a-moment-ago", [], []),
    ],
)
def test_a_supervisor_sees_as_far_as_their_pool_goes(floor: House, supervisor, queues, agents):
    view = floor.floor.view(supervisor)
    assert [queue.queue for queue in view.queues] == queues
    assert [agent.agent for agent in view.agents] == agents


def test_partners_of_one_seller_see_who_waits_and_nothing_of_each_others_work(floor: House):
    floor.switchboard.contract("other-pool", "shop")
    floor.does(floor.floor.not_ready, "mei", "tea")
    rival = floor.sits("rival")
    floor.texts("人工", buyer=OTHER)
    floor.answers(rival, "rival")
    whole, of_house, tea, other = (
        floor.floor.view(name).queues[0] for name in ("shop-boss", "boss", "tea-boss", "rival-boss")
    )

    assert whole == of_house
    assert (whole.talking, whole.service_level, whole.abandoned, whole.turned_away) == (2, 1, 0, 0)
    assert (tea.talking, tea.service_level, tea.mean_wait_s) == (0, None, None)
    assert (whole.ready_calls, whole.ready_texts, tea.ready_texts) == (2, 2, 0)
    assert (other.talking, other.service_level) == (1, 1)
    for share in (tea, other):
        assert (share.abandoned, share.abandonment, share.turned_away) == (None, None, None)
        assert (share.is_share, share.waiting, share.not_answered) == (True, whole.waiting, 0)


def test_a_contract_that_comes_shows_the_queue(floor: House):
    floor.switchboard.contract("other-pool", "shop")
    floor.clock.passes()
    assert [queue.queue for queue in floor.floor.view("rival-boss").queues] == ["shop/sales"]
    assert [agent.agent for agent in floor.floor.view("rival-boss").agents] == ["rival"]


@pytest.mark.parametrize("supervisor", LEADS)
def test_no_picture_of_the_floor_holds_a_buyers_number(floor: House, supervisor):
    assert BUYER.encode() not in msgspec.json.encode(floor.floor.view(supervisor))


@pytest.mark.parametrize("mode", ["monitor", "whisper", "barge-in"])
@pytest.mark.parametrize(
    ("supervisor", "agent", "may"),
    [
        ("boss", "li", True),
        ("boss", "mei", True),
        ("tea-boss", "mei", True),
        ("tea-boss", "li", False),
        ("shop-boss", "li", False),
        ("rival-boss", "li", False),
        ("rival-boss", "mei", False),
        ("rival-boss", "nobody", False),
        ("entered-a-moment-ago", "li", False),
    ],
)
def test_nobody_hears_another_pools_people(floor: House, supervisor, agent, may, mode):
    floor.switchboard.voice = voice = Voice()
    voice.calls = {"li": "a call", "mei": "a call"}
    if may:
        floor.floor.listen(supervisor, "ear 1", agent, mode, print)
        assert voice.take() == [("listen", "ear 1", "a call", mode)]
    else:
        with pytest.raises(RefusedError, match=f"you lead nobody called {agent}"):
            floor.floor.listen(supervisor, "ear 1", agent, mode, print)
        assert voice.take() == []
