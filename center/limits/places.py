"""What came from whom in each of several places, so that each can be told what came in the others.

Sellers are spread over processes, and each counts exactly what it has on disk. A sender who buys in one place only, as nearly
all do, costs a look in one table here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from center.contact import ContactKey
from center.limits.policy import Policies, Policy
from center.limits.rates import KEYS_MAX
from center.limits.tally import (
    CODES,
    MESSAGES,
    ORDERS,
    PREFIX,
    SCREENS,
    SENDER,
    Count,
    Elsewhere,
    Tally,
    unconfirmed,
)


class Places:
    """Tallies of places that are numbered from 0. No clock."""

    def __init__(self, policies: Policies, count: int) -> None:
        self._tallies = [Tally() for _ in range(count)]
        self._senders: OrderedDict[str, int] = OrderedDict()
        """Where each sender was, a bit a place. Of those who did nothing longest the oldest give way, as in Rates."""
        self._of_platform = _asked(policies.platform)
        self._of_sellers = {name: _asked(policy) for name, policy in policies.sellers.items()}

    def begin(self, place: int) -> None:
        """A place tells all that it has counted, from the beginning."""
        self._tallies[place] = Tally()

    def add(self, place: int, counts: Iterable[Count]) -> None:
        """What was counted in a place."""
        rates, senders, here = self._tallies[place].rates, self._senders, 1 << place
        for what, whose, name, amount, at in counts:
            rates(what).add((whose, name), amount, at)
            if whose == SENDER:
                senders[name] = senders.get(name, 0) | here
                senders.move_to_end(name)
                if len(senders) > KEYS_MAX:
                    senders.popitem(last=False)

    def elsewhere(self, place: int, contact: ContactKey, now: int) -> Elsewhere:
        """What came, in other places than this, from who does something here."""
        asked = self._of_sellers.get(contact.seller, self._of_platform)
        found: list[tuple[str, str, int]] = []
        if self._senders.get(contact.buyer, 0) & ~(1 << place):
            self._add_totals(found, place, SENDER, contact.buyer, asked.of_sender, now)
        if asked.of_prefix:
            prefix = contact.buyer[: asked.prefix_digits]
            self._add_totals(found, place, PREFIX, prefix, asked.of_prefix, now)
        return tuple(found)

    def _add_totals(
        self,
        found: list[tuple[str, str, int]],
        place: int,
        whose: str,
        name: str,
        whats: Iterable[str],
        now: int,
    ) -> None:
        for what in whats:
            amount = 0
            for other, tally in enumerate(self._tallies):
                if other != place:
                    amount += tally.total(what, whose, name, now)
            if amount:
                found.append((what, whose, amount))


class _Asked(NamedTuple):
    """What a policy limits."""

    of_sender: tuple[str, ...]
    of_prefix: tuple[str, ...]
    prefix_digits: int


def _asked(policy: Policy) -> _Asked:
    of_sender = [*policy.spend_per_sender, *map(unconfirmed, policy.confirm_over)]
    if policy.confirm_over and policy.confirm_by == "code":
        of_sender.append(CODES)
    if policy.messages_per_sender:
        of_sender.append(MESSAGES)
    if policy.ussd_per_sender:
        of_sender.append(SCREENS)
    if policy.orders_per_sender:
        of_sender.append(ORDERS)
    of_prefix = [*policy.spend_per_prefix]
    if policy.messages_per_prefix:
        of_prefix.append(MESSAGES)
    return _Asked(tuple(of_sender), tuple(of_prefix), policy.prefix_digits)
