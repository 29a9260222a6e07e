"""What came from whom in each of several places, so that each can be told what came in the others.

Sellers are spread over processes, and each counts exactly what it has on disk. A sender who buys in one place only, as nearly
all do, costs a look in one table here. What a range of numbers did elsewhere is told where it can matter: where all that came
from it, with all that is on its way, is past what may.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from center.contact import ContactKey
from center.limits.policy import Policies, Policy
from center.limits.rates import KEYS_MAX, Rates
from center.limits.tally import (
    CODES,
    MESSAGES,
    MESSAGES_WINDOW_S,
    ORDERS,
    PREFIX,
    SCREENS,
    SENDER,
    Counted,
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
        self._messages: Rates[str] = Rates(MESSAGES_WINDOW_S, KEYS_MAX * count)
        """Of each range of numbers, in all places; more where a place began again and told them twice."""
        self._latest = 0
        """When the last of these came: places tell of a second one after the other, and no earlier window begins again over that."""
        self._of_platform = _asked(policies.platform)
        self._of_sellers = {name: _asked(policy) for name, policy in policies.sellers.items()}

    def begin(self, place: int) -> None:
        """A place tells all that it has counted, from the beginning."""
        self._tallies[place] = Tally()

    def add(self, place: int, counts: Iterable[Counted]) -> None:
        """What was counted in a place."""
        tally, senders, here = self._tallies[place], self._senders, 1 << place
        for one in counts:
            what, whose, amounts = one.what, one.whose, one.amounts
            tally.rates(what, whose).add_all(amounts, one.at)
            if whose == SENDER:
                for name in amounts:
                    senders[name] = senders.get(name, 0) | here
                    senders.move_to_end(name)
                while len(senders) > KEYS_MAX:
                    senders.popitem(last=False)
            elif what == MESSAGES:
                self._latest = max(self._latest, one.at)
                self._messages.add_all(amounts, self._latest)

    def elsewhere(self, place: int, contact: ContactKey, now: int, under_way: int = 0) -> Elsewhere:
        """What came, in other places than this, from who does something here, as far as it matters. So many messages are `under_way` to this
        place, or came there and were not told of.
        """
        asked = self._of_sellers.get(contact.seller, self._of_platform)
        found: list[tuple[str, str, int]] = []
        if self._senders.get(contact.buyer, 0) & ~(1 << place):
            self._add_totals(found, place, SENDER, contact.buyer, asked.of_sender, now)
        if asked.of_prefix or asked.messages_per_prefix:
            prefix = contact.buyer[: asked.prefix_digits]
            if asked.of_prefix:
                self._add_totals(found, place, PREFIX, prefix, asked.of_prefix, now)
            most = asked.messages_per_prefix
            # By a clock that was set back nothing is known of all together.
            if most and (
                now < self._latest or self._messages.total(prefix, now) + under_way >= most
            ):
                self._add_totals(found, place, PREFIX, prefix, (MESSAGES,), now)
        return tuple(found) if found else ()

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


class _Asked(msgspec.Struct, frozen=True, gc=False):
    """What a policy limits."""

    of_sender: tuple[str, ...]
    of_prefix: tuple[str, ...]
    """Of a range of numbers, beside messages."""
    messages_per_prefix: int
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
    return _Asked(
        tuple(of_sender),
        tuple(policy.spend_per_prefix),
        policy.messages_per_prefix,
        policy.prefix_digits,
    )
