"""Orders whose code does not come back, as a service: they are given up in time (center.unconfirmed)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from center.awaited import Awaited
from center.batch import TurnBatch
from center.unconfirmed import GIVEN_UP
from commands.serving.patrol import Patrol

EVERY_S = 10.0


class Kept(Protocol):
    """See store.database.Database."""

    def awaited(self) -> Sequence[Awaited]: ...


class GivingUp(Patrol):
    """Begins with what an earlier run left. An outcome that the store cannot keep is brought again by the turn batch."""

    name = "codes"

    def __init__(
        self, store: Kept, turns: TurnBatch, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__("orders without their codes are not given up", EVERY_S, self.go)
        self._store = store
        self._turns = turns
        self._clock = clock

    async def open(self) -> None:
        """See Patrol."""
        self._turns.unconfirmed.begin(self._store.awaited())
        await super().open()

    def go(self) -> None:
        """One round."""
        now = int(self._clock())
        for awaited in self._turns.unconfirmed.due(now):
            self._turns.settle(awaited, GIVEN_UP, now)
