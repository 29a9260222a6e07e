"""A plan has as many boards as it needs, and says what it costs to fail."""

import msgspec
import pytest

from center.uap.busy_hour import GROUPS_MAX, Traffic
from center.uap.models import model
from center.uap.plan import make_plan, streams_of
from center.uap.sizing import Boards, option
from center.uap.traffic import blocking

PLAN = make_plan(Traffic())


def test_every_platform_refuses_no_more_than_may_be_refused():
    assert {one.platform.model.name for one in PLAN.options} == {"UAP2100", "UAP3300", "UAP8100"}
    for one in PLAN.options:
        assert one.blocking.worst <= PLAN.traffic.blocked_max
        assert one.seats_blocked <= 0.001
        assert one.conference_blocked <= 0.001


def test_the_cheapest_comes_first_and_costs_lie_in_their_ranges():
    costs = [one.platform.cost() for one in PLAN.options]
    assert costs == sorted(costs, key=lambda cost: cost[1])
    assert all(low < value < high for low, value, high in costs)


@pytest.mark.parametrize("kind", ["MSU", "SRU"])
def test_without_spares_and_one_board_fewer_too_many_are_refused(kind):
    traffic = Traffic(speech_share=0.5)
    streams = streams_of(traffic, PLAN.groups[1].waiting)
    found = option(traffic, streams, model("UAP2100")).platform
    just = {name: count - 1 for name, count in found.boards.items()}
    assert blocking(streams, Boards(found.model, just, 1, {}).units).worst <= traffic.blocked_max
    fewer = Boards(found.model, {**just, kind: just[kind] - 1}, 1, {})
    assert blocking(streams, fewer.units).worst > traffic.blocked_max


def test_boards_fit_their_chassis_and_the_standby_is_like_the_fullest():
    for one in PLAN.options:
        platform = one.platform
        slots = platform.model.open_slots
        assert sum(platform.boards.values()) <= platform.chassis * slots
        assert sum(platform.boards.values()) > (platform.chassis - 1) * slots
        for kind, count in platform.boards.items():
            assert platform.standby[kind] * platform.chassis >= count


def test_one_board_that_fails_is_borne_and_a_chassis_is_not_until_the_standby_is_up():
    for one in PLAN.options:
        told = {what.what: what for what in one.what_if}
        for kind in one.platform.boards:
            assert told[f"one {kind} fails"].blocked <= PLAN.traffic.blocked_max
        assert told["one MSU fails"].calls_lost > 0
        assert told["one GPU fails"].seats_lost > 0
        at_once, after = (w for name, w in told.items() if name.startswith("a chassis fails"))
        assert at_once.blocked > after.blocked == one.blocking.worst
        assert at_once.calls_lost > 0


def test_pools_need_fewer_agents_than_sellers_one_by_one_and_answer_sooner():
    alone, pools, whole = PLAN.groups
    assert (
        alone.needed > 2 * pools.needed > 2 * whole.needed > 2 * PLAN.traffic.people_erlangs * 0.9
    )
    assert alone.answered_within < 0.6 < 0.99 < pools.answered_within <= whole.answered_within
    assert alone.agents == pools.agents == whole.agents == 48_000


def test_sellers_whom_nobody_works_for_lose_all_who_want_a_person():
    plan = make_plan(Traffic(sellers=10, agents=4, at_work=1.0, pools=1, calls_an_hour=10))
    alone = plan.groups[0]
    assert alone.waiting.abandon_probability > 0.6
    assert alone.needed == 10


def test_e1_access_takes_trunks_beside_media():
    plan = make_plan(Traffic(access="e1", fax_share=0.01))
    assert plan.options[0].platform.boards["CIU"] > 1
    assert {stream.kind.name for stream in plan.streams} >= {"fax"}


def test_a_shop_of_one_gets_the_smallest_platform():
    plan = make_plan(Traffic(sellers=1, agents=2, pools=1, calls_an_hour=20))
    assert plan.options[0].platform.model.name == "UAP2100"
    assert plan.options[0].platform.chassis == 2


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"at_work": 1.5}, "at_work is a share"),
        ({"talk_s": 0}, "talk_s is a number above 0"),
        ({"wrap_up_s": -1}, "wrap_up_s"),
        ({"speech_share": 0.7, "fax_share": 0.7}, "shares of the same calls"),
        ({"blocked_max": 0}, "blocked_max"),
        ({"access": "isdn"}, "access is sip or e1"),
        ({"sellers": GROUPS_MAX + 1}, "1 to 1000000"),
        ({"agents": 10}, "at least an agent a pool"),
        ({"agent": 10}, "unknown field `agent`"),
    ],
)
def test_traffic_that_is_none_is_told_what_to_write(changed, told):
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert(changed, Traffic)
