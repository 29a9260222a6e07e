"""A seller's order system, which is slow, dead or breaks off as chance has it, and the gateway's own line that asks it.

Each order is asked for under a key that stays the same over crashes, so that the order system does it once however often it
is asked. One that gives no answer is not waited for longer than GIVES_UP_S; the order goes on without it.
"""

import asyncio
import random
from collections.abc import Callable

from center.awaited import Awaited
from center.batch import TurnBatch
from center.performers import Performers
from flows.inputs import Outcome
from gateway.line import Line
from gateway.message import Answer
from gateway.partner import Partner
from gateway.partners import Partners
from tests.crash.buyers import FLOW

GIVES_UP_S = 10.0
PARTNER = Partner(
    "depot",
    "http://depot",
    {"hold": "hold"},
    timeout_s=GIVES_UP_S,
    # Every order is to be asked for, whatever became of those before it.
    at_once=1_000,
    failures_max=1_000_000,
)
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

    def __init__(self, chance: random.Random, *, slow_s: float, dead: float, breaks: float) -> None:
        """`dead`: of requests that get no answer; `breaks`: of those that it does and breaks off instead of an answer."""
        self._chance = chance
        self._slow_s = slow_s
        self._dead = dead
        self._breaks = breaks
        self.held: set[str] = set()
        """Keys of what it did."""
        self.asked = 0

    def ask(
        self, operation: str, key: str, body: bytes, done: Callable[[Answer], object]
    ) -> asyncio.TimerHandle:
        """See gateway.line.Asks. It does it, if it was not done."""
        assert operation == "hold"
        assert body
        self.asked += 1
        self.held.add(key)
        luck = self._chance.random()
        later = asyncio.get_running_loop().call_later
        if luck < self._dead:
            # A timer that tells nothing: the line gives up before it.
            return later(2 * GIVES_UP_S, lambda: None)
        after_s = self._chance.uniform(0, 2 * self._slow_s)
        is_lost = luck < self._dead + self._breaks
        answer = Answer(trouble="it broke off") if is_lost else Answer(200, b'{"held": true}')
        return later(after_s, done, answer)


class Asking(Performers):
    """What asks it: one for each life of the process."""

    def __init__(
        self, depot: Depot, clock: Callable[[], float], is_dead: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._clock = clock
        self._is_dead = is_dead
        loop = asyncio.get_running_loop()
        self._line = Line(PARTNER, depot, self._settle, later=loop.call_later, clock=loop.time)
        self.partners = self._partners = Partners({PARTNER.name: self._line}, self._settle)
        self.turns: TurnBatch | None = None

    def resume(self, awaited: list[Awaited]) -> None:
        """What an earlier life asked for, it may not have been told."""
        self._partners.resume(awaited)

    def die(self) -> None:
        """Nobody asks any more."""
        self._line.stop()

    def _settle(self, awaited: Awaited, outcome: Outcome) -> None:
        if not self._is_dead() and self.turns is not None:
            self.turns.settle(awaited, outcome, int(self._clock()))
