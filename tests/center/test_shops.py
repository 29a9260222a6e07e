"""Programs ready to run: few enough to fit, and nothing of those that made room stays."""

import gc
from weakref import ref

import pytest

from center import shops
from center.shops import Shops
from flows.engine import begin, step
from flows.inputs import Buyer, Given, Text
from tests.flows.shops import NOON, program_of

FIRST, SECOND = b"first...", b"second.."


def say(text: str) -> Given:
    return Given(Text(text), Buyer("13800138000"), {})


def open_shops() -> Shops:
    return Shops({"a": FIRST, "b": SECOND}, lambda _: program_of())


def test_a_program_that_made_room_is_gone_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shops, "MACHINES_MAX", 1)
    opened = open_shops()
    machine = opened.current("a")
    assert machine is not None
    session, _ = begin(machine, "sms", say("你好"), NOON)
    step(machine, session, say("苹果 2"), NOON)
    seen = ref(machine)
    del machine
    gc.disable()
    try:
        opened.current("b")
        assert seen() is None
    finally:
        gc.enable()


def test_whoever_still_runs_on_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shops, "MACHINES_MAX", 1)
    opened = open_shops()
    machine = opened.current("a")
    assert machine is not None
    session, said = begin(machine, "sms", say("你好"), NOON)
    opened.current("b")
    again, said_again = begin(machine, "sms", say("你好"), NOON)
    assert (again, said_again) == (session, said)
    assert step(machine, session, say("苹果 2"), NOON)[0].turns == session.turns + 1


def test_a_program_is_known_by_its_fingerprint() -> None:
    machine = open_shops().machine(FIRST)
    assert machine is not None
    assert machine.fingerprint == FIRST
