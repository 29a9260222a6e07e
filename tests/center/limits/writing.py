"""A buyer who writes to a shop with limits, in the core alone; partners answer what they are told to."""

from typing import Any

from center.contact import Arrival, ContactKey
from center.limits.guard import Guard
from center.limits.policy import Policies, Policy
from center.shops import Shops
from center.turns import take_turns
from flows import effects
from flows.inputs import Input, Outcome, Text
from flows.program import Program
from tests.center.test_performers import Remembering
from tests.flows.shops import NOON

NUMBER = "13800138000"
BUYER = ContactKey("shop", NUMBER, "sms")


class Writing:
    """The buyer, and the shop on what its store keeps."""

    def __init__(self, store: Any, program: Program, policy: Policy) -> None:
        """`store` is opened for this shop alone."""
        self.store = store
        self.policy = policy
        self.stamp = 0
        self.now = NOON
        store.publish("shop", program, NOON)
        self.shops = Shops(store.published(), store.program)
        self.guard = Guard(Policies(policy), b"secret")

    def give(self, given: Input, asked: tuple[int, int] | None = None) -> None:
        """One turn, on disk."""
        self.stamp += 1
        arrival = Arrival(BUYER, given, "1069", "carrier", b"", self.stamp, self.now, asked)
        with self.store.batch([arrival]) as batch:
            changes = take_turns([arrival], batch.world, self.shops, Remembering(), self.guard)
            batch.commit(changes)
        self.guard.keep()

    def writes(self, *texts: str) -> None:
        """One after the other."""
        for words in texts:
            self.give(Text(words))

    def hears_of(self, kind: type[effects.Effect], outcome: Outcome) -> None:
        """What the session waits for comes out so."""
        [awaited] = self.store.awaited()
        assert isinstance(awaited.effect, kind)
        self.give(outcome, (awaited.serial, awaited.turn))

    def is_paid(self) -> None:
        """The payment that is asked for comes in."""
        self.hears_of(effects.Pay, Outcome("ok"))

    def told(self) -> list[str]:
        """What the seller is told, oldest first."""
        return [text for _, _, text, _ in reversed(self.store.messages("shop"))]
