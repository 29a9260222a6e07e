"""A router made of a snapshot is the router that it was taken of: it looks the same, and acts the same from there on."""

from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.acd import events as ev
from center.acd.agent import Agent
from center.acd.journal import RECORD_BYTES_MAX, decode, encode, rebuild
from center.acd.kept import GATHER_S, KeptRouter
from center.acd.queue import Queue
from center.acd.snapshot import snapshot
from center.ports import StoreFullError
from store.journal import SqliteJournal
from tests.center.acd.test_journal import busy_day, histories
from tests.center.desk.house import Clock


def again(router):
    records = [encode(record) for record in snapshot(router)]
    assert all(len(record) <= RECORD_BYTES_MAX for record in records)
    return rebuild(decode(record) for record in records)


def told(decisions):
    return sorted(map(repr, decisions))


@given(histories(), st.integers(0, 40))
def test_it_acts_the_same_after_any_history(history, cut):
    router = rebuild(history[:-cut] if cut else history)
    other = again(router)
    assert other.picture() == router.picture()
    for event in history[-cut:] if cut else ():
        assert told(other.handle(event)) == told(router.handle(event))
        assert other.picture() == router.picture()


@pytest.mark.parametrize("seed", range(6))
def test_it_acts_the_same_over_the_rest_of_a_long_day(seed):
    day = busy_day(seed, 400)
    shadow = next(day)
    for event in islice(day, 200 + Random(seed).randrange(300)):
        shadow.router.handle(event)
    other = again(shadow.router)
    assert other.picture() == shadow.router.picture()
    for event in day:
        assert told(other.handle(event)) == told(shadow.router.handle(event))
    assert other.picture() == shadow.router.picture()


def opened(path, monkeypatch, decided=lambda events, decisions: None):
    monkeypatch.setattr("center.acd.kept.RECORDS_MAX", 50)
    clock = Clock()
    journal = SqliteJournal(path / "floor")
    kept = KeptRouter(journal, later=clock.later, now=lambda: clock.now, decided=decided)
    kept.post(ev.QueueSet(clock.now, Queue("sales", "tea")))
    kept.post(ev.AgentSet(clock.now, Agent("ann", "tea")))
    kept.post(ev.AgentSignedIn(clock.now, "ann"))
    return clock, journal, kept


def test_a_journal_is_begun_anew_when_it_is_long(tmp_path, monkeypatch):
    clock, journal, kept = opened(tmp_path, monkeypatch)
    lengths = []
    for n in range(500):
        kept.post(ev.ContactArrived(clock.now, f"c{n}", "sales", "voice"))
        kept.post(ev.ContactLeft(clock.now, f"c{n}"))
        clock.passes(GATHER_S * 2)
        lengths.append(len(list(journal.records())))
    assert max(lengths) < 60
    restarted = KeptRouter(
        journal, later=clock.later, now=lambda: clock.now, decided=lambda *_: None
    )
    restarted.load()
    assert restarted.router.picture() == kept.router.picture()
    assert restarted.router.queue_measure("sales").counts.arrived == 500
    journal.close()


def test_a_journal_that_cannot_be_begun_anew_goes_on(tmp_path, monkeypatch):
    clock, journal, kept = opened(tmp_path, monkeypatch)

    def full(records):
        raise StoreFullError("no room")

    monkeypatch.setattr(journal, "begin_anew", full)
    for n in range(60):
        kept.post(ev.ContactArrived(clock.now, f"c{n}", "sales", "voice"))
        clock.passes(GATHER_S * 2)
    assert len(list(journal.records())) == 63
    assert kept.router.queue_measure("sales").waiting == 60
    journal.close()
