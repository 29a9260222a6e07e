"""A chassis: its boards by slot, what is free on them, and which of them to take it from.

A call's first unit comes from the board whose turn it is, and its others from the same board where it can be, so that a
board that fails takes down as few calls as can be, and no more than its share.
"""

from __future__ import annotations

from typing import Literal

from center.uap.boards import Board, Place
from center.uap.models import Model
from center.uap.resources import NOTHING
from center.uap.rota import Rota

Role = Literal["active", "standby", "failed"]
RoleMove = Literal["take over", "fail", "repair"]

ROLES: dict[tuple[Role, RoleMove], Role] = {
    ("standby", "take over"): "active",
    ("active", "fail"): "failed",
    ("standby", "fail"): "failed",
    ("failed", "repair"): "standby",
}


class PlatformError(ValueError):
    """Something asked of the platform that cannot be done, and what to do instead."""


class Chassis:
    """A chassis and what is free in it; the platform takes calls to it while it is active."""

    __slots__ = ("_rota", "boards", "free", "listed", "model", "name", "role", "takes_over_at")

    def __init__(self, name: str, model: Model, role: Role) -> None:
        self.name = name
        self.model = model
        self.role: Role = role
        self.takes_over_at: float | None = None
        """A standby on its way to be active is so then."""
        self.boards: dict[int, Board] = {}
        self.free = list(NOTHING)
        """Of the boards in service."""
        self.listed = [False for _ in NOTHING]
        """By resource: whether the platform has this chassis among those with room."""
        self._rota: Rota[Board] = Rota()
        """Of the boards in service."""

    def insert(self, slot: int, kind: str) -> Board:
        """Put a board in. Raises PlatformError if there is no room or no power for it."""
        if kind not in self.model.boards:
            known = ", ".join(self.model.boards)
            raise PlatformError(f"{self.model.name} has no board `{kind}`; it takes {known}")
        if not 1 <= slot <= self.model.open_slots:
            raise PlatformError(f"chassis {self.name} has open slots 1 to {self.model.open_slots}")
        if slot in self.boards:
            there = self.boards[slot]
            raise PlatformError(
                f"slot {slot} of {self.name} holds {there.kind.name}, {there.state}; drain and remove it"
            )
        board = self.model.boards[kind]
        if self.watts + board.watts.value > self.model.chassis.watts_max.value:
            raise PlatformError(
                f"{kind} draws {board.watts.value:g} W and {self.name} has"
                f" {self.model.chassis.watts_max.value - self.watts:g} W left"
            )
        self.boards[slot] = Board(Place(self.name, slot), board)
        return self.boards[slot]

    @property
    def watts(self) -> float:
        """What the boards in it draw."""
        fixed = sum(
            self.model.boards[kind].watts.value * count for kind, count in self.model.fixed.items()
        )
        return fixed + sum(board.kind.watts.value for board in self.boards.values())

    def count_in(self, board: Board) -> None:
        """Count in a board that comes into service."""
        for resource, units in enumerate(board.free):
            self.free[resource] += units
        self._rota.put_in(board)

    def count_out(self, board: Board) -> None:
        """Count out a board that leaves service."""
        for resource, units in enumerate(board.free):
            self.free[resource] -= units
        self._rota.take_out(board)

    def take(self, call: str, resource: int, near: Board | None = None) -> Board:
        """Take a unit that is free: from the board `near` if it has one, else from the one whose turn it is."""
        self.free[resource] -= 1
        if near is not None and near.listed[resource] and near.free[resource]:
            near.take(call, resource)
            return near
        board = self._rota.next(resource)
        board.take(call, resource)
        return board

    def give_back(self, call: str, board: Board, resource: int) -> bool:
        """Return a unit to its board; whether it can be taken again. A drained board is out with its last."""
        board.give_back(call, resource)
        if board.state == "in service":
            self.free[resource] += 1
            self._rota.put_back(board, resource)
            return True
        if board.state == "draining" and not board.holders:
            board.move("emptied")
        return False
