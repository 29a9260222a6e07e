"""The tables of a working day, and who an agent may be."""

from itertools import product
from typing import get_args

import pytest

from center.acd.agent import (
    LEVEL_MAX,
    PRESENCE,
    SKILLS_MAX,
    SLOT,
    SMS_SLOTS_MAX,
    Agent,
    Presence,
    PresenceMove,
    Skill,
    Slot,
    SlotMove,
)


def test_a_slot_goes_round_by_these_arrows_and_no_other():
    arrows = {
        ("free", "offer", "offered"),
        ("offered", "withdraw", "free"),
        ("offered", "accept", "busy"),
        ("busy", "finish", "wrap-up"),
        ("wrap-up", "wrapped up", "free"),
    }
    every = product(get_args(Slot), get_args(SlotMove))
    assert {(*pair, SLOT[pair]) for pair in every if pair in SLOT} == arrows
    assert len(SLOT) == len(arrows)


def test_presence_has_no_way_from_signed_out_to_ready_at_once():
    assert ("signed out", "be ready") not in PRESENCE
    assert ("signed out", "pause") not in PRESENCE
    assert ("ready", "sign in") not in PRESENCE
    assert set(PRESENCE.values()) == set(get_args(Presence))
    assert {move for _, move in PRESENCE} == set(get_args(PresenceMove))


@pytest.mark.parametrize("tables", [PRESENCE, SLOT])
def test_every_state_is_left_again(tables):
    assert {state for state, _ in tables} == set(tables.values())


def test_an_agent_at_the_limits_is_one_and_past_them_is_none():
    most = tuple(Skill(f"skill {n}", LEVEL_MAX) for n in range(SKILLS_MAX))
    assert Agent("ann", "north", most, 1, SMS_SLOTS_MAX).skills == most
    with pytest.raises(ValueError, match="at most 200 skills"):
        Agent("ann", "north", (*most, Skill("one more")))
    with pytest.raises(ValueError, match="conversations"):
        Agent("ann", "north", sms_slots=SMS_SLOTS_MAX + 1)
    with pytest.raises(ValueError, match="call at a time"):
        Agent("ann", "north", voice_slots=2)


@pytest.mark.parametrize(
    "skills", [(Skill("tea", 0),), (Skill("tea", LEVEL_MAX + 1),), (Skill("", 1),)]
)
def test_a_skill_has_a_name_and_a_level(skills):
    with pytest.raises(ValueError, match="a name and a level"):
        Agent("ann", "north", skills)


def test_a_skill_is_named_once():
    with pytest.raises(ValueError, match="twice"):
        Agent("ann", "north", (Skill("tea", 1), Skill("tea", 2)))
