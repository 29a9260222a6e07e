"""What senders, ranges of numbers and sellers did lately, as far as limits count it."""

from __future__ import annotations

from collections.abc import Iterator

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


Count = tuple[str, str, str, int, int]
"""What, whose, the name of that, how much, and the Unix second."""
Elsewhere = tuple[tuple[str, str, int], ...]
"""What, whose and how much of it came in other places, where it is anything; see center.limits.places."""


def unconfirmed(currency: str) -> str:
    """Worth of orders in a currency that were placed on the word of a number alone, which is easily forged."""
    return f"{currency} unconfirmed"


class Tally:
    """Amounts by what and whose they are. Bounded as Rates are; no clock."""

    __slots__ = ("_rates",)

    def __init__(self) -> None:
        self._rates: dict[str, Rates[tuple[str, str]]] = {}

    def rates(self, what: str) -> Rates[tuple[str, str]]:
        """What is counted of one thing, by whose and their names; the same for as long as this lives."""
        rates = self._rates.get(what)
        if rates is None:
            window_s = MESSAGES_WINDOW_S if what in (MESSAGES, SCREENS) else ORDERS_WINDOW_S
            rates = self._rates[what] = Rates(window_s)
        return rates

    def add(self, count: Count) -> int:
        """Count it; what has come in the window now, this included. A negative amount takes back."""
        what, whose, name, amount, at = count
        return self.rates(what).add((whose, name), amount, at)

    def total(self, what: str, whose: str, name: str, now: int) -> int:
        """What has come in the window now."""
        rates = self._rates.get(what)
        return rates.total((whose, name), now) if rates is not None else 0

    def counts(self) -> Iterator[Count]:
        """What brings another tally to the same totals, when it is added there in this order."""
        for what, rates in self._rates.items():
            for (whose, name), amount, at in rates.amounts():
                yield what, whose, name, amount, at
