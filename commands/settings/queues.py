"""`[[queue]]`: where buyers wait for a person, whom it asks for, and what happens meanwhile."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from center.acd.agent import LEVEL_MAX, Skill
from center.acd.queue import (
    ANSWER_S_MAX,
    POINTS_MAX,
    STICKY_S_MAX,
    WAIT_S_MAX,
    WAITING_MAX,
    WRAP_UP_S_MAX,
    Choice,
    Queue,
)
from center.acd.recipe import (
    MESSAGE_LENGTH_MAX,
    REQUIRES_MAX,
    STEPS_MAX,
    Action,
    OfferCallBack,
    Overflow,
    Play,
    Raise,
    Step,
    Widen,
)
from center.desk.queues import RECIPE, Queues
from commands.settings.section import Section

Seconds = Annotated[float, Field(ge=0, le=WAIT_S_MAX)]
Skills = Annotated[list[str], Field(max_length=REQUIRES_MAX, examples=[["tea=3"]])]


class StepSection(Section):
    """What happens to one who still waits then. Say one thing; write `[[queue.step]]` once for each."""

    after_s: Seconds
    """So long after joining, in seconds."""
    say: Annotated[str, Field(max_length=MESSAGE_LENGTH_MAX, pattern=r"^\w*$")] = ""
    """`agent_wait` tells how long it will be; any other name is a step of the seller's flow, whose texts are played or texted."""
    offer_call_back: bool = False
    """Whether a caller is asked to be called or texted back, keeping the place."""
    ask_also: Skills | None = None
    """Skills, as in `requires`: people who have these are asked as well. None of them: everybody who may serve the seller."""
    overflow: str = ""
    """Another queue of the seller, whose people are asked as well."""
    points: Annotated[float, Field(ge=-POINTS_MAX, le=POINTS_MAX)] = 0.0
    """Points that are added to the priority."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> StepSection:
        if len(self.actions()) != 1:
            raise ValueError(
                "a step does one thing; write one of say, offer_call_back, ask_also, overflow, points"
            )
        return self

    def actions(self) -> list[Action]:
        """What it does, for the router. Raises ValueError."""
        found: list[Action] = []
        if self.say:
            found.append(Play(self.say))
        if self.offer_call_back:
            found.append(OfferCallBack())
        if self.ask_also is not None:
            found.append(Widen(_skills(self.ask_also)))
        if self.overflow:
            found.append(Overflow(self.overflow))
        if self.points:
            found.append(Raise(self.points))
        return found


class QueueSection(Section):
    """How a queue of sellers' flows is served. Write `[[queue]]` once for each that is not as by default."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["noodles/sales"])]
    """`SELLER/QUEUE` for one, `QUEUE` for those of that name of all sellers, `*` for all others."""
    requires: Skills = Field(default=[])
    """Skills and the least level of each, as `dialcart people add --skill` enters them."""
    choice: Literal["longest idle", "least occupied"] = "longest idle"
    """Which of several free people is asked."""
    base: Annotated[float, Field(ge=-POINTS_MAX, le=POINTS_MAX)] = 0.0
    """Points of priority at joining."""
    rate: Annotated[float, Field(ge=0, le=POINTS_MAX)] = 1.0
    """Points a second of waiting; 0: a priority that does not age."""
    waiting_max: Annotated[int, Field(ge=0, le=WAITING_MAX)] = 100
    """As many wait as may; who comes then leaves by `busy`."""
    wait_s_max: Seconds = 600.0
    """So long one waits on the line; then one leaves by `timeout`."""
    answer_s: Annotated[float, Field(gt=0, le=ANSWER_S_MAX)] = 15.0
    """So long a desk rings, in seconds, before the offer goes to another and its agent is paused."""
    wrap_up_s: Annotated[float, Field(ge=0, le=WRAP_UP_S_MAX)] = 30.0
    """So long an agent may write up at most, in seconds."""
    sticky_s: Annotated[float, Field(ge=0, le=STICKY_S_MAX)] = 0.0
    """So long a buyer waits for who served them last, in seconds, while that agent is ready and busy. 0: for nobody."""
    level_within_s: Seconds = 20.0
    """An answer within so long counts for the service level."""
    step: list[StepSection] | None = Field(default=None, max_length=STEPS_MAX)
    """What happens while one waits. Left out: the wait is told after 20, 120 and 300 s, and a call-back offered after 45 s."""

    @model_validator(mode="after")
    def _can_be_opened(self) -> QueueSection:
        self.queue()
        return self

    def queue(self) -> Queue:
        """The value that the router takes. Raises ValueError."""
        steps = None if self.step is None else [Step(s.after_s, s.actions()[0]) for s in self.step]
        return Queue(
            self.name,
            "",
            _skills(self.requires),
            Choice(self.choice),
            **self.model_dump(exclude={"name", "requires", "choice", "step"}),
            recipe=RECIPE if steps is None else tuple(steps),
        )


def queues_of(sections: list[QueueSection]) -> Queues:
    """The queues as they are set."""
    return Queues({section.name: section.queue() for section in sections})


def skill_of(text: str) -> Skill:
    """`tea=3`, or `tea` for the first level. Raises ValueError."""
    name, _, level = text.partition("=")
    if not name or (level and not (level.isdecimal() and 1 <= int(level) <= LEVEL_MAX)):
        raise ValueError(f"`{text}` is no skill; write NAME=LEVEL with a level of 1 to {LEVEL_MAX}")
    return Skill(name, int(level or 1))


def _skills(texts: list[str]) -> tuple[Skill, ...]:
    return tuple(skill_of(text) for text in texts)
