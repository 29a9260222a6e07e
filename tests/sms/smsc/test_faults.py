"""Faults come from a seed, in the shares asked for."""

from dataclasses import fields

import pytest

from sms.smsc.faults import (
    PERFECT,
    Answer,
    Chance,
    Fate,
    FaultError,
    Faults,
    describe,
    parse_faults,
)


def test_a_perfect_network_has_one_fate():
    chance = Chance(Faults())
    assert {chance.draw() for _ in range(100)} == {Fate()}


def test_the_same_seed_gives_the_same_faults():
    faults = Faults(seed=7, throttled=0.3, lost_response=0.3, jitter_s=2)
    first, second = Chance(faults), Chance(faults)
    assert [first.draw() for _ in range(50)] == [second.draw() for _ in range(50)]


def test_one_share_more_changes_one_thing():
    plain, lossy = (
        Chance(Faults(seed=7, throttled=0.3)),
        Chance(Faults(seed=7, throttled=0.3, lost_receipt=1.0)),
    )
    drawn = [(plain.draw(), lossy.draw()) for _ in range(50)]
    assert all(a.answer == b.answer for a, b in drawn)
    assert all((a.receipts, b.receipts) == (1, 0) for a, b in drawn)


@pytest.mark.parametrize(
    ("faults", "happens"),
    [
        (Faults(throttled=1), lambda fate: fate.answer is Answer.THROTTLE),
        (Faults(queue_full=1), lambda fate: fate.answer is Answer.QUEUE_FULL),
        (Faults(lost_response=1), lambda fate: fate.responses == 0),
        (Faults(duplicated_response=1), lambda fate: fate.responses == 2),
        (Faults(disconnect=1), lambda fate: fate.disconnects),
        (Faults(undeliverable=1), lambda fate: not fate.delivered),
        (Faults(lost_receipt=1), lambda fate: fate.receipts == 0),
        (Faults(duplicated_receipt=1), lambda fate: fate.receipts == 2),
        (Faults(early_receipt=1), lambda fate: fate.receipt_first),
        (Faults(response_delay_s=2), lambda fate: fate.response_delay_s == 2),
        (Faults(receipt_delay_s=1, jitter_s=1), lambda fate: 1 <= fate.receipt_delay_s < 2),
    ],
)
def test_each_fault_happens(faults, happens):
    chance = Chance(faults)
    assert all(happens(chance.draw()) for _ in range(20))


@pytest.mark.parametrize(
    ("faults", "happens"),
    [
        (Faults(lost_delivery=1), lambda fate: fate.copies == 0),
        (Faults(duplicated_delivery=1), lambda fate: fate.copies == 2),
        (Faults(lost_answer=1), lambda fate: fate.drops_the_line),
        (Faults(ignored_answer=1), lambda fate: not fate.is_heeded),
        (Faults(throttled=1), lambda fate: fate is PERFECT),
    ],
)
def test_each_fault_of_deliveries_happens(faults, happens):
    chance = Chance(faults)
    assert all(happens(chance.draw_delivery()) for _ in range(20))


def test_what_goes_one_way_changes_nothing_in_the_other():
    quiet, busy = (Chance(Faults(seed=3, throttled=0.5, lost_delivery=0.5)) for _ in range(2))
    for _ in range(20):
        busy.draw_delivery()
    assert [quiet.draw() for _ in range(20)] == [busy.draw() for _ in range(20)]


def test_a_share_is_a_share():
    chance = Chance(Faults(seed=1, throttled=0.1))
    throttled = sum(chance.draw().answer is Answer.THROTTLE for _ in range(2000))
    assert 140 <= throttled <= 260


def test_faults_are_read_and_written():
    faults = parse_faults("throttled=10% receipt_delay_s=2 seed=7")
    assert faults == Faults(seed=7, throttled=0.1, receipt_delay_s=2.0)
    assert parse_faults(describe(faults)) == faults
    assert parse_faults("none disconnect=0.5", faults) == Faults(seed=7, disconnect=0.5)
    assert describe(Faults()) == "none"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("thrtled=10%", "say NAME=VALUE"),
        ("throttled", "say NAME=VALUE"),
        ("throttled=110%", "not between 0 and 1"),
        ("throttled=-1", "not between 0 and 1"),
        ("jitter_s=601", "not between 0 and 600"),
        ("throttled=many", "many is not a number"),
        ("throttled=nan", "not between"),
        ("seed=inf", "not a number"),
    ],
)
def test_a_wrong_fault_is_explained(words, why):
    with pytest.raises(FaultError, match=why):
        parse_faults(words)


def test_every_fault_can_be_set_by_name():
    for field in fields(Faults):
        assert getattr(parse_faults(f"{field.name}=1"), field.name) == 1
