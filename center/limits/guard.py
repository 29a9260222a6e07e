"""The guard at the turn batch: who is answered, which orders are placed at once, which are confirmed or refused.

It counts in memory what each sender, range of numbers and seller does. Orders of the last day are counted again at the
start (`restore`), since their limits are money, and so are codes, which are guessed at; messages are not. What a batch counted and then did not keep is taken
back at the next (`begin`, `keep`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

import msgspec

from center.contact import ContactKey
from center.limits.policy import Policies, Policy
from center.limits.robots import Robots
from center.limits.tally import (
    CODES,
    MESSAGES,
    ORDERS,
    PREFIX,
    SCREENS,
    SELLER,
    SENDER,
    Counted,
    Elsewhere,
    Tally,
    unconfirmed,
)

RESTORED_MAX = 200_000
"""Orders counted again at a start; of a platform that takes more in a day, the newest. So many messages to sellers are looked at, too, and so
many orders that wait, for codes that did not come back."""
CODE_DIGITS = 6
CODE_TRIES_MAX = 3
"""A code is guessed by chance with three in a million."""
CODES_PER_SENDER_MAX = 5
"""Codes sent to one number within ORDERS_WINDOW_S that did not come back. Who forges a number neither guesses at it all day
nor has us text its owner without end."""
CODE_S_MAX = 900
"""A code that is typed later is not taken."""
CODE_SILENCES_MAX = 3
"""A caller who says nothing so often, a minute each time, is told that they may call again, and hung up on: the line costs its trunk."""


class Verdict(Enum):
    """What becomes of a message."""

    TAKE = "take"
    TELL = "tell"
    """Not taken; the sender is told that it is too much, once."""
    IGNORE = "ignore"
    """Not taken and, by SMS, not answered; a dialog ends with what tells it."""


_TAKE = Verdict.TAKE
"""Of nearly all. A member looked up in its enumeration takes longer than all else that is asked here."""


class Placing(Enum):
    """What becomes of an order."""

    PLACE = "place"
    ASK_CODE = "ask for a code"
    CALL_BACK = "call back"
    REFUSE = "refuse"
    """More than the sender, the range or the seller may in a day."""


class Spent(msgspec.Struct, frozen=True, gc=False):
    """An order that counts."""

    seller: str
    buyer: str
    currency: str
    total: int
    at: int


@dataclass(slots=True)
class GuardCounters:
    """For operators."""

    messages_refused: Counter[str] = field(default_factory=Counter[str])
    """Messages past a limit, by what the settings call it."""
    robots: int = 0
    codes_asked: int = 0
    codes_right: int = 0
    codes_wrong: int = 0
    call_backs: int = 0
    orders_refused: Counter[str] = field(default_factory=Counter[str])
    """Orders, the same."""


class Guard:
    """Counts and judges. No clock, no chance: `now` and the secret are arguments."""

    def __init__(self, policies: Policies | None = None, secret: bytes = b"") -> None:
        """`secret` makes codes that nobody else can; the same after a restart, or codes sent before are worth nothing."""
        self.policies = policies or Policies()
        self.counters = GuardCounters()
        self.kept: Callable[[list[Counted]], None] | None = None
        """Told what a batch counted that spans sellers, once it is on disk; for who counts over several places."""
        self._secret = secret
        self._tally = Tally()
        rates = self._tally.rates
        self._by_sender, self._by_screen = rates(MESSAGES, SENDER), rates(SCREENS, SENDER)
        self._by_prefix, self._by_seller = rates(MESSAGES, PREFIX), rates(MESSAGES, SELLER)
        self._robots = Robots()
        self._counted: list[Counted] = []
        """By the batch that is open."""
        self._open: dict[tuple[str, str], dict[str, int]] = {}
        """Of these, what came in the second `_at`."""
        self._at = 0

    # --- batches ---

    def begin(self) -> None:
        """A batch begins; what the one before counted and did not keep is taken back."""
        for one in self._counted:
            self._tally.rates(one.what, one.whose).take_back(one.amounts, one.at)
        self._forget()

    def keep(self) -> None:
        """The batch is on disk."""
        if self._counted and self.kept is not None:
            self.kept([one for one in self._counted if one.whose != SELLER])
        self._forget()

    def _forget(self) -> None:
        """Nothing was counted since."""
        if self._counted:
            # Not cleared: who was told has them.
            self._counted, self._open = [], {}

    def restore(
        self, orders: Iterable[tuple[Spent, bool]], codes: Iterable[tuple[str, int]] = ()
    ) -> None:
        """Count orders that earlier runs placed, oldest first; each with whether it was vouched for, as `placed` has it. Likewise codes
        that they sent and that did not come back, each as the number and when.
        """
        for spent, is_vouched in orders:
            self.placed(spent, is_vouched=is_vouched)
        for number, at in codes:
            self._count(CODES, SENDER, number, 1, at)
        self._forget()

    def counts(self) -> list[Counted]:
        """All that is counted and spans sellers, for who counts over several places. Between batches only."""
        return [one for one in self._tally.counts() if one.whose != SELLER]

    # --- messages ---

    def admit(self, contact: ContactKey, text: str, now: int, elsewhere: Elsewhere = ()) -> Verdict:
        """Whether a message is taken: a text, or what is dialled and answered by USSD; empty where nothing is said. `elsewhere` is what its
        sender did in other places."""
        seller = contact.seller
        policy = self.policies.of(seller)
        is_dialog = contact.channel == "ussd"
        of_sender = policy.ussd_per_sender if is_dialog else policy.messages_per_sender
        of_prefix, of_seller = policy.messages_per_prefix, policy.messages_per_seller
        if not (of_sender or of_prefix or of_seller):
            return _TAKE
        buyer = contact.number
        if self._robots.is_robot(seller, buyer, text, now):
            self.counters.robots += 1
            return Verdict.IGNORE
        if of_sender:
            what = SCREENS if is_dialog else MESSAGES
            counted = self._counted_of(what, SENDER, now)
            counted[buyer] = counted.get(buyer, 0) + 1
            count = (self._by_screen if is_dialog else self._by_sender).add(buyer, 1, now)
            if elsewhere:
                count += _amount(elsewhere, what, SENDER)
            if count > of_sender:
                # From here on it counts for nobody else: one sender shall not use up what is others'.
                limit = "ussd_per_sender" if is_dialog else "messages_per_sender"
                self.counters.messages_refused[limit] += 1
                return Verdict.TELL if count == of_sender + 1 else Verdict.IGNORE
        if of_prefix:
            name = buyer[: policy.prefix_digits]
            counted = self._counted_of(MESSAGES, PREFIX, now)
            counted[name] = counted.get(name, 0) + 1
            count = self._by_prefix.add(name, 1, now)
            if elsewhere:
                count += _amount(elsewhere, MESSAGES, PREFIX)
            if count > of_prefix:
                self.counters.messages_refused["messages_per_prefix"] += 1
                return Verdict.IGNORE
        if of_seller:
            counted = self._counted_of(MESSAGES, SELLER, now)
            counted[seller] = counted.get(seller, 0) + 1
            if self._by_seller.add(seller, 1, now) > of_seller:
                self.counters.messages_refused["messages_per_seller"] += 1
                return Verdict.IGNORE
        return _TAKE

    # --- orders ---

    def judge(
        self, order: Spent, elsewhere: Elsewhere = (), *, is_vouched: bool = False
    ) -> Placing:
        """What becomes of an order that is not confirmed yet; `is_vouched` by its payment, so that nothing has to confirm it.

        What its sender ordered unconfirmed lately counts with it: many small orders are worth as much as a large one.
        """
        policy = self.policies.of(order.seller)
        if self.is_too_much(order, elsewhere):
            return Placing.REFUSE
        over = policy.confirm_over.get(order.currency)
        if (
            is_vouched
            or over is None
            or self._with_others(unconfirmed(order.currency), order.total, order, elsewhere) <= over
        ):
            return Placing.PLACE
        if (
            policy.confirm_by == "call back"
            or self._with_others(CODES, 1, order, elsewhere) > CODES_PER_SENDER_MAX
        ):
            self.counters.call_backs += 1
            return Placing.CALL_BACK
        return Placing.ASK_CODE

    def is_too_much(self, order: Spent, elsewhere: Elsewhere = ()) -> bool:
        """Whether it is more than the sender, the range or the seller may in a day, confirmed or not."""
        policy = self.policies.of(order.seller)
        at, tally = order.at, self._tally
        for what, whose, name, amount, most in _limits(policy, order):
            came = amount + tally.total(what, whose, name, at)
            if elsewhere:
                came += _amount(elsewhere, what, whose)
            if came > most:
                kind = ORDERS if what == ORDERS else "spend"
                self.counters.orders_refused[f"{kind}_per_{whose}"] += 1
                return True
        return False

    def placed(self, order: Spent, *, is_vouched: bool = False) -> None:
        """An order was placed in the batch that is open; `is_vouched` by a code, a payment or an agent, not by its number alone."""
        policy = self.policies.of(order.seller)
        for what, whose, name, amount, _ in _limits(policy, order):
            self._count(what, whose, name, amount, order.at)
        if not is_vouched and order.currency in policy.confirm_over:
            what = unconfirmed(order.currency)
            self._count(what, SENDER, order.buyer, order.total, order.at)

    def _count(self, what: str, whose: str, name: str, amount: int, at: int) -> None:
        counted = self._counted_of(what, whose, at)
        counted[name] = counted.get(name, 0) + amount
        self._tally.rates(what, whose).add(name, amount, at)

    def _counted_of(self, what: str, whose: str, at: int) -> dict[str, int]:
        """What the batch that is open counted of it in this second, by name."""
        if at != self._at:
            self._at, self._open = at, {}
        amounts = self._open.get((what, whose))
        if amounts is None:
            amounts = self._open[what, whose] = {}
            self._counted.append(Counted(what, whose, at, amounts))
        return amounts

    def _with_others(self, what: str, amount: int, order: Spent, elsewhere: Elsewhere) -> int:
        """An amount, with what else came of it from an order's sender."""
        here = self._tally.total(what, SENDER, order.buyer, order.at)
        return amount + here + _amount(elsewhere, what, SENDER)

    # --- codes ---

    def ask(self, order: Spent, key: str) -> str:
        """The code that is sent for an order which `key` names."""
        self.counters.codes_asked += 1
        self._count(CODES, SENDER, order.buyer, 1, order.at)
        return self.code(key)

    def came_back(self, order: Spent) -> None:
        """A code that was sent for this order: its number is its sender's."""
        self._count(CODES, SENDER, order.buyer, -1, order.at)

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


def _limits(policy: Policy, order: Spent) -> list[tuple[str, str, str, int, int]]:
    """What an order counts for: what, whose, the name of that, how much, and how much may come in a day."""
    buyer, currency, total = order.buyer, order.currency, order.total
    found: list[tuple[str, str, str, int, int]] = []
    if policy.orders_per_sender:
        found.append((ORDERS, SENDER, buyer, 1, policy.orders_per_sender))
    if currency in policy.spend_per_sender:
        found.append((currency, SENDER, buyer, total, policy.spend_per_sender[currency]))
    if currency in policy.spend_per_prefix:
        prefix = buyer[: policy.prefix_digits]
        found.append((currency, PREFIX, prefix, total, policy.spend_per_prefix[currency]))
    if currency in policy.spend_per_seller:
        found.append((currency, SELLER, order.seller, total, policy.spend_per_seller[currency]))
    return found


def _amount(elsewhere: Elsewhere, what: str, whose: str) -> int:
    """What came in other places; nothing, for nearly all."""
    for its, owner, amount in elsewhere:
        if its == what and owner == whose:
            return amount
    return 0
