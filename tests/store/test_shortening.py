"""A journal made short while it is written: whoever reads it makes the same router before, meanwhile and after."""

import os
import signal
import sqlite3
from multiprocessing import get_context
from threading import Thread

import pytest

from center.acd import events as ev
from center.acd.agent import Agent
from center.acd.journal import decode, encode, rebuild
from center.acd.kept import GATHER_S, KeptRouter
from center.acd.queue import Queue
from store import shortening
from store.journal import SqliteJournal
from store.shortening import begin_shortening, shorten
from tests.center.acd.test_journal import busy_day
from tests.center.desk.house import Clock


def a_day(path, events=300):
    """A journal of a busy day, and more of the same day."""
    day = busy_day(1, 2 * events)
    shadow, records = next(day), []
    for event in day:
        shadow.router.handle(event)
        records.append(encode(event))
    journal = SqliteJournal(path)
    journal.append(records[:events])
    return journal, records[events:]


def router_of(journal):
    return rebuild(map(decode, journal.records()))


def rows(path, table):
    db = sqlite3.connect(path)
    [count] = db.execute(f"select count(*) from {table}").fetchone()
    db.close()
    return count


@pytest.fixture(params=[1, 7, 1_000])
def at_once(request, monkeypatch):
    monkeypatch.setattr(shortening, "AT_ONCE", request.param)


def test_the_same_router_comes_of_fewer_records(tmp_path, at_once):
    path = tmp_path / "floor"
    journal, more = a_day(path)
    before, records = router_of(journal).picture(), list(journal.records())
    assert shorten(path)
    assert router_of(journal).picture() == before
    assert len(list(journal.records())) < len(records)
    assert rows(path, "journal") == 1, "the last number is never given again"
    journal.append(more)
    assert router_of(journal).picture() == rebuild(map(decode, [*records, *more])).picture()
    assert shorten(path)
    assert router_of(journal).picture() == rebuild(map(decode, [*records, *more])).picture()
    assert rows(path, "journal") == 1
    journal.close()


def test_it_is_the_same_at_every_step_while_others_append(tmp_path, monkeypatch):
    """The pauses are where others come to the file; each of them appends one more, and reads all."""
    path = tmp_path / "floor"
    monkeypatch.setattr(shortening, "AT_ONCE", 10)
    journal, more = a_day(path)
    live, left = router_of(journal), iter(more)
    steps = 0

    def others(_):
        nonlocal steps
        steps += 1
        record = next(left)
        journal.append([record])
        live.handle(decode(record))
        assert router_of(journal).picture() == live.picture()

    monkeypatch.setattr(shortening.time, "sleep", others)
    assert shorten(path)
    assert steps > 30
    assert rows(path, "journal") == 1 + steps
    journal.close()


def test_of_two_at_once_the_one_who_got_further_wins(tmp_path, monkeypatch):
    path = tmp_path / "floor"
    monkeypatch.setattr(shortening, "AT_ONCE", 10)
    journal, more = a_day(path)
    others, slept = [], shortening.time.sleep

    def meanwhile(_):
        monkeypatch.setattr(shortening.time, "sleep", slept)
        journal.append(more[:50])
        others.append(shorten(path))

    monkeypatch.setattr(shortening.time, "sleep", meanwhile)
    pictured = rebuild(map(decode, [*journal.records(), *more[:50]])).picture()
    assert not shorten(path)
    assert others == [True]
    assert router_of(journal).picture() == pictured
    assert rows(path, "standing") == len(list(journal.records()))
    journal.close()


def test_who_is_killed_within_leaves_what_the_next_one_drops(tmp_path, monkeypatch):
    path = tmp_path / "floor"
    monkeypatch.setattr(shortening, "AT_ONCE", 10)
    journal, _ = a_day(path)
    before = router_of(journal).picture()
    for steps in range(1, 60, 7):
        process = get_context("fork").Process(target=_killed_after, args=(path, steps))
        process.start()
        process.join(120)
        assert process.exitcode in (-signal.SIGKILL, 0)
        assert router_of(journal).picture() == before
    assert shorten(path) or rows(path, "journal") == 1
    assert rows(path, "standing") == len(list(journal.records()))
    journal.close()


def _killed_after(path, steps):
    def count(_):
        nonlocal steps
        steps -= 1
        if not steps:
            os.kill(os.getpid(), signal.SIGKILL)

    shortening.time.sleep = count
    shorten(path)


def test_it_goes_on_in_a_process_of_its_own(tmp_path):
    path = tmp_path / "floor"
    journal, _ = a_day(path)
    before = router_of(journal).picture()
    begin_shortening(path).join(120)
    assert rows(path, "journal") == 1
    assert router_of(journal).picture() == before
    journal.close()


def test_one_that_fails_is_told_and_changes_nothing(tmp_path, caplog):
    path = tmp_path / "floor"
    journal = SqliteJournal(path)
    journal.append([b"no record"])
    begin_shortening(path).join(120)
    assert "the floor's journal goes on growing" in caplog.text
    assert list(journal.records()) == [b"no record"]
    journal.close()


def at_once_here(path):
    shorten(path)
    return Thread()


def test_the_router_keeps_its_journal_short(tmp_path, monkeypatch):
    monkeypatch.setattr("center.acd.kept.RECORDS_MAX", 50)
    clock = Clock()
    journal = SqliteJournal(tmp_path / "floor", shortens=at_once_here)

    def kept_router():
        return KeptRouter(
            journal, later=clock.later, now=lambda: clock.now, decided=lambda *_: None
        )

    kept = kept_router()
    kept.post(ev.QueueSet(clock.now, Queue("sales", "tea")))
    kept.post(ev.AgentSet(clock.now, Agent("ann", "tea")))
    kept.post(ev.AgentSignedIn(clock.now, "ann"))
    lengths = []
    for n in range(200):
        kept.post(ev.ContactArrived(clock.now, f"c{n}", "sales", "voice"))
        kept.post(ev.ContactLeft(clock.now, f"c{n}"))
        clock.passes(GATHER_S * 2)
        lengths.append(len(list(journal.records())))
    assert max(lengths) < 60
    restarted = kept_router()
    restarted.load()
    assert restarted.router.picture() == kept.router.picture()
    assert restarted.router.queue_measure("sales").counts.arrived == 200
    journal.close()


def test_while_one_is_at_it_no_other_is_begun(tmp_path):
    begun = []

    class Busy(Thread):
        def is_alive(self):
            return True

    def begin(path):
        begun.append(path)
        return Busy()

    journal = SqliteJournal(tmp_path / "floor", shortens=begin)
    journal.shorten()
    journal.shorten()
    assert begun == [tmp_path / "floor"]
    journal.close()
