"""Phones that have texts waiting: never said of one too few, and of few too many."""

import random

import pytest

from center import waiting_phones
from center.waiting_phones import WaitingPhones


def test_a_phone_waits_until_its_stretch_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_phones, "STRETCH", 2)
    phones = WaitingPhones()
    for text_id, phone in enumerate("abcd", 1):
        phones.mark(phone, text_id)
    assert [phones.waits(phone, 2) for phone in "abcde"] == [False, False, True, True, False]
    phones.clear()
    assert not phones.waits("d", 0)


def test_past_so_many_stretches_the_last_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_phones, "STRETCH", 1)
    monkeypatch.setattr(waiting_phones, "SHORT_STRETCHES", 1)
    monkeypatch.setattr(waiting_phones, "STRETCHES_MAX", 2)
    phones = WaitingPhones()
    for text_id, phone in enumerate("abcde", 1):
        phones.mark(phone, text_id)
    assert [phones.waits(phone, 2) for phone in "abcde"] == [False, False, True, True, True]
    assert phones.waits("c", 4)


def test_an_older_text_that_waits_again_hides_no_newer_one_to_its_phone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting_phones, "STRETCH", 1)
    monkeypatch.setattr(waiting_phones, "SHORT_STRETCHES", 2)
    phones = WaitingPhones()
    phones.mark("a", 1)
    phones.mark("b", 2)
    # In the table beside, whose first stretch ends before that of the other.
    phones.mark("b", 1)
    assert phones.waits("b", 1)


@pytest.mark.parametrize("at_once", [1, 250])
def test_of_whoever_waits_it_is_said_and_of_hardly_anybody_else(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(waiting_phones, "STRETCH", 100)
    chance, phones = random.Random(1), WaitingPhones()
    said = [f"138{chance.randrange(10**8):08}" for _ in range(20_000)]
    last = {phone: text_id for text_id, phone in enumerate(said, 1)}
    for begin in range(0, len(said), at_once):
        phones.mark(said[begin : begin + at_once], begin + at_once)
    for read_to in (0, 7_000, 19_999):
        assert all(phones.waits(one, read_to) for one, at in last.items() if at > read_to)
    others = [f"139{number:08}" for number in range(20_000)]
    assert sum(phones.waits(one, 0) for one in others) < 20


def test_of_a_long_outage_no_more_than_one_of_a_hundred_others_is_taken_for_one_who_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # An hour at 800 a second, all of it a sixty-fourth.
    monkeypatch.setattr(waiting_phones, "STRETCH", waiting_phones.STRETCH >> 6)
    monkeypatch.setattr(waiting_phones, "SHORT_BITS", waiting_phones.SHORT_BITS - 6)
    monkeypatch.setattr(waiting_phones, "LONG_BITS", waiting_phones.LONG_BITS - 6)
    chance, phones = random.Random(1), WaitingPhones()
    for last in range(100, (2_880_000 >> 6) + 1, 100):
        phones.mark([f"138{chance.randrange(10**8):08}" for _ in range(100)], last)
    others = [f"139{number:08}" for number in range(20_000)]
    assert sum(phones.waits(one, 0) for one in others) < 200
