"""A plan has as many boards as it needs, and says what it costs to fail."""

import msgspec
import pytest

from center.uap.boards import Place
from center.uap.busy_hour import ERLANGS_MAX, GROUPS_MAX, Traffic
from center.uap.capacity import Capacity
from center.uap.models import model
from center.uap.plan import make_plan, streams_of
from center.uap.sizing import Boards, NoPlatformError, in_chassis, option
from center.uap.traffic import blocking
from tests.center.uap.tiny import TINY

PLAN = make_plan(Traffic())
LONGEST_S = 460.0
"""Of a call by the defaults: menu, patience, talk, after, fax."""


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
        for kind, count in platform.boards.items():
            assert platform.standby[kind] * platform.chassis >= count
        # It is a chassis like any: it has as many slots, and the same power.
        assert sum(platform.standby.values()) <= slots
        capacity = Capacity()
        capacity.add_chassis("s", platform.model, standby=True)
        kinds = [kind for kind, count in platform.standby.items() for _ in range(count)]
        for slot, kind in enumerate(kinds, 1):
            capacity.insert(Place("s", slot), kind, 0.0)


def test_one_board_that_fails_is_borne_and_a_chassis_is_not_until_the_standby_is_up():
    for one in PLAN.options:
        told = {what.what.format(board=what.board): what for what in one.what_if}
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
        ({"at_work": 1.5}, "at_work = 1.5: write a share from 0 to 1"),
        ({"talk_s": 0}, "talk_s = 0.0: write seconds from 0.1 to 86,400"),
        ({"wrap_up_s": -1}, "wrap_up_s = -1.0: write seconds from 0 to 86,400"),
        ({"speech_share": 0.7, "fax_share": 0.7}, "shares of the same calls: write two"),
        ({"blocked_max": 0}, "blocked_max = 0.0: write a share from 1e-05"),
        ({"access": "isdn"}, "access = 'isdn': write sip or e1"),
        (
            {"sellers": GROUPS_MAX + 1},
            "sellers = 1,000,001: write a whole number from 1 to 1,000,000",
        ),
        ({"sellers": -1}, "sellers = -1: write a whole number from 1"),
        (
            {"calls_an_hour": float("nan")},
            "calls_an_hour = nan: write a number from 1 to 100,000,000",
        ),
        ({"calls_an_hour": 1e300}, "calls_an_hour = 1e[+]300: write"),
        ({"calls_an_hour": 1e8}, "than 2,000,000 at a time: write fewer or shorter calls"),
        ({"agents": 10}, "pools = 20 is more than agents = 10: write 1 to 10"),
        ({"agent": 10}, "unknown field `agent`"),
    ],
)
def test_traffic_that_is_none_is_told_what_to_write(changed, told):
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert(changed, Traffic)


def test_a_model_that_cannot_serve_the_traffic_says_what_it_lacks():
    whole = model("UAP2100")
    deaf = {kind: board for kind, board in whole.boards.items() if kind != "SRU"}
    with pytest.raises(NoPlatformError, match="UAP2100: no board brings asr, tts, which"):
        make_plan(Traffic(), [msgspec.structs.replace(whole, boards=deaf)])
    largest = ERLANGS_MAX / LONGEST_S * 3_600
    with pytest.raises(NoPlatformError, match="tiny: this takes more than 100,000 boards"):
        make_plan(Traffic(calls_an_hour=largest), [TINY])


def test_agents_are_as_busy_as_the_calls_that_they_answer_make_them():
    alone = PLAN.groups[0]
    answered = PLAN.traffic.people_erlangs * (1 - alone.waiting.abandon_probability)
    assert alone.waiting.occupancy == pytest.approx(answered / PLAN.traffic.present)


def test_the_plan_moves_with_what_is_assumed_and_the_ends_enclose_it():
    moves, best = PLAN.sensitivity, PLAN.options[0].platform
    cost = best.cost()[1]
    assert moves.best.cost()[1] < cost < moves.worst.cost()[1]
    widths = [swing.width for swing in moves.swings]
    assert widths == sorted(widths, reverse=True)
    told = {swing.name: swing for swing in moves.swings}
    assert {"slots", "GPU seats", "MSU sip", "MSU price"} <= told.keys()
    assert told["GPU seats"].low.boards["GPU"] > 3 * best.boards["GPU"]
    assert told["MSU price"].low.boards == best.boards, "what a board costs needs no other boards"
    low, high = told["MSU price"].cost()
    boards = (best.boards["MSU"] + best.standby["MSU"]) * (120_000 - 30_000)
    assert high - low == pytest.approx(boards)
    assert "CIU e1" in moves.still, "no board of this plan"
    assumed = {name for name, figure in best.model.figures() if figure.assumed}
    assert told.keys() | set(moves.still) == assumed


def test_a_chassis_that_cannot_feed_its_boards_takes_fewer():
    of = model("UAP8100")
    hungry = of.at("watts_max", 900.0)
    found = in_chassis(hungry, {"MSU": 69, "SRU": 22, "GPU": 50})
    assert found.chassis > in_chassis(of, {"MSU": 69, "SRU": 22, "GPU": 50}).chassis
    with pytest.raises(ValueError, match="does not lie between"):
        of.at("watts_max", 800.0)


def test_the_standby_makes_good_all_but_a_second_failure():
    platform = PLAN.options[0].platform
    up, n = 0.99999, platform.chassis + 1
    assert platform.down == pytest.approx(n * (n - 1) / 2 * (1 - up) ** 2, rel=1e-3)
