from ivr.signalling.limits import SOURCES_MAX, Gate, Limits

LIMITS = Limits(messages_per_s=10, burst=20, strange_per_s=2, faults_max=3, ban_s=60)


def test_a_trunk_may_send_its_burst_and_is_banned_past_it():
    gate = Gate(LIMITS)
    assert all(gate.admits("192.0.2.1", 0.0, stranger=False) for _ in range(20))
    assert not gate.admits("192.0.2.1", 0.0, stranger=False)
    assert not gate.admits("192.0.2.1", 59.9, stranger=False)
    assert gate.admits("192.0.2.1", 60.1, stranger=False)
    assert gate.banned == 1


def test_a_trunk_that_keeps_to_its_rate_is_never_banned():
    gate = Gate(LIMITS)
    assert all(gate.admits("192.0.2.1", n / 10, stranger=False) for n in range(1000))


def test_a_stranger_is_banned_sooner_and_harms_nobody_else():
    gate = Gate(LIMITS)
    assert [gate.admits("203.0.113.9", 0.0, stranger=True) for _ in range(3)] == [True, True, False]
    assert gate.admits("192.0.2.1", 0.0, stranger=False)


def test_who_makes_too_many_faults_begins_nothing_for_a_while():
    gate = Gate(LIMITS)
    assert gate.admits("192.0.2.1", 0.0, stranger=False)
    for _ in range(3):
        gate.fault("192.0.2.1", 0.0)
    assert not gate.suspects("192.0.2.1", 0.0)
    gate.fault("192.0.2.1", 0.0)
    assert gate.suspects("192.0.2.1", 59.9)
    assert gate.admits("192.0.2.1", 59.9, stranger=False)
    assert not gate.suspects("192.0.2.1", 60.1)
    assert gate.banned == 1
    for second in range(0, 600, 61):
        gate.fault("192.0.2.1", 100.0 + second)
    assert not gate.suspects("192.0.2.1", 700.0)
    assert not gate.suspects("192.0.2.2", 0.0)


def test_a_flood_from_many_addresses_does_not_grow_the_table():
    gate = Gate(LIMITS)
    for n in range(SOURCES_MAX + 100):
        gate.admits(f"2001:db8::{n:x}", 0.0, stranger=True)
    assert len(gate) == SOURCES_MAX
