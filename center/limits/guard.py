"""The guard at the turn batch: who is answered, which orders are placed at once, which are confirmed or refused.

It counts in memory what each sender, range of numbers and seller does. Orders of the last day are counted again at the
start (`restore`), since their limits are money; messages are not. What a batch counted and then did not keep is taken
back at the next (`begin`, `keep`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from center.contact import ContactKey
from center.limits.policy import Policies
from center.limits.rates import Rates
from center.limits.robots import Robots

MESSAGES_WINDOW_S = 600
ORDERS_WINDOW_S = 86_400
RESTORED_MAX = 200_000
"""Orders counted again at a start; of a platform that takes more in a day, the newest."""
CODE_DIGITS = 6
CODE_TRIES_MAX = 3
"""A code is guessed by chance with three in a million."""
CODE_S_MAX = 900
"""A code that is typed later is not taken."""


class Verdict(Enum):
    """What becomes of a message."""

    TAKE = "take"
    TELL = "tell"
    """Not taken; the sender is told that it is too much, once."""
    IGNORE = "ignore"
    """Not taken and not answered."""


class Placing(Enum):
    """What becomes of an order."""

    PLACE = "place"
    ASK_CODE = "ask for a code"
    CALL_BACK = "call back"
    REFUSE = "refuse"
    """More than the sender, the range or the seller may in a day."""


class Spent(NamedTuple):
    """An order that counts."""

    seller: str
    buyer: str
    currency: str
    total: int
    at: int


@dataclass(slots=True)
class GuardCounters:
    """For operators."""

    too_many: int = 0
    """Messages past a limit."""
    robots: int = 0
    codes_asked: int = 0
    codes_right: int = 0
    codes_wrong: int = 0
    call_backs: int = 0
    orders_refused: int = 0


class Guard:
    """Counts and judges. No clock, no chance: `now` and the secret are arguments."""

    def __init__(self, policies: Policies | None = None, secret: bytes = b"") -> None:
        """`secret` makes codes that nobody else can; the same after a restart, or codes sent before are worth nothing."""
        self.policies = policies or Policies()
        self.counters = GuardCounters()
        self._secret = secret
        self._messages: Rates[tuple[str, str]] = Rates(MESSAGES_WINDOW_S)
        self._orders: Rates[tuple[str, str]] = Rates(ORDERS_WINDOW_S)
        self._spend: Rates[tuple[str, str, str]] = Rates(ORDERS_WINDOW_S)
        self._robots = Robots()
        self._counted: list[Spent] = []
        """By the batch that is open."""

    # --- batches ---

    def begin(self) -> None:
        """A batch begins; what the one before counted and did not keep is taken back."""
        for spent in self._counted:
            self._count(spent, -1)
        self._counted.clear()

    def keep(self) -> None:
        """The batch is on disk."""
        self._counted.clear()

    def restore(self, orders: Iterable[Spent]) -> None:
        """Count orders that earlier runs placed, oldest first."""
        for spent in orders:
            self._count(spent, 1)

    # --- messages ---

    def admit(self, contact: ContactKey, text: str, now: int) -> Verdict:
        """Whether a message is taken."""
        policy = self.policies.of(contact.seller)
        if not policy.messages_per_sender:
            return Verdict.TAKE
        if self._robots.is_robot(contact.seller, contact.buyer, text, now):
            self.counters.robots += 1
            return Verdict.IGNORE
        count = self._messages.add(("sender", contact.buyer), 1, now)
        if count > policy.messages_per_sender:
            self.counters.too_many += 1
            is_first = count == policy.messages_per_sender + 1
            return Verdict.TELL if is_first else Verdict.IGNORE
        prefix = contact.buyer[: policy.prefix_digits]
        for kind, name, most in (
            ("prefix", prefix, policy.messages_per_prefix),
            ("seller", contact.seller, policy.messages_per_seller),
        ):
            if most and self._messages.add((kind, name), 1, now) > most:
                self.counters.too_many += 1
                return Verdict.IGNORE
        return Verdict.TAKE

    # --- orders ---

    def judge(self, order: Spent) -> Placing:
        """What becomes of an order that is not confirmed yet."""
        policy = self.policies.of(order.seller)
        if self._is_too_much(order):
            self.counters.orders_refused += 1
            return Placing.REFUSE
        over = policy.confirm_over.get(order.currency)
        if over is None or order.total <= over:
            return Placing.PLACE
        if policy.confirm_by == "call back":
            self.counters.call_backs += 1
            return Placing.CALL_BACK
        self.counters.codes_asked += 1
        return Placing.ASK_CODE

    def placed(self, order: Spent) -> None:
        """An order was placed in the batch that is open."""
        self._counted.append(order)
        self._count(order, 1)

    def _is_too_much(self, order: Spent) -> bool:
        policy = self.policies.of(order.seller)
        most = policy.orders_per_sender
        if most and self._orders.total(("sender", order.buyer), order.at) >= most:
            return True
        currency = order.currency
        for kind, name, amounts in (
            ("sender", order.buyer, policy.spend_per_sender),
            ("prefix", order.buyer[: policy.prefix_digits], policy.spend_per_prefix),
            ("seller", order.seller, policy.spend_per_seller),
        ):
            limit = amounts.get(currency)
            if limit is not None:
                spent = self._spend.total((kind, name, currency), order.at)
                if spent + order.total > limit:
                    return True
        return False

    def _count(self, order: Spent, sign: int) -> None:
        policy = self.policies.of(order.seller)
        if policy.orders_per_sender:
            self._orders.add(("sender", order.buyer), sign, order.at)
        for kind, name, amounts in (
            ("sender", order.buyer, policy.spend_per_sender),
            ("prefix", order.buyer[: policy.prefix_digits], policy.spend_per_prefix),
            ("seller", order.seller, policy.spend_per_seller),
        ):
            if order.currency in amounts:
                self._spend.add((kind, name, order.currency), sign * order.total, order.at)

    # --- codes ---

    def code(self, key: str) -> str:
        """The code that confirms what `key` names."""
        digest = hmac.digest(self._secret, key.encode(), hashlib.sha256)
        return f"{int.from_bytes(digest[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"

    def is_code(self, key: str, typed: str) -> bool:
        """Whether this is that code, compared in the same time whatever is typed."""
        digits = "".join(character for character in typed[:64] if character.isdecimal())
        # Digits of other scripts are digits all the same.
        plain = "".join(str(int(digit)) for digit in digits)
        right = hmac.compare_digest(plain.encode(), self.code(key).encode())
        if right:
            self.counters.codes_right += 1
        else:
            self.counters.codes_wrong += 1
        return right
