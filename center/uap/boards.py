"""A board in its slot: the states it goes through as a table, and what of it is taken by whom.

A board brings capacity while it is in service. A draining board keeps what it carries and takes nothing new; it is out
when the last has gone. Inserting a board touches no other, so it drops nothing; a board that fails takes down what it
carried and nothing else.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from center.uap.models import BoardKind
from center.uap.resources import NOTHING

State = Literal["empty", "inserted", "self-test", "in service", "draining", "out", "failed"]
Move = Literal["insert", "test", "pass", "drain", "emptied", "restore", "fail", "remove"]

STATES: dict[tuple[State, Move], State] = {
    ("empty", "insert"): "inserted",
    ("inserted", "test"): "self-test",
    ("inserted", "remove"): "empty",
    ("self-test", "pass"): "in service",
    ("self-test", "fail"): "failed",
    ("self-test", "remove"): "empty",
    ("in service", "drain"): "draining",
    ("in service", "fail"): "failed",
    ("draining", "emptied"): "out",
    ("draining", "restore"): "in service",
    ("draining", "fail"): "failed",
    ("out", "restore"): "self-test",
    ("out", "remove"): "empty",
    ("failed", "restore"): "self-test",
    ("failed", "remove"): "empty",
}
"""A board in service is drained before it is pulled; one that is pulled all the same has failed."""
BY_OPERATORS: tuple[Move, ...] = ("drain", "restore", "fail", "remove")
"""What is done to a board in its slot; the rest it does by itself."""


class Place(NamedTuple):
    """Where a board is."""

    chassis: str
    slot: int
    """From 1."""


class Board:
    """One board and the units of it that calls and seats hold."""

    __slots__ = ("free", "holders", "kind", "listed", "place", "state", "tested_at")

    def __init__(self, place: Place, kind: BoardKind) -> None:
        self.place = place
        self.kind = kind
        self.state: State = "inserted"
        self.tested_at = 0.0
        """When the self-test is over, in Unix seconds."""
        self.free = list(kind.units)
        self.listed = [False for _ in NOTHING]
        """By resource: whether the chassis has this board among those with room."""
        self.holders: dict[str, list[int]] = {}
        """By call: the resource of each unit that it holds."""

    def may(self, move: Move) -> bool:
        """Whether the table has this arrow."""
        return (self.state, move) in STATES

    def move(self, move: Move) -> None:
        """Go to the next state; the caller has asked whether it may."""
        self.state = STATES[self.state, move]

    def take(self, call: str, resource: int) -> None:
        """Give a unit to a call."""
        self.free[resource] -= 1
        self.holders.setdefault(call, []).append(resource)

    def give_back(self, call: str, resource: int) -> None:
        """Take a unit back from a call."""
        self.free[resource] += 1
        held = self.holders[call]
        held.remove(resource)
        if not held:
            del self.holders[call]

    def rename(self, call: str, name: str) -> None:
        """A call has another name from now on."""
        self.holders[name] = self.holders.pop(call)
