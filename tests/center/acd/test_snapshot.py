"""A router made of a snapshot is the router that it was taken of: it looks the same, and acts the same from there on."""

from itertools import islice
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.acd import events as ev
from center.acd import known
from center.acd.agent import Agent, Skill
from center.acd.decisions import Offer
from center.acd.journal import RECORD_BYTES_MAX, decode, encode, rebuild
from center.acd.queue import Choice, Queue
from center.acd.router import Router
from center.acd.snapshot import SERVED_A_RECORD, snapshot
from tests.center.acd.test_journal import busy_day, histories


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


def test_who_is_asked_by_occupancy_later_only_is_as_occupied_as_before():
    history = [
        ev.QueueSet(1_000.0, Queue("sales", "noodles", choice=Choice.LEAST_OCCUPIED)),
        ev.AgentSet(1_000.0, Agent("ann", "north", sms_slots=0)),
        ev.AgentSet(1_000.0, Agent("bob", "noodles")),
        *(ev.AgentSignedIn(1_000.0, name) for name in ("ann", "bob")),
        *(ev.AgentReady(1_000.0, name) for name in ("ann", "bob")),
    ]
    router = rebuild(history)
    other = again(router)
    for event in (
        ev.ContractSet(1_139.0, "north", "noodles"),
        ev.AgentSet(1_182.0, Agent("ann", "north", (Skill("tea", 3),))),
        ev.ContactArrived(1_189.0, "c1", "sales", "sms"),
    ):
        assert told(other.handle(event)) == told(router.handle(event))


def test_of_so_many_buyers_and_no_more_it_is_remembered_who_served_them(monkeypatch):
    monkeypatch.setattr(known, "SERVED_MAX", SERVED_A_RECORD + 1)
    router = Router()
    for n in range(SERVED_A_RECORD + 2):
        router.remember(f"b{n}", f"a{n}")
    router.remember("b1", "ann")
    assert len(router.served) == SERVED_A_RECORD + 1
    assert "b0" not in router.served
    assert list(again(router).served.items()) == list(router.served.items())
    assert list(router.served.items())[-1] == ("b1", "ann")


OLDER = (
    ["ContractSet", 5.0, "house", "noodles"],
    [
        *("AgentStood", 5.0, {"name": "ann", "pool": "house"}, "not ready", "signed in"),
        *(0.0, 5.0, [1.0, 2.0, 3.0], [4.0, 4.0], [None, None]),
    ],
    [
        *("QueueStood", 5.0, {"name": "sales", "seller": "noodles"}),
        *({"arrived": 2, "answered": 1, "by_pool": {"house": {"answered": 1}}}, 4.0, 2.0),
    ],
    [
        *("ContactStood", 5.0, "c1", "sales", "voice", 1, 3.0, 3.0, 0.0, "", 0.0, False, None),
        *(0, "free", "", 0.0, [603.0, 2]),
    ],
    ["Stood", 5.0, 2],
    ["ContactArrived", 6.0, "c2", "sales", "voice", None, 0.0, ""],
    ["AgentReady", 7.0, "ann"],
)
"""As the first version wrote them that kept a journal short; what was added since comes last in each record, and may be missing."""


def test_a_journal_of_an_older_version_is_taken_up():
    older = [decode(msgspec.msgpack.encode(record)) for record in OLDER]
    router = rebuild(older[:-1])
    assert router.queue_measure("sales").counts.arrived == 3
    (offer,) = router.handle(older[-1])
    assert offer == Offer("c1", "ann", "sales", 22.0)
    assert again(router).picture() == router.picture()
