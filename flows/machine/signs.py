"""What a node's function gives: the next node's index, or one of these signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from flows import program as p
from flows.turn import Turn

END = p.NOWHERE
WAIT = -2
"""The turn is over: an answer or an outcome is waited for."""
NO_MATCH = -3
"""The answer was not understood."""

ANYWHERE = 1_000_000
"""Added in `Turn.chosen` to an index into `Program.anywhere`; no menu has so many options."""

RESUME = "~"
CONFIRM = "?"
"""Marks before a question's name in `Session.at`."""
SPOKEN = CONFIRM + CONFIRM
"""The mark where speech is read back that nothing takes back: an answer's own `is that right?` has CONFIRM alone."""

STEPS_PER_TURN_MAX = 100
"""Nodes walked between two waits; more is a loop without a question (F104)."""
CALLS_MAX = 8
"""Steps called within one another."""


class Trace(Protocol):
    """Is told every edge that a session takes, for coverage."""

    def edge(self, node: int, label: str) -> None:
        """A node was left by this edge; labels are those of flows.program.edges."""
        ...

    def answered(self, node: int, chosen: int) -> None:
        """A question was answered: the option's index, -1 for a value, ANYWHERE + index for `anywhere`."""
        ...


Run = Callable[[Turn], int]
Answer = Callable[[Turn, str], int]


class Question(NamedTuple):
    """The functions of a node that asks."""

    name: str
    put: Run
    answer: Answer
    strict: Answer
    """As `answer`, for a first message: it takes no words that may mean anything."""


class FlowTroubleError(Exception):
    """The flow cannot go on: a bound was reached, or a value is not what a text needs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def refused(message: str) -> Callable[[Turn], Any]:
    """A text or an expression that the checker would refuse: it fails when it is reached."""

    def fail(_: Turn) -> Any:
        raise FlowTroubleError("text.failed", message)

    return fail
