"""A queue of a seller: whom it asks for, how it ranks who waits, and where its patience ends.

Limits and exits are those of Huawei's skill queues (Cloud Contact Center, developer guide, "skill queues": maxWaitTime
up to 60,000 s, maxWaitNum up to 10,000, wrap-up up to 3,600 s; exits noAgents, busy, timeOut).
"""

from enum import StrEnum
from math import isfinite

import msgspec

from center.acd.agent import Skill, check_skills
from center.acd.recipe import REQUIRES_MAX, STEPS_MAX, Raise, Step

WAIT_S_MAX = 60_000
WAITING_MAX = 10_000
WRAP_UP_S_MAX = 3_600
ANSWER_S_MAX = 300
STICKY_S_MAX = 3_600
POINTS_MAX = 1e6
NOBODY_S = 60.0
"""Who waits is let go so long after the last has signed out who could be asked: shifts change, and a lost seat is taken again."""


class Exit(StrEnum):
    """How a buyer leaves a queue without a person; a flow goes on from each."""

    NO_AGENTS = "no agents"
    """Nobody is signed in whom any step of the queue could ask: on arrival, or for NOBODY_S while one waits on the line."""
    BUSY = "busy"
    """As many wait as may."""
    TIME_OUT = "time-out"
    """Waited as long as one may."""


class Choice(StrEnum):
    """Which of several free agents is asked."""

    LONGEST_IDLE = "longest idle"
    LEAST_OCCUPIED = "least occupied"
    """The least busy of late; older work counts less and less (occupancy.py)."""


class Queue(msgspec.Struct, frozen=True):
    """Where the buyers of a seller wait. Priority is base + rate * seconds waited, the highest first."""

    name: str
    seller: str
    requires: tuple[Skill, ...] = ()
    """Skills and the least level of each."""
    choice: Choice = Choice.LONGEST_IDLE
    base: float = 0.0
    """Points of priority at joining."""
    rate: float = 1.0
    """Points a second of waiting; 0 for a priority that does not age."""
    waiting_max: int = 100
    wait_s_max: float = 600.0
    """On the line. One who wants to be called back waits up to WAIT_S_MAX."""
    answer_s: float = 15.0
    """How long an agent's desk rings before the offer goes to another."""
    wrap_up_s: float = 30.0
    sticky_s: float = 0.0
    """How long one may wait for the very agent one asks for, while that agent is at work."""
    level_within_s: float = 20.0
    """The time within which an answer counts for the service level."""
    recipe: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        check_skills(self.requires, REQUIRES_MAX)
        for what, value, most in (
            ("waiting_max", self.waiting_max, WAITING_MAX),
            ("wait_s_max", self.wait_s_max, WAIT_S_MAX),
            ("answer_s", self.answer_s, ANSWER_S_MAX),
            ("wrap_up_s", self.wrap_up_s, WRAP_UP_S_MAX),
            ("sticky_s", self.sticky_s, STICKY_S_MAX),
            ("level_within_s", self.level_within_s, WAIT_S_MAX),
            ("rate", self.rate, POINTS_MAX),
        ):
            if not 0 <= value <= most:
                raise ValueError(f"{what} lies between 0 and {most}")
        if not isfinite(self.base) or abs(self.base) > POINTS_MAX:
            raise ValueError(f"base lies within {POINTS_MAX} points")
        if len(self.recipe) > STEPS_MAX:
            raise ValueError(f"a recipe has at most {STEPS_MAX} steps")
        times = [step.after_s for step in self.recipe]
        if times != sorted(times) or any(not 0 <= after_s <= WAIT_S_MAX for after_s in times):
            raise ValueError(f"the steps of a recipe come in order, each within {WAIT_S_MAX} s")

    def raised(self, steps: int) -> float:
        """Points that so many steps of the recipe have added."""
        actions = (step.action for step in self.recipe[:steps])
        return sum(action.points for action in actions if isinstance(action, Raise))
