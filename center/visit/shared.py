"""What all arrivals of a batch share."""

from __future__ import annotations

from dataclasses import dataclass, field

from center.changes import Changes
from center.limits.guard import Guard
from center.ports import Performer
from center.shops import Shops
from center.world import World
from flows.machine import Machine


@dataclass(frozen=True, slots=True)
class Shared:
    """The world as the batch found it and as its arrivals leave it."""

    world: World
    shops: Shops
    performer: Performer
    guard: Guard
    changes: Changes
    machines: dict[str, Machine | None] = field(default_factory=dict[str, "Machine | None"])
    """By seller, those that were asked for."""

    def current(self, seller: str) -> Machine | None:
        """The machine that new sessions of a seller run on, the same for the whole batch."""
        if seller in self.machines:
            return self.machines[seller]
        machine = self.machines[seller] = self.shops.current(seller)
        return machine
