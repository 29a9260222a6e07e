"""What came from whom in each of several places, so that each can be told what came in the others.

Sellers are spread over processes, and each counts exactly what it has on disk. A sender who buys in one place only, as nearly
all do, costs a look in one table here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from center.contact import ContactKey
from center.limits.policy import Policies, Policy
from center.limits.rates import KEYS_MAX
from center.limits.tally import MESSAGES, ORDERS, PREFIX, SENDER, Count, Elsewhere, Tally


class Places:
    """Tallies of places that are numbered from 0. No clock."""

    def __init__(self, policies: Policies, count: int) -> None:
        self._policies = policies
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
        add, senders, here = self._tallies[place].add, self._senders, 1 << place
        for count in counts:
            add(count)
            if count[1] == SENDER:
                name = count[2]
                senders[name] = senders.pop(name, 0) | here
                if len(senders) > KEYS_MAX:
                    senders.popitem(last=False)

    def elsewhere(self, place: int, contact: ContactKey, now: int) -> Elsewhere:
        """What came, in other places than this, from who does something here."""
        of_sender, of_prefix = self._of_sellers.get(contact.seller, self._of_platform)
        found: list[tuple[str, str, int]] = []
        if self._senders.get(contact.buyer, 0) & ~(1 << place):
            found += self._totals(place, SENDER, contact.buyer, of_sender, now)
        if of_prefix:
            prefix = contact.buyer[: self._policies.of(contact.seller).prefix_digits]
            found += self._totals(place, PREFIX, prefix, of_prefix, now)
        return tuple(found)

    def _totals(
        self, place: int, whose: str, name: str, whats: Iterable[str], now: int
    ) -> Iterable[tuple[str, str, int]]:
        for what in whats:
            amount = sum(
                tally.total(what, whose, name, now)
                for other, tally in enumerate(self._tallies)
                if other != place
            )
            if amount:
                yield what, whose, amount


def _asked(policy: Policy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a policy limits of a sender, and of a range of numbers."""
    of_sender = [*policy.spend_per_sender]
    if policy.messages_per_sender:
        of_sender.append(MESSAGES)
    if policy.orders_per_sender:
        of_sender.append(ORDERS)
    of_prefix = [*policy.spend_per_prefix]
    if policy.messages_per_prefix:
        of_prefix.append(MESSAGES)
    return tuple(of_sender), tuple(of_prefix)
