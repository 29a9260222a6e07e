"""A seller's order system, which is slow or dead as chance has it, and what asks it.

Each order is asked for under a name that stays the same over crashes, so that the order system does it once however often it
is asked. One that gives no answer is not waited for longer than GIVES_UP_S; the order goes on without it.
"""

import asyncio
import random
from collections.abc import Callable, Sequence

from center.awaited import Awaited
from center.batch import TurnBatch
from center.changes import HandOverRequest
from center.contact import ContactKey
from center.desk.heard import Heard
from center.nobody import NOBODY
from flows.effects import Effect, Request
from flows.inputs import Outcome
from tests.crash.buyers import FLOW

GIVES_UP_S = 10.0
OTHER_CHANNELS = """\
  number 400-800-1234
  channels sms, ussd, voice
  ussd code *106#
"""
ASKING_FLOW = FLOW.replace("  channels sms\n", OTHER_CHANNELS, 1).replace(
    "step start\n", "service depot\n  hold(count) -> held yesno\n\nstep start\n", 1
).replace(
    "    1 Order -> place\n",
    "    1 Order -> hold\n",
    1,
).replace(
    "step place\n",
    "step hold\n  request kept = depot.hold(count)\n    when timeout -> place\n    when failed -> place\n  -> place\n\nstep place\n",
    1,
)  # fmt: skip
"""The flow of the crash harness by all channels, but that each order is held in the seller's depot first."""


class Depot:
    """The order system: outlives every crash of ours."""

    def __init__(self, chance: random.Random, *, slow_s: float, dead: float) -> None:
        """`dead`: of requests that get no answer."""
        self._chance = chance
        self._slow_s = slow_s
        self._dead = dead
        self.held: set[str] = set()
        """Names of what it did."""
        self.asked = 0

    def ask(self, name: str) -> float | None:
        """Do it, if it was not done; after how many seconds the answer comes, None for never."""
        self.asked += 1
        self.held.add(name)
        silent = self._chance.random() < self._dead
        return None if silent else self._chance.uniform(0, 2 * self._slow_s)


class Asking:
    """See center.ports.Performer. One for each life of the process."""

    def __init__(
        self, depot: Depot, clock: Callable[[], float], is_dead: Callable[[], bool]
    ) -> None:
        self._depot = depot
        self._clock = clock
        self._is_dead = is_dead
        self.turns: TurnBatch | None = None

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:
        """See center.ports.Performer."""
        return None if isinstance(effect, Request) else NOBODY.at_once(contact, effect)

    def heard(self, heard: Sequence[Heard]) -> None:
        """See center.ports.Performer."""

    def turned_away(self, requests: Sequence[HandOverRequest]) -> None:
        """See center.ports.Performer."""

    def perform(self, awaited: Sequence[Awaited]) -> None:
        """See center.ports.Performer."""
        for one in awaited:
            answers_s = self._depot.ask(one.key)
            outcome = Outcome("ok", {"held": True})
            if answers_s is None or answers_s > GIVES_UP_S:
                answers_s, outcome = GIVES_UP_S, Outcome("timeout")
            asyncio.get_running_loop().call_later(answers_s, self._settle, one, outcome)

    def _settle(self, awaited: Awaited, outcome: Outcome) -> None:
        if not self._is_dead() and self.turns is not None:
            self.turns.settle(awaited, outcome, int(self._clock()))
