"""An agent: who employs a person, what the person can do, and the tables of a working day.

Two tables, because an agent has several slots: PRESENCE is what a person said of themselves, SLOT is where one call or
one conversation stands. A slot that the table has no arrow for does not move; the router takes such an event as late.
"""

from typing import Literal, NamedTuple

import msgspec

Channel = Literal["voice", "sms"]
CHANNELS: tuple[Channel, ...] = ("voice", "sms")

LEVEL_MAX = 10
SKILLS_MAX = 200
VOICE_SLOTS_MAX = 1
SMS_SLOTS_MAX = 12


class Skill(NamedTuple):
    """Something a person can do, and how well; in a queue, how well at least."""

    name: str
    level: int = 1
    """1 to LEVEL_MAX."""


class Agent(msgspec.Struct, frozen=True):
    """A person who serves buyers. Takes one call and some conversations by text at a time."""

    name: str
    pool: str
    """Who employs them: a partner, or a seller for people of its own."""
    skills: tuple[Skill, ...] = ()
    voice_slots: int = 1
    sms_slots: int = 4

    def __post_init__(self) -> None:
        check_skills(self.skills, SKILLS_MAX)
        if not 0 <= self.voice_slots <= VOICE_SLOTS_MAX:
            raise ValueError(f"an agent has at most {VOICE_SLOTS_MAX} call at a time")
        if not 0 <= self.sms_slots <= SMS_SLOTS_MAX:
            raise ValueError(f"an agent has at most {SMS_SLOTS_MAX} conversations at a time")


def check_skills(skills: tuple[Skill, ...], most: int) -> None:
    """Raise ValueError if these are too many, name one twice, or have a level that is none."""
    if len(skills) > most:
        raise ValueError(f"at most {most} skills")
    if len({skill.name for skill in skills}) < len(skills):
        raise ValueError("a skill is named twice")
    if any(not skill.name or not 1 <= skill.level <= LEVEL_MAX for skill in skills):
        raise ValueError(f"a skill has a name and a level of 1 to {LEVEL_MAX}")


Presence = Literal["signed out", "not ready", "ready"]
PresenceMove = Literal["sign in", "be ready", "pause", "sign out"]

PRESENCE: dict[tuple[Presence, PresenceMove], Presence] = {
    ("signed out", "sign in"): "not ready",
    ("not ready", "be ready"): "ready",
    ("not ready", "pause"): "not ready",  # with another reason
    ("not ready", "sign out"): "signed out",
    ("ready", "pause"): "not ready",
    ("ready", "sign out"): "signed out",
}

Slot = Literal["free", "offered", "busy", "wrap-up"]
SlotMove = Literal["offer", "withdraw", "accept", "finish", "wrapped up"]

SLOT: dict[tuple[Slot, SlotMove], Slot] = {
    ("free", "offer"): "offered",
    ("offered", "withdraw"): "free",  # the buyer left, or the agent did not answer
    ("offered", "accept"): "busy",
    ("busy", "finish"): "wrap-up",
    ("wrap-up", "wrapped up"): "free",
}

REASON_SIGNED_IN = "signed in"
REASON_NO_ANSWER = "no answer"
REASON_DECLINED = "declined"
REASON_LENGTH_MAX = 40
