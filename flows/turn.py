"""One turn in the making: what is read and changed between an input and the next wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

from flows import prompts
from flows.effects import Effect
from flows.inputs import Buyer, Line, Order
from flows.settings import is_open
from flows.shop import Shop

Said = str | tuple[Callable[["Turn", str], str], str]
"""A text, or what makes one of a turn: a function, and the words that it puts values between."""
Column = list[Said | None]
"""What a seller says on one channel in one language, by wording; None: nobody was told yet."""

LINES_MAX = 50
"""Different products a cart holds."""
QUANTITY_MAX = 100_000
"""Pieces of one product a cart holds."""


class Sayings(Protocol):
    """What a seller says; see flows.machine.texts."""

    def column(self, number: int) -> Column:
        """Of a channel and language."""
        ...

    def make(self, number: int, wording: int) -> Said:
        """What nobody was told yet."""
        ...


class Turn:
    """The only mutable thing in the engine; it lives for one call of `step`."""

    __slots__ = (
        "answered",
        "at",
        "buyer",
        "calls",
        "cart",
        "channel",
        "chosen",
        "column",
        "effects",
        "l",
        "language",
        "missing",
        "now",
        "order",
        "other",
        "pending",
        "placed",
        "shop",
        "stock",
        "texts",
        "tries",
        "values",
        "w",
    )

    values: dict[str, int | str | bool]
    cart: tuple[Line, ...]
    language: str
    l: int  # noqa: E741
    """Index of the language; short because generated code reads it."""
    w: int
    """Number of the column: channel and language."""
    column: Column
    """What the seller says in it."""
    channel: int
    buyer: Buyer
    stock: Mapping[str, int]
    now: int
    at: str
    tries: int
    calls: tuple[str, ...]
    order: Order | None
    missing: str
    pending: int | str | bool | None
    other: str
    effects: list[Effect]
    shop: Shop
    """What is the seller's own."""
    texts: Sayings
    answered: bool
    chosen: int
    """Option that the answer chose; see flows.machine.Trace.answered."""
    placed: bool

    def stock_of(self, code: str) -> int:
        """What is left of a product."""
        left = self.stock.get(code)
        return self.shop.products[code].stock if left is None else left

    def total(self, lines: tuple[Line, ...]) -> int:
        """What lines cost, in minor units."""
        products = self.shop.products
        cost = 0
        for line in lines:
            cost += products[line.code].price * line.quantity
        return cost

    def count(self, lines: tuple[Line, ...]) -> int:
        """Pieces in all lines."""
        return sum([line.quantity for line in lines])

    def summary(self, lines: tuple[Line, ...]) -> str:
        """牛肉面x2、凉拌黄瓜x1."""
        pattern = prompts.word("line", self.language)
        products = self.shop.products
        return prompts.word("line_join", self.language).join(
            [
                pattern.format(name=products[line.code].names[self.l], quantity=line.quantity)
                for line in lines
                if line.code in products
            ]
        )

    def local_time(self) -> datetime:
        """The time at the shop."""
        return datetime.fromtimestamp(self.now, _zone(self.shop.timezone))

    def today(self) -> str:
        """The shop's date, ISO."""
        return self.local_time().date().isoformat()

    def is_open(self) -> bool:
        """Whether the shop is open now."""
        hours = self.shop.hours
        if hours is None:
            return True
        local = self.local_time()
        yesterday = (local.date() - timedelta(days=1)).isoformat()
        minute = local.hour * 60 + local.minute
        return is_open(hours, local.weekday(), minute, local.date().isoformat(), yesterday)

    def put(self, code: str, quantity: int) -> None:
        """Add pieces of a product to the cart, within its bounds."""
        lines = [] if self.placed else list(self.cart)
        self.placed = False
        for position, line in enumerate(lines):
            if line.code == code:
                lines[position] = Line(code, min(line.quantity + quantity, QUANTITY_MAX))
                break
        else:
            if len(lines) < LINES_MAX:
                lines.append(Line(code, min(quantity, QUANTITY_MAX)))
        self.cart = tuple(lines)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
