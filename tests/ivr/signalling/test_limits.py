from ivr.signalling.limits import SOURCES_MAX, Gate, Limits
from ivr.sip.standing import Standing

LIMITS = Limits(messages_per_s=10, burst=20, strange_per_s=2, faults_max=3, ban_s=60)


TRUNK, STRANGER = "192.0.2.1", "203.0.113.9"
FREE, OVER_RATE = Standing.FREE, Standing.OVER_RATE
FLOODING, SUSPECT = Standing.FLOODING, Standing.SUSPECT


def standings(gate, count, now, host=TRUNK):
    return [gate.standing(host, now, stranger=host == STRANGER) for _ in range(count)]


def test_a_trunk_past_its_burst_is_read_as_far_again_and_never_banned():
    gate = Gate(LIMITS)
    assert standings(gate, 50, 0.0) == [FREE] * 20 + [OVER_RATE] * 20 + [FLOODING] * 10
    assert (gate.over_rate, gate.banned) == (30, 0)
    assert standings(gate, 30, 1.0) == [FREE] * 10 + [OVER_RATE] * 10 + [FLOODING] * 10


def test_a_trunk_that_sends_three_times_its_rate_has_its_rate_all_the_while():
    gate = Gate(LIMITS)
    told = [gate.standing(TRUNK, n / 30, stranger=False) for n in range(3_000)]
    assert [told[-300:].count(each) for each in (FREE, OVER_RATE, FLOODING)] == [100, 100, 100]
    assert gate.banned == 0


def test_a_trunk_that_keeps_to_its_rate_is_free():
    gate = Gate(LIMITS)
    assert all(gate.standing(TRUNK, n / 10, stranger=False) is FREE for n in range(1000))


def test_a_stranger_is_banned_past_its_rate_and_harms_nobody_else():
    gate = Gate(LIMITS)
    assert standings(gate, 3, 0.0, STRANGER) == [FREE, FREE, None]
    assert standings(gate, 1, 59.9, STRANGER) == [None]
    assert standings(gate, 1, 60.1, STRANGER) == [FREE]
    assert gate.banned == 1
    assert standings(gate, 1, 0.0) == [FREE]


def test_who_makes_too_many_faults_begins_nothing_for_a_while():
    gate = Gate(LIMITS)
    assert standings(gate, 1, 0.0) == [FREE]
    for _ in range(3):
        gate.fault(TRUNK, 0.0)
    assert standings(gate, 1, 0.0) == [FREE]
    gate.fault(TRUNK, 0.0)
    assert standings(gate, 1, 59.9) == [SUSPECT]
    assert standings(gate, 30, 59.95)[-1] is SUSPECT, "past its rate too"
    assert standings(gate, 1, 70.0) == [FREE]
    assert gate.banned == 1
    for second in range(0, 600, 61):
        gate.fault(TRUNK, 100.0 + second)
    assert standings(gate, 1, 700.0) == [FREE]


def test_a_flood_from_many_addresses_does_not_grow_the_table():
    gate = Gate(LIMITS)
    for n in range(SOURCES_MAX + 100):
        gate.standing(f"2001:db8::{n:x}", 0.0, stranger=True)
    assert len(gate) == SOURCES_MAX
