"""`[limits]`: what a sender, a range of numbers and a seller may do, and which orders must be confirmed first."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from center.limits.policy import OPEN, Policies, Policy
from commands.settings.section import Section, names_differ
from flows import settings

AMOUNT_MAX = 1e12
CONFIRM_OVER = {"CNY": 2_000.0, "EUR": 300.0, "KES": 30_000.0, "USD": 300.0}
"""Some days' wages: what a seller would not send out for nothing."""
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Amounts = Annotated[dict[str, float], Field(max_length=200)]


class Limits(Section):
    """What both the platform's limits and a seller's have."""

    messages_per_sender: Count = 60
    """Texts from one number in ten minutes. Past it who texts is told once and then not answered; 0: no limit."""
    ussd_per_sender: Count = 240
    """What one number dials and answers by USSD in ten minutes: an order is some nine. Past it a dialog ends with a screen that says
    so; 0: no limit."""
    messages_per_prefix: Count = 6_000
    """Both, from all numbers that begin alike; of who texts nobody is told; 0: no limit."""
    messages_per_seller: Count = 0
    """The same to one seller; 0: no limit."""
    prefix_digits: Annotated[int, Field(ge=1, le=15)] = 8
    """How many first digits make numbers alike."""
    orders_per_sender: Count = 50
    """Orders from one number in 24 hours; 0: no limit."""
    spend_per_sender: Amounts = Field(default={}, examples=[{"CNY": 20_000}])
    """Worth of orders from one number in 24 hours, by currency: `{ CNY = 20000 }`. What is not named is not limited."""
    spend_per_prefix: Amounts = Field(default={})
    """The same from all numbers that begin alike."""
    spend_per_seller: Amounts = Field(default={})
    """The same to one seller."""
    confirm_over: Amounts = Field(default=CONFIRM_OVER)
    """An order is confirmed first where it, and what its number ordered unconfirmed in the 24 hours before, is worth more,
    by currency, since a sender's number is easily forged: `{ CNY = 500 }`; `{}` for none. Of a currency that is not named
    no order is."""
    confirm_by: Literal["code", "call back"] = "code"
    """How: a code sent to the number by SMS, to be typed back; or the seller is asked to call the buyer back."""

    @field_validator("spend_per_sender", "spend_per_prefix", "spend_per_seller", "confirm_over")
    @classmethod
    def _known_currencies(cls, amounts: dict[str, float]) -> dict[str, float]:
        known: dict[str, float] = {}
        for currency, amount in amounts.items():
            code = settings.currency(currency)[0]
            if code in known:
                raise ValueError(f"{code} stands here twice; write it once")
            if not 0 <= amount <= AMOUNT_MAX:
                bound = "at least 0" if amount < 0 else f"at most {AMOUNT_MAX:g}"
                raise ValueError(f"{currency} {amount:g} is out of range; write {bound}")
            known[code] = amount
        return known

    def policy(self, base: Policy = OPEN) -> Policy:
        """The value that the centre takes, in minor units; what was not written is as in `base`."""
        values: dict[str, Any] = {}
        for name in self.model_fields_set - {"seller", "name"} if base is not OPEN else _FIELDS:
            value: int | str | dict[str, float] = getattr(self, name)
            values[name] = _minor(value) if isinstance(value, dict) else value
        return replace(base, **values)


class SellerLimits(Limits):
    """Limits of one seller; what is left out is as for the platform. Write `[[limits.seller]]` once for each."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["noodles"])]
    """The seller."""


class LimitsSection(Limits):
    """Limits of the platform, for every seller that has none of its own."""

    seller: Annotated[
        list[SellerLimits],
        names_differ("limits of `{name}` stand here twice; write one [[limits.seller]] of it"),
    ] = Field(default=[], max_length=100_000)

    def policies(self) -> Policies:
        """The values that the centre takes."""
        platform = self.policy()
        return Policies(platform, {one.name: one.policy(platform) for one in self.seller})


_FIELDS = frozenset(Limits.model_fields)


def _minor(amounts: dict[str, float]) -> dict[str, int]:
    """Amounts in minor units."""
    return {
        currency: round(amount * 10 ** settings.currency(currency)[1])
        for currency, amount in amounts.items()
    }
