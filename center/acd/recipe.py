"""What happens to a buyer while waiting: steps in the order of time.

After OpenACD's recipes. Rings are steps that widen whom to ask, overflow is a step that asks another queue's people as
well; neither moves the buyer back, because the place is the time of joining and no step changes it.
"""

import msgspec

from center.acd.agent import Skill, check_skills

STEPS_MAX = 20
REQUIRES_MAX = 10
MESSAGE_LENGTH_MAX = 80


class Widen(msgspec.Struct, frozen=True, tag=True):
    """Ask those as well who have these skills: the next ring."""

    requires: tuple[Skill, ...]

    def __post_init__(self) -> None:
        check_skills(self.requires, REQUIRES_MAX)


class Overflow(msgspec.Struct, frozen=True, tag=True):
    """Ask those as well who serve another queue, as far as they may serve this seller."""

    queue: str


class Raise(msgspec.Struct, frozen=True, tag=True):
    """Add to the priority."""

    points: float


class Play(msgspec.Struct, frozen=True, tag=True):
    """Say something, by a name: one of the platform's own words, or a step of the seller's flow."""

    message: str

    def __post_init__(self) -> None:
        if not 0 < len(self.message) <= MESSAGE_LENGTH_MAX:
            raise ValueError(f"what is said has a name of at most {MESSAGE_LENGTH_MAX} characters")


class OfferCallBack(msgspec.Struct, frozen=True, tag=True):
    """Ask whether the buyer wants to be called or texted back, keeping the place."""


Action = Widen | Overflow | Raise | Play | OfferCallBack


class Step(msgspec.Struct, frozen=True):
    """One action, so long after the buyer joined."""

    after_s: float
    action: Action
