"""The queues of sellers: how each is set, by the settings or by default, and by its name for the router."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from center.acd.queue import Queue
from center.acd.recipe import OfferCallBack, Overflow, Play, Step

AGENT_WAIT = "agent_wait"
"""What a recipe calls the platform's own word on how long it will be; it plays anything else from a step of the flow."""
RECIPE = (
    Step(20.0, Play(AGENT_WAIT)),
    Step(45.0, OfferCallBack()),
    Step(120.0, Play(AGENT_WAIT)),
    Step(300.0, Play(AGENT_WAIT)),
)
"""What a queue does while somebody waits, unless it is set otherwise: says how long it will be, and offers to call back."""


@dataclass(frozen=True, slots=True)
class Queues:
    """Settings by name: `noodles/sales` for one seller's queue, `sales` for those of that name, `*` for all others."""

    settings: Mapping[str, Queue] = field(default_factory=dict[str, Queue])

    def queue(self, seller: str, name: str) -> Queue:
        """A seller's queue as it is set."""
        full = full_name(seller, name)
        found = next(
            (self.settings[key] for key in (full, name, "*") if key in self.settings),
            Queue(full, seller, recipe=RECIPE),
        )
        recipe = tuple(
            Step(step.after_s, Overflow(full_name(seller, step.action.queue)))
            if isinstance(step.action, Overflow)
            else step
            for step in found.recipe
        )
        return replace(found, name=full, seller=seller, recipe=recipe)

    def with_overflows(self, seller: str, name: str) -> Iterator[Queue]:
        """A queue, after those to which its buyers overflow."""
        queue = self.queue(seller, name)
        for step in queue.recipe:
            if isinstance(step.action, Overflow):
                yield self.queue(seller, short_name(step.action.queue))
        yield queue

    def changed(self, known: Iterable[Queue]) -> Iterator[Queue]:
        """Queues that are set otherwise than they are known."""
        for queue in known:
            wanted = self.queue(queue.seller, short_name(queue.name))
            if wanted != queue:
                yield wanted


def full_name(seller: str, name: str) -> str:
    """The router's name of a seller's queue."""
    return f"{seller}/{name}"


def short_name(full: str) -> str:
    """A queue's name in its seller's flow."""
    return full.partition("/")[2]
