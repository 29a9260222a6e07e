"""Orders whose code does not come back, as a service: they are given up in time (center.unconfirmed)."""

from __future__ import annotations

import time
from collections.abc import Callable

from center.batch import TurnBatch
from center.unconfirmed import GIVEN_UP, Kept, Unconfirmed
from commands.serving.patrol import Patrol

EVERY_S = 1.0


class GivingUp(Patrol):
    """Those that an earlier run left, too. An outcome that the store cannot keep is brought again by the turn batch."""

    name = "codes"

    def __init__(
        self, store: Kept, turns: TurnBatch, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__("orders without their codes are not given up", EVERY_S, self.go)
        self._unconfirmed = Unconfirmed(store)
        self._turns = turns
        self._clock = clock

    def go(self) -> None:
        """One round."""
        now = int(self._clock())
        for awaited in self._unconfirmed.due(now):
            self._turns.settle(awaited, GIVEN_UP, now)
