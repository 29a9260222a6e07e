"""What senders, ranges of numbers and sellers did lately, as far as limits count it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from center.limits.rates import Rates

MESSAGES_WINDOW_S = 600
ORDERS_WINDOW_S = 86_400
MESSAGES = "messages"
SCREENS = "screens"
"""What is dialled and answered by USSD, of one sender: of all others these are messages."""
ORDERS = "orders"
CODES = "codes"
"""What is counted; beside these a currency, in which orders' worth is, and what `unconfirmed` makes of it."""
SENDER, PREFIX, SELLER = "sender", "prefix", "seller"
"""Whose it is."""


COUNTED_MAX = 10_000
"""Names that are told of together."""
Elsewhere = tuple[tuple[str, str, int], ...]
"""What, whose and how much of it came in other places, where it is anything; see center.limits.places."""


def unconfirmed(currency: str) -> str:
    """Worth of orders in a currency that were placed on the word of a number alone, which is easily forged."""
    return f"{currency} unconfirmed"


class Counted(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What was counted of one thing, of all that are alike in that, in one second."""

    what: str
    whose: str
    at: int
    """Unix seconds."""
    amounts: dict[str, int]
    """By name."""


class Tally:
    """Amounts by what and whose they are. Bounded as Rates are; no clock."""

    __slots__ = ("_rates",)

    def __init__(self) -> None:
        self._rates: dict[tuple[str, str], Rates[str]] = {}

    def rates(self, what: str, whose: str) -> Rates[str]:
        """What is counted of one thing, by name; the same for as long as this lives."""
        rates = self._rates.get((what, whose))
        if rates is None:
            window_s = MESSAGES_WINDOW_S if what in (MESSAGES, SCREENS) else ORDERS_WINDOW_S
            rates = self._rates[what, whose] = Rates(window_s)
        return rates

    def total(self, what: str, whose: str, name: str, now: int) -> int:
        """What has come in the window now."""
        rates = self._rates.get((what, whose))
        return rates.total(name, now) if rates is not None else 0

    def counts(self) -> Iterator[Counted]:
        """What brings another tally to the same totals, when it is added there in this order; a part of at most COUNTED_MAX names each."""
        for (what, whose), rates in self._rates.items():
            by_time: dict[int, dict[str, int]] = {}
            for name, amount, at in rates.amounts():
                by_time.setdefault(at, {})[name] = amount
            for at, amounts in sorted(by_time.items()):
                yield from parts(Counted(what, whose, at, amounts))


def parts(counted: Counted) -> Iterator[Counted]:
    """The same in parts of at most COUNTED_MAX names."""
    amounts = list(counted.amounts.items())
    for begin in range(0, len(amounts), COUNTED_MAX):
        some = dict(amounts[begin : begin + COUNTED_MAX])
        yield Counted(counted.what, counted.whose, counted.at, some)
