"""Missed calls, and when they are called back."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from center import call_backs
from center.call_backs import (
    AGAIN_AFTER_S,
    DAY_S,
    FIRST_AFTER_S,
    HOUR_S,
    KEPT_S,
    TRANSITIONS,
    TRIES_MAX,
    CallBack,
    CallBacks,
    Event,
    Limits,
    Missed,
    Step,
    is_quiet_at,
    next_time,
    note_of,
)
from center.calling_out import Reached
from center.contact import ContactKey
from tests.flows.shops import NOON, program_of

BUYER = "13800138000"
SHOP = "shop 小店\n  number 400-800-1234\n  call back 13*, +2547*\n  quiet hours 21:00-09:00\n  languages zh\n  channels voice, sms\n"


def shop(more=""):
    return program_of("", "flow 1\n\n" + SHOP + more + "\nstep start\n  say 您好。\n  goodbye\n")


OPEN = shop()


class House:
    """The call-backs of one process, and what it keeps on disk."""

    def __init__(self, program=OPEN, limits=None, disk=None):
        self.program, self.now, self.disk = program, NOON, disk if disk is not None else {}
        self.backs = CallBacks(limits or Limits())
        self.keep(self.backs.restore(dict(self.disk), self.now))

    def keep(self, notes):
        for name, value in notes.items():
            if value is None:
                self.disk.pop(name, None)
            else:
                self.disk[name] = value

    def missed(self, number=BUYER, seller="shop", **more):
        contact = ContactKey(seller, number, "voice")
        self.keep(self.backs.missed(Missed(contact, "4008001234", "here"), self.program, self.now, **more))  # fmt: skip
        return contact

    def passes(self, seconds):
        """Time passes; who is called at its end."""
        self.now += seconds
        calls, notes = self.backs.due(self.now, lambda seller: self.program)
        self.keep(notes)
        return calls

    def ends(self, contact, reached):
        done = self.backs.ended(contact, reached, self.program, self.now)
        self.keep(done.notes)
        return done.unheard


def test_a_missed_call_is_called_back_once_its_caller_has_hung_up():
    house = House()
    contact = house.missed()
    assert house.backs.timer() == NOON + FIRST_AFTER_S
    assert house.passes(FIRST_AFTER_S - 1) == []
    (call,) = house.passes(1)
    assert (call.contact, call.code, call.carrier, call.opens) == (contact, "4008001234", "here", True)  # fmt: skip
    assert house.passes(60) == []
    assert not house.ends(contact, Reached.PERSON)
    assert house.passes(KEPT_S) == []


def test_who_tries_again_at_once_is_called_back_once():
    house = House()
    for _ in range(5):
        house.missed()
        house.now += 2
    assert len(house.passes(FIRST_AFTER_S)) == 1
    house.missed()
    assert house.passes(KEPT_S) == []


@pytest.mark.parametrize("reached", [Reached.NO_TRUNK, Reached.NO_ROOM])
def test_whoever_missed_us_is_called_once_a_trunk_takes_calls_again_or_a_line_is_free(reached):
    house = House()
    contact = house.missed()
    house.passes(FIRST_AFTER_S)
    for _ in range(2 * TRIES_MAX):
        assert not house.ends(contact, reached)
        assert house.passes(AGAIN_AFTER_S - 1) == []
        (call,) = house.passes(1)
    assert not house.ends(contact, Reached.NO_ANSWER)
    (again,) = house.passes(AGAIN_AFTER_S)
    assert again.key != call.key
    assert house.ends(contact, Reached.NO_ANSWER)


def test_no_longer_than_others_wait_for_the_morning():
    house = House()
    contact = house.missed()
    waiting = house.passes(FIRST_AFTER_S)
    while waiting:
        assert house.now - NOON < KEPT_S
        assert not house.ends(contact, Reached.NO_TRUNK)
        waiting = house.passes(AGAIN_AFTER_S)
    assert house.backs.timer() is None


def test_who_calls_by_itself_and_is_served_is_not_called():
    house = House()
    house.keep(house.backs.came(house.missed()))
    assert house.passes(FIRST_AFTER_S) == []


def test_who_missed_a_person_on_a_second_call_and_calls_by_itself_is_not_called_and_both_are_one_number():
    house = House(limits=Limits(a_day=1))
    first = ContactKey("shop", BUYER, "voice")
    house.missed(first.further(2).buyer)
    house.keep(house.backs.came(first))
    assert house.passes(FIRST_AFTER_S) == []
    second = house.missed(first.further(2).buyer)
    (call,) = house.passes(FIRST_AFTER_S)
    assert (call.contact, call.contact.number) == (second, BUYER)
    house.ends(second, Reached.PERSON)
    house.missed()
    assert house.passes(KEPT_S) == [], "a number is called so often a day, not a call"


AGAIN = (Reached.BUSY, Reached.NO_ANSWER, Reached.FAILED, Reached.REPEATED)


@pytest.mark.parametrize("reached", AGAIN)
def test_who_is_not_reached_is_tried_so_often_and_texted_after_that(reached):
    house = House()
    contact = house.missed()
    house.passes(FIRST_AFTER_S)
    keys = set()
    for number in range(TRIES_MAX):
        unheard = house.ends(contact, reached)
        assert unheard == (number == TRIES_MAX - 1 and reached is not Reached.FAILED)
        assert house.passes(AGAIN_AFTER_S - 1) == []
        calls = house.passes(1)
        assert len(calls) == (number < TRIES_MAX - 1)
        keys |= {call.key for call in calls}
    assert len(keys) == TRIES_MAX - 1


@pytest.mark.parametrize("reached", sorted(set(Reached) - set(AGAIN)))
def test_all_else_is_through_after_one_call(reached):
    house = House()
    contact = house.missed()
    house.passes(FIRST_AFTER_S)
    assert house.ends(contact, reached) == (reached is Reached.MACHINE)
    assert house.passes(KEPT_S) == []


def test_a_number_is_called_so_often_a_day_whatever_shops_it_called():
    house = House(limits=Limits(a_day=3))
    for number in range(5):
        contact = house.missed(seller=f"shop{number}")
        called = house.passes(FIRST_AFTER_S)
        assert len(called) == (number < 3)
        if called:
            house.ends(contact, Reached.PERSON)
    assert house.backs.counters.too_often == 2
    house.now += DAY_S - 6 * FIRST_AFTER_S
    house.missed()
    assert len(house.passes(FIRST_AFTER_S)) == 0
    house.now += 6 * FIRST_AFTER_S
    house.missed()
    assert len(house.passes(FIRST_AFTER_S)) == 1


def test_so_many_are_called_at_once_and_the_others_after_them():
    house = House(limits=Limits(at_once=2))
    contacts = [house.missed(f"1380013800{digit}") for digit in range(3)]
    assert len(house.passes(FIRST_AFTER_S)) == 2
    assert house.backs.timer() is None
    house.ends(contacts[0], Reached.PERSON)
    assert [call.contact for call in house.passes(1)] == [contacts[2]]


@pytest.mark.parametrize(
    "number", ["", "withheld-1", "861380013800", "9001234567", "13", "+25", "+19005551234"]
)
def test_what_the_sellers_list_does_not_hold_is_never_called(number):
    house = House()
    house.missed(number)
    assert house.passes(FIRST_AFTER_S) == []
    assert house.disk == {}


def test_without_a_list_nobody_is_called_and_a_list_that_is_gone_stops_who_waits():
    house = House(
        shop().__class__(**{**msgspec.structs.asdict(OPEN), "calling": OPEN.calling.__class__()})
    )
    house.missed()
    assert house.passes(FIRST_AFTER_S) == []
    stopped, house.program = house.program, OPEN
    house.missed()
    house.program = stopped
    assert house.passes(FIRST_AFTER_S) == []
    house.program = OPEN
    assert house.passes(FIRST_AFTER_S) == []


def test_numbers_of_ours_and_who_wants_nothing_of_the_shop_are_not_called():
    house = House()
    house.missed(is_wanted=False)
    assert house.passes(FIRST_AFTER_S) == []


@pytest.mark.parametrize(
    ("more", "hour", "called_at_hour"),
    [("", 22, 33), ("", 12, 12), ("  open mon-sun 12:00-15:00\n", 16, None), ("  open mon-sun 10:00-20:00\n", 8, 10),
     ("  closed 2026-11-24\n", 13, 24 + 9)],
)  # fmt: skip
def test_nobody_is_called_in_quiet_hours_or_while_the_shop_is_closed(more, hour, called_at_hour):
    house = House(shop(more))
    house.now += (hour - 12) * 3_600
    house.missed()
    waits_s = 0
    while not (calls := house.passes(60)) and waits_s < KEPT_S + 3_600:
        waits_s += 60
    if called_at_hour is None or called_at_hour - hour > KEPT_S / 3_600:
        assert calls == []
    else:
        assert abs(house.now - NOON - (called_at_hour - 12) * 3_600) < 120


def test_one_that_could_not_be_called_before_it_became_quiet_waits_for_the_morning():
    house = House(limits=Limits(at_once=1))
    house.now = NOON + 9 * 3_600 - 30
    first, second = house.missed(), house.missed("13800138001")
    assert [call.contact for call in house.passes(FIRST_AFTER_S)] == [first]
    house.now += 600
    house.ends(first, Reached.PERSON)
    assert house.passes(1) == []
    assert house.passes(3_600) == []
    house.now = NOON + 21 * 3_600
    assert [call.contact for call in house.passes(1)] == [second]


def test_all_together_are_called_so_often_an_hour_and_the_others_after_it():
    disk = {}
    house = House(limits=Limits(an_hour=3), disk=disk)
    contacts = [house.missed(f"1380013800{digit}") for digit in range(5)]
    called = house.passes(FIRST_AFTER_S)
    assert [call.contact for call in called] == contacts[:3]
    # While they ring the hour is as full as when they are through.
    assert (house.passes(10), house.backs.timer()) == ([], None)
    for call in called:
        house.ends(call.contact, Reached.PERSON)
    ended_at = house.now
    assert (house.passes(1), house.backs.timer()) == ([], ended_at + HOUR_S)
    # A start does not begin a new hour.
    after = House(limits=Limits(an_hour=3), disk=disk)
    after.now = house.now
    assert after.passes(HOUR_S - 2) == []
    assert [call.contact for call in after.passes(1)] == contacts[3:]


def test_a_crash_calls_nobody_oftener_and_forgets_nobody():
    disk = {}
    house = House(disk=disk)
    contact = house.missed()
    (call,) = house.passes(FIRST_AFTER_S)
    # Killed here: whether it was dialled is known by its key.
    after = House(disk=disk)
    (again,) = after.passes(FIRST_AFTER_S)
    assert again == call
    # Dialled, and nobody knows whom it reached: one more try, under another key.
    after.ends(contact, Reached.REPEATED)
    (last,) = House(disk=disk).passes(AGAIN_AFTER_S + FIRST_AFTER_S)
    assert last.key != call.key
    after.passes(AGAIN_AFTER_S)
    after.ends(contact, Reached.PERSON)
    assert House(disk=disk).passes(KEPT_S) == []
    assert House(disk={note_of(contact): b"no message pack"}).disk == {}


def test_what_is_through_is_forgotten_after_a_day_and_no_more_are_kept_than_fit(monkeypatch):
    house = House()
    for digit in range(3):
        contact = house.missed(f"1380013800{digit}")
        house.passes(FIRST_AFTER_S)
        house.ends(contact, Reached.PERSON)
    house.now += DAY_S + 1
    house.missed("13800138009")
    assert list(house.disk) == [note_of(ContactKey("shop", "13800138009", "voice"))]
    monkeypatch.setattr(call_backs, "KEPT_MAX", 2)
    house.missed("13800138010")
    house.missed("13800138011")
    assert len(house.disk) == 2
    assert House(disk=dict(house.disk)).passes(DAY_S + 2) == []


def test_each_event_leads_where_the_table_says_and_nowhere_else():
    assert set(TRANSITIONS) == set(Step)
    for step, event in itertools.product(Step, Event):
        to = TRANSITIONS[step].get(event)
        # Nothing is called but what waited, and what is through only begins again by a new call.
        assert (to is Step.CALLING) == (
            event is Event.DUE and step is Step.WAITING
        ) or step is Step.CALLING
        assert to in (None, Step.WAITING, Step.OVER) or step is not Step.OVER


@given(st.integers(NOON, NOON + 14 * DAY_S), st.integers(0, 1_439), st.integers(1, 1_439))
def test_the_next_time_is_never_a_quiet_one_and_the_first_that_is_not(at, begins, length):
    quiet = begins, (begins + length) % 1_440
    calling = OPEN.calling.__class__(0, ("13*",), quiet)
    found = next_time(OPEN.__class__(**{**msgspec.structs.asdict(OPEN), "calling": calling}), at)
    if found is None:
        assert length > KEPT_S / 60 - 30
    else:
        minute = (found + 8 * 3_600) // 60 % 1_440
        assert not (begins <= minute < begins + length)
        assert not (minute < begins + length - 1_440)


def test_what_is_kept_of_one_is_small():
    kept = CallBack("4008001234", "unicom", Step.OVER, NOON, NOON, 2, (NOON, NOON, NOON))
    assert len(msgspec.msgpack.encode(kept)) < 80


def test_it_is_quiet_by_the_clock_of_the_shop_open_or_not():
    morning, night = NOON - 2 * 3_600, NOON + 10 * 3_600
    assert not is_quiet_at(shop("  open mon-fri 19:00-22:00\n"), morning)
    assert is_quiet_at(OPEN, night)
    assert is_quiet_at(shop("  timezone Pacific/Auckland\n"), NOON + 5 * 3_600)
