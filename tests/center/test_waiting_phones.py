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
    monkeypatch.setattr(waiting_phones, "STRETCHES_MAX", 2)
    phones = WaitingPhones()
    for text_id, phone in enumerate("abcd", 1):
        phones.mark(phone, text_id)
    assert [phones.waits(phone, 1) for phone in "abcd"] == [False, True, True, True]


def test_of_whoever_waits_it_is_said_and_of_hardly_anybody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting_phones, "STRETCH", 100)
    chance, phones = random.Random(1), WaitingPhones()
    last: dict[str, int] = {}
    for text_id in range(1, 20_001):
        phone = f"138{chance.randrange(10**8):08}"
        last[phone] = text_id
        phones.mark(phone, text_id)
    for read_to in (0, 7_000, 19_999):
        assert all(phones.waits(one, read_to) for one, at in last.items() if at > read_to)
    others = [f"139{number:08}" for number in range(20_000)]
    assert sum(phones.waits(one, 0) for one in others) < 20
