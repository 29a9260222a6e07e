"""A kind of call knows the most that it still needs."""

import pytest

from center.uap.kinds import PHASES_MAX, Kind, Phase, kind, usual_kinds
from center.uap.resources import NOTHING, UnknownResourceError, named, vector


def test_a_phase_needs_what_it_and_those_after_it_take():
    found = usual_kinds()["speech to a person, recorded"]
    kept = {"sip": 1, "ivr": 1, "dtmf": 1, "record": 1}
    assert [named(need) for need in found.needs] == [{**kept, "asr": 1, "tts": 1}, kept, kept, kept]
    assert found.place("talk") == 2


def test_a_call_takes_what_it_may_come_to_and_nothing_else():
    kinds = usual_kinds()
    flow = {"sip": 1, "ivr": 1, "dtmf": 1}
    assert named(kinds["keys"].needs[0]) == flow
    assert named(kinds["keys, recorded"].needs[0]) == {**flow, "record": 1}
    assert named(kinds["speech"].needs[0]) == {**flow, "asr": 1, "tts": 1}
    assert [phase.name for phase in kinds["keys"].phases] == ["menu"]


def test_a_seat_is_no_call_attempt_and_a_call_by_e1_takes_both_its_ports():
    assert not usual_kinds()["seat"].is_call
    keys = usual_kinds("e1")["keys"]
    assert keys.is_call
    assert named(keys.needs[0]) == {"e1": 1, "sip": 1, "ivr": 1, "dtmf": 1}


def test_what_is_no_kind_is_refused():
    with pytest.raises(UnknownResourceError, match="`ports` is no resource; write one of e1, sip"):
        kind("x", {"a": {"ports": 1}})
    with pytest.raises(ValueError, match="a number from 0 up"):
        kind("x", {"a": {"sip": -1}})
    with pytest.raises(ValueError, match="not held"):
        kind("x", {"a": {"caps": 1}})
    with pytest.raises(ValueError, match="phases"):
        kind("x", {})
    with pytest.raises(ValueError, match="no phase `b`"):
        kind("x", {"a": {}}).place("b")
    with pytest.raises(ValueError, match="named twice"):
        Kind("x", (Phase("a", NOTHING), Phase("a", NOTHING)))
    many = tuple(Phase(str(n), vector({"sip": 1})) for n in range(PHASES_MAX))
    assert Kind("x", many)
    with pytest.raises(ValueError, match="phases"):
        Kind("x", (*many, Phase("more", NOTHING)))
