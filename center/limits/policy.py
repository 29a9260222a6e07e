"""What is allowed, as the platform sets it, and as it is set otherwise for a seller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Amounts = Mapping[str, int]
"""Minor units by currency; what is not named is not limited."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits. 0 and an empty table mean: none."""

    messages_per_sender: int = 0
    """Texts within MESSAGES_WINDOW_S. Past it who texts is told once, then left without an answer until it is over."""
    ussd_per_sender: int = 0
    """What is dialled and answered by USSD, as long. Past it a dialog ends with what tells it."""
    messages_per_prefix: int = 0
    """Both, of all numbers that begin alike; of who texts nobody is told."""
    messages_per_seller: int = 0
    prefix_digits: int = 8
    """How many first digits make numbers alike: with eight, a block of 1,000 to 10,000 numbers."""
    orders_per_sender: int = 0
    """Orders within ORDERS_WINDOW_S."""
    spend_per_sender: Amounts = field(default_factory=dict[str, int])
    """Worth of orders within ORDERS_WINDOW_S."""
    spend_per_prefix: Amounts = field(default_factory=dict[str, int])
    spend_per_seller: Amounts = field(default_factory=dict[str, int])
    confirm_over: Amounts = field(default_factory=dict[str, int])
    """An order by which a sender comes to more within ORDERS_WINDOW_S is not placed at once: a number is easily forged. What
    was confirmed does not count."""
    confirm_by: Literal["code", "call back"] = "code"
    """`code`: a code goes to the number by SMS and must be typed back. `call back`: the seller is asked to call."""

    @property
    def spans_sellers(self) -> bool:
        """Whether anything is counted that a sender does with several sellers."""
        return bool(
            self.messages_per_sender
            or self.ussd_per_sender
            or self.messages_per_prefix
            or self.orders_per_sender
            or self.spend_per_sender
            or self.spend_per_prefix
            or self.confirm_over
        )


OPEN = Policy()
"""Nothing is limited."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The platform's policy, and sellers' own."""

    platform: Policy = OPEN
    sellers: Mapping[str, Policy] = field(default_factory=dict[str, Policy])

    def of(self, seller: str) -> Policy:
        """What holds for a seller."""
        return self.sellers.get(seller, self.platform)

    @property
    def span_sellers(self) -> bool:
        """Whether any of them counts what a sender does with several sellers."""
        return any(one.spans_sellers for one in (self.platform, *self.sellers.values()))
