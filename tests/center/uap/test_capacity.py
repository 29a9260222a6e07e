"""Who is let in, what it holds, and what boards and chassis that come and go do to it."""

import pytest

from center.uap.boards import Place
from center.uap.capacity import BURST_S, CHASSIS_MAX, Capacity
from center.uap.chassis import PlatformError
from center.uap.door import Admitted, Refused, Why
from center.uap.kinds import kind, usual_kinds
from center.uap.models import model
from center.uap.resources import named

KINDS = usual_kinds()
SMALL = model("UAP2100")
TEST_S = SMALL.chassis.self_test_s.value
TAKE_OVER_S = SMALL.chassis.take_over_s.value


class Site:
    """A platform whose clock a story moves, a hundredth of a second a call so that the rate is no matter."""

    def __init__(self, *boards, standby=(), **given):
        self.capacity = Capacity(**given)
        self.now = 1_000.0
        for name, slots in (("1", boards), *((f"s{n}", s) for n, s in enumerate(standby))):
            self.capacity.add_chassis(name, SMALL, standby=name != "1")
            for slot, board in enumerate(slots, 1):
                self.capacity.insert(Place(name, slot), board, self.now)
        self.passes(TEST_S)

    def passes(self, seconds):
        self.now += seconds
        return self.capacity.advance(self.now)

    def admit(self, call, what="keys", **given):
        self.now += 1
        found = KINDS[what] if isinstance(what, str) else what
        return self.capacity.admit(call, found, self.now, **given)

    def free(self):
        return named(self.capacity.usage().free)

    def fill(self, what="keys", most=10_000):
        """Admit until refused; how many were let in."""
        for n in range(most):
            name = what if isinstance(what, str) else what.name
            if isinstance(self.admit(f"{name} {n}", what), Refused):
                return n
        raise AssertionError("never full")


def test_a_call_is_let_in_and_holds_what_its_phases_need_until_it_ends():
    site = Site("MSU", "GPU")
    before = site.free()
    assert site.admit("c1", "keys to a person, recorded") == Admitted("c1", "1")
    after = site.free()
    taken = {name: before[name] - after[name] for name in before if before[name] != after[name]}
    assert taken == {"sip": 1, "ivr": 1, "dtmf": 1, "record": 1}
    assert site.capacity.calls() == {"c1": ("keys to a person, recorded", "menu", "1")}
    site.capacity.release("c1")
    site.capacity.release("c1")
    assert site.free() == before
    assert site.capacity.calls() == {}


def test_asked_twice_the_answer_is_the_same_and_nothing_more_is_held():
    site = Site("MSU", "GPU")
    assert site.admit("c1") == site.admit("c1")
    assert named(site.capacity.usage().taken) == {"sip": 1, "ivr": 1, "dtmf": 1}


def test_a_call_that_was_let_in_under_another_name_falls_and_leaves_under_its_own():
    site = Site("MSU", "GPU")
    before = site.free()
    site.admit("to be dialled", "keys to a person, recorded")
    site.capacity.rename("to be dialled", "c1")
    assert list(site.capacity.calls()) == ["c1"]
    for call, name in (("to be dialled", "c2"), ("c1", "c1")):
        with pytest.raises(PlatformError, match="cannot be called"):
            site.capacity.rename(call, name)
    site.capacity.release("to be dialled")
    site.capacity.release("c1")
    assert site.free() == before
    site.admit("to be dialled")
    site.capacity.rename("to be dialled", "c2")
    assert site.capacity.fail(Place("1", 1)) == ["c2"]


def test_the_last_unit_is_given_and_one_more_is_refused_with_503():
    site = Site("MSU", "GPU")
    assert site.fill() == SMALL.boards["MSU"].gives["sip"].whole
    refused = site.admit("one more")
    assert (refused.why, refused.sip_status, refused.resource) == (Why.FULL, 503, "sip")
    site.capacity.release("keys 0")
    assert site.admit("one more") == Admitted("one more", "1")


def test_who_is_let_in_finds_its_recorder_though_others_took_all_that_was_left():
    site = Site("MSU", "GPU", "SRU", "SRU")
    recorders = SMALL.boards["MSU"].gives["record"].whole
    assert site.fill("speech to a person, recorded") == recorders
    assert site.admit("late", "keys, recorded").resource == "record"
    for n in range(recorders):
        assert isinstance(
            site.capacity.enter(f"speech to a person, recorded {n}", "talk"), Admitted
        )
    # The recognisers went back; the recorders, for a message after the talk, did not.
    assert site.free()["asr"] == SMALL.boards["SRU"].gives["asr"].whole * 2
    assert site.admit("late", "keys, recorded").resource == "record"
    for n in range(recorders):
        assert isinstance(
            site.capacity.enter(f"speech to a person, recorded {n}", "after"), Admitted
        )


def test_back_to_the_menu_is_a_door_of_its_own():
    site = Site("MSU", "GPU", "SRU")
    site.admit("c1", "speech to a person")
    site.capacity.enter("c1", "talk")
    site.fill(kind("recognisers", {"hear": {"asr": 1}}))
    refused = site.capacity.enter("c1", "menu")
    assert refused.resource == "asr"
    assert site.capacity.calls()["c1"][1] == "talk", "refused changes nothing"
    site.capacity.release("recognisers 0")
    assert isinstance(site.capacity.enter("c1", "menu"), Admitted)


def test_trunk_reservation_keeps_ports_back_for_others():
    site = Site("MSU", "GPU")
    modest = kind("modest", {"menu": {"sip": 1}}, {"sip": 10})
    site.capacity.admit("x", KINDS["keys"], site.now)
    n = 0
    while isinstance(site.admit(f"m{n}", modest), Admitted):
        n += 1
    assert site.free()["sip"] == 10
    assert isinstance(site.admit("promised", "keys"), Admitted)


def test_call_attempts_above_the_rate_are_refused_with_the_time_to_wait():
    site = Site("MSU", "GPU")
    caps = SMALL.boards["GPU"].gives["caps"].whole
    site.now += 100
    answers = [site.capacity.admit(f"c{n}", KINDS["keys"], site.now) for n in range(3 * caps)]
    let_in = [answer for answer in answers if isinstance(answer, Admitted)]
    assert len(let_in) == caps * BURST_S + 1
    assert answers[-1] == Refused(Why.RATE, 1, "caps")
    assert isinstance(site.capacity.admit("seat", KINDS["seat"], site.now), Admitted)
    later = [site.capacity.admit(f"d{n}", KINDS["keys"], site.now + 1) for n in range(3 * caps)]
    assert sum(isinstance(answer, Admitted) for answer in later) == pytest.approx(caps, abs=1)


def test_a_seller_with_all_its_lines_taken_is_busy_and_others_are_not():
    site = Site("MSU", "GPU", sellers={"noodles": 2})
    site.admit("c1", seller="noodles")
    site.admit("c2", seller="noodles")
    refused = site.admit("c3", seller="noodles")
    assert (refused.why, refused.sip_status) == (Why.SELLER, 486)
    assert isinstance(site.admit("c4", seller="tea"), Admitted)
    site.capacity.release("c1")
    assert isinstance(site.admit("c3", seller="noodles"), Admitted)


def test_calls_and_seats_draw_on_the_same_platform():
    site = Site("MSU", "GPU")
    assert site.fill("seat") == SMALL.boards["GPU"].gives["seats"].whole
    assert site.admit("one more", "seat").resource == "seats"


def test_without_boards_for_it_a_call_is_refused_as_out_of_service():
    assert Site().admit("c1").why is Why.CLOSED
    refused = Site("MSU", "GPU").admit("c1", "speech")
    assert (refused.why, refused.resource) == (Why.CLOSED, "asr")


def test_an_inserted_board_drops_nobody_and_is_there_after_its_test():
    site = Site("MSU", "GPU")
    full = site.fill()
    site.capacity.insert(Place("1", 3), "MSU", site.now)
    assert site.capacity.timer() == site.now + TEST_S
    assert site.admit("early").why is Why.FULL
    assert [board.place.slot for board in site.passes(TEST_S)] == [3]
    assert isinstance(site.admit("in time"), Admitted)
    assert len(site.capacity.calls()) == full + 1


def test_a_draining_board_keeps_its_calls_takes_no_new_and_is_out_with_the_last():
    site = Site("MSU", "GPU", "MSU")
    site.admit("c1")
    site.admit("c2")
    board = site.capacity.chassis["1"].boards[1]
    site.capacity.drain(board.place)
    assert board.state == "draining"
    assert set(site.capacity.calls()) == {"c1", "c2"}
    site.fill()
    for call in list(board.holders):
        site.capacity.release(call)
    assert board.state == "out"
    site.capacity.remove(board.place)
    site.capacity.insert(board.place, "MSU", site.now)


def test_a_board_is_taken_back_while_it_drains_or_tested_when_it_is_out():
    site = Site("MSU", "GPU")
    site.admit("c1")
    place = Place("1", 1)
    before = site.free()
    site.capacity.drain(place)
    assert "sip" not in site.free()
    site.capacity.restore(place, site.now)
    assert site.free() == before
    site.capacity.drain(place)
    site.capacity.release("c1")
    site.capacity.restore(place, site.now)
    assert site.admit("c2").why is Why.CLOSED
    site.passes(TEST_S)
    assert isinstance(site.admit("c2"), Admitted)


def test_a_board_that_fails_drops_those_who_use_it_and_nobody_else():
    site = Site("MSU", "GPU", "MSU")
    for n in range(10):
        site.admit(f"c{n}")
    board = site.capacity.chassis["1"].boards[1]
    mine = set(board.holders)
    assert 0 < len(mine) < 10
    assert set(site.capacity.fail(board.place)) == mine
    assert set(site.capacity.calls()) == {f"c{n}" for n in range(10)} - mine
    assert not mine & set(site.capacity.chassis["1"].boards[3].holders)


def test_a_reserve_that_fails_is_found_on_another_board_and_drops_nobody():
    site = Site("MSU", "SRU", "GPU", "SRU")
    late = kind("late", {"menu": {"sip": 1}, "speech": {"sip": 1, "asr": 1}})
    site.admit("c1", late)
    board = next(
        b for b in site.capacity.chassis["1"].boards.values() if b.holders and b.kind.name == "SRU"
    )
    assert site.capacity.fail(board.place) == []
    assert isinstance(site.capacity.enter("c1", "speech"), Admitted)


def test_a_reserve_that_fails_and_is_nowhere_else_is_the_one_no_after_the_door():
    site = Site("MSU", "SRU", "GPU")
    late = kind("late", {"menu": {"sip": 1}, "speech": {"sip": 1, "asr": 1}})
    site.admit("c1", late)
    assert site.capacity.fail(Place("1", 2)) == []
    assert site.capacity.enter("c1", "speech") == Refused(Why.CLOSED, 120, "asr")
    site.capacity.restore(Place("1", 2), site.now)
    site.passes(TEST_S)
    assert isinstance(site.capacity.enter("c1", "speech"), Admitted)


def test_all_active_chassis_are_one_pool_and_a_call_stays_at_home_where_it_can():
    site = Site("MSU", "GPU", "MSU")
    site.capacity.add_chassis("2", SMALL)
    site.capacity.insert(Place("2", 1), "SRU", site.now)
    site.capacity.insert(Place("2", 2), "MSU", site.now)
    site.passes(TEST_S)
    homes = {site.admit(f"c{n}", "speech").chassis for n in range(4)}
    assert homes == {"1", "2"}
    for n in range(4):
        home = site.capacity.calls()[f"c{n}"][2]
        boards = [b for c in site.capacity.chassis.values() for b in c.boards.values()]
        mine = {b.place.chassis for b in boards if f"c{n}" in b.holders and b.kind.name == "MSU"}
        assert mine == {home}
    dropped = site.capacity.fail_chassis("2", site.now)
    assert set(dropped) == {"c0", "c1", "c2", "c3"}, "each had its recogniser there"


def test_a_chassis_that_fails_drops_its_own_and_the_standby_brings_back_what_there_was():
    site = Site("MSU", "GPU", standby=[("MSU", "GPU")])
    before = site.free()
    site.admit("c1")
    assert site.capacity.fail_chassis("1", site.now) == ["c1"]
    assert site.admit("c2").why is Why.CLOSED
    assert site.capacity.timer() == site.now - 1 + TAKE_OVER_S
    site.passes(TAKE_OVER_S)
    assert site.free() == before
    assert site.admit("c3") == Admitted("c3", "s0")
    site.capacity.repair_chassis("1", site.now)
    site.passes(TAKE_OVER_S)
    assert site.capacity.chassis["1"].role == "standby"
    assert site.free() != before, "the repaired one stands by"


def test_a_chassis_that_is_repaired_takes_over_where_none_stood_by():
    site = Site("MSU", "GPU")
    before = site.free()
    site.capacity.fail_chassis("1", site.now)
    site.passes(10 * TAKE_OVER_S)
    assert site.admit("c1").why is Why.CLOSED
    site.capacity.repair_chassis("1", site.now)
    site.passes(TAKE_OVER_S)
    assert site.free() == before
    assert site.admit("c1") == Admitted("c1", "1")


def test_a_standby_takes_over_only_where_one_is_missing_and_one_that_fails_on_its_way_is_followed():
    site = Site("MSU", "GPU", standby=[("MSU", "GPU")] * 3)

    def active():
        return [name for name, found in site.capacity.chassis.items() if found.role == "active"]

    site.capacity.fail_chassis("s0", site.now)
    site.passes(TAKE_OVER_S)
    assert active() == ["1"], "a standby was lost, and nothing that served"
    site.capacity.fail_chassis("1", site.now)
    site.capacity.fail_chassis("s1", site.now)
    site.passes(TAKE_OVER_S)
    assert active() == ["s2"]


def test_what_cannot_be_done_says_what_to_do_instead():
    site = Site("MSU", "GPU")
    capacity = site.capacity
    for told, ask in {
        "UAP2100 has no board `XYZ`; it takes SMU": lambda: capacity.insert(
            Place("1", 3), "XYZ", 0
        ),
        "chassis 1 has open slots 1 to 5": lambda: capacity.insert(Place("1", 6), "MSU", 0),
        "slot 1 of 1 holds MSU, in service; drain": lambda: capacity.insert(
            Place("1", 1), "MSU", 0
        ),
        "there is no chassis `9`; there are 1": lambda: capacity.drain(Place("9", 1)),
        "slot 4 of 1 is empty": lambda: capacity.drain(Place("1", 4)),
        "is in service; from there one can drain or fail it, not remove it": lambda: (
            capacity.remove(Place("1", 1))
        ),
        "a chassis `1` already": lambda: capacity.add_chassis("1", SMALL),
        "only a failed one is repaired": lambda: capacity.repair_chassis("1", 0),
        "call nobody is not on the platform": lambda: capacity.enter("nobody", "menu"),
    }.items():
        with pytest.raises(PlatformError, match=told):
            ask()
    for n in range(CHASSIS_MAX - 1):
        capacity.add_chassis(f"more {n}", SMALL)
    with pytest.raises(PlatformError, match=f"at most {CHASSIS_MAX}"):
        capacity.add_chassis("one more", SMALL)


def test_a_board_that_draws_more_than_the_chassis_has_is_refused():
    site = Site(*["MSU"] * 5)
    chassis = site.capacity.chassis["1"]
    assert chassis.watts <= SMALL.chassis.watts_max.value
    site.capacity.fail(Place("1", 1))
    site.capacity.remove(Place("1", 1))
    chassis.boards[9] = chassis.boards[2]
    chassis.boards[10] = chassis.boards[2]
    chassis.boards[11] = chassis.boards[2]
    with pytest.raises(PlatformError, match="MSU draws 45 W and 1 has"):
        site.capacity.insert(Place("1", 1), "MSU", 0)
