"""What all arrivals of a batch share."""

from __future__ import annotations

from dataclasses import dataclass

from center.changes import Changes
from center.limits.guard import Guard
from center.ports import Performer
from center.shops import Shops
from center.world import World


@dataclass(frozen=True, slots=True)
class Shared:
    """The world as the batch found it and as its arrivals leave it."""

    world: World
    shops: Shops
    performer: Performer
    guard: Guard
    changes: Changes
