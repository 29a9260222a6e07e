"""How the answer moves over the ranges of what is assumed: each figure at its low and its high end, and all that matter at once.

A figure at an end changes how many boards are needed (what a board brings, how many a chassis takes and feeds) or what
they cost (prices). The platform is sized anew each time, so what is told is the plan that one would get.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from center.uap.busy_hour import Traffic
from center.uap.figures import Figure
from center.uap.sizing import Boards, in_chassis, platform_for
from center.uap.traffic import Stream

MOVES = 0.005
"""A figure that moves the cost by less than this share either way is told as one that does not matter."""


@dataclass(frozen=True, slots=True)
class Swing:
    """A figure at either end of its range, all others as assumed."""

    name: str
    """As Model.figures has it."""
    figure: Figure
    low: Boards
    high: Boards

    def cost(self) -> tuple[float, float]:
        """Yuan with the figure at its low end, and at its high end."""
        return self.low.cost()[1], self.high.cost()[1]

    @property
    def width(self) -> float:
        """Yuan from the cheaper to the dearer end."""
        low, high = self.cost()
        return abs(high - low)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Of one model's plan."""

    swings: tuple[Swing, ...]
    """Of figures that move it, the widest first."""
    still: tuple[str, ...]
    """Assumed figures that do not."""
    best: Boards
    """With every figure that moves it at the end that is cheaper."""
    worst: Boards
    """With each of them at the dearer end."""


def sensitivity(traffic: Traffic, streams: tuple[Stream, ...], platform: Boards) -> Sensitivity:
    """How a platform for this traffic moves with what is assumed of its model."""
    of, cost = platform.model, platform.cost()[1]
    found = [
        swing
        for swing in _swings(traffic, streams, platform)
        if max(abs(end - cost) for end in swing.cost()) > MOVES * cost
    ]
    found.sort(key=lambda swing: -swing.width)
    best = worst = of
    for swing in found:
        low, high = swing.cost()
        cheap, dear = swing.figure.low, swing.figure.high
        if low > high:
            cheap, dear = dear, cheap
        best, worst = best.at(swing.name, cheap), worst.at(swing.name, dear)
    moving = {swing.name for swing in found}
    still = [name for name, figure in of.figures() if figure.assumed and name not in moving]
    return Sensitivity(
        tuple(found),
        tuple(still),
        platform_for(traffic, streams, best),
        platform_for(traffic, streams, worst),
    )


def _swings(traffic: Traffic, streams: tuple[Stream, ...], platform: Boards) -> Iterator[Swing]:
    of = platform.model
    brought = {f"{kind} {what}" for kind in platform.boards for what in of.boards[kind].gives}
    for name, figure in of.figures():
        if figure.assumed and figure.low < figure.high:
            ends = (of.at(name, value) for value in (figure.low, figure.high))
            low, high = (
                # Only what boards bring changes how many are needed.
                platform_for(traffic, streams, end)
                if name in brought
                else in_chassis(end, platform.boards)
                for end in ends
            )
            yield Swing(name, figure, low, high)
