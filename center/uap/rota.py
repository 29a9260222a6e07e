"""Whose turn it is to give a unit: boards of a chassis, chassis of a platform, so that each carries its share.

One whose last unit was taken stays on the list until its turn comes; so taking a unit costs the same however many give.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, Protocol, TypeVar

from center.uap.resources import NOTHING


class Giver(Protocol):
    """What has units to give."""

    free: list[int]
    """By resource."""
    listed: list[bool]
    """By resource: whether a rota has it. The rota's own."""


G = TypeVar("G", bound=Giver)


class Rota(Generic[G]):
    """By resource, those that had some free when they were last looked at, in turn."""

    __slots__ = ("_by_resource",)

    def __init__(self) -> None:
        self._by_resource: tuple[deque[G], ...] = tuple(deque[G]() for _ in NOTHING)

    def put_in(self, giver: G) -> None:
        """List one for all that it has free."""
        for resource, units in enumerate(giver.free):
            if units:
                self.put_back(giver, resource)

    def put_back(self, giver: G, resource: int) -> None:
        """List one for a resource of which it has some free again."""
        if not giver.listed[resource]:
            giver.listed[resource] = True
            self._by_resource[resource].append(giver)

    def take_out(self, giver: G) -> None:
        """One gives nothing any more."""
        for resource, listed in enumerate(giver.listed):
            if listed:
                giver.listed[resource] = False
                self._by_resource[resource].remove(giver)

    def next(self, resource: int) -> G:
        """Whose turn it is; the caller knows that some is free."""
        givers = self._by_resource[resource]
        while not givers[0].free[resource]:
            givers.popleft().listed[resource] = False
        givers.rotate(-1)
        return givers[-1]
