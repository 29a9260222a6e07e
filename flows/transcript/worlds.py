"""Worlds that a generated talk begins in: who the buyer is, what time it is, what is left on the shelves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from flows import program as p
from flows.inputs import Buyer, Line, Order
from flows.settings import is_open
from flows.transcript.coverage import Column

NUMBER = "13800138000"
ADDRESSES = {"zh": "文三路1号"}
ADDRESS = "1 Market Road"


@dataclass(frozen=True, slots=True)
class Beginning:
    """A world before the first word."""

    title: str
    buyer: Buyer
    at: str
    """Local time of the shop."""
    stock: dict[str, int]


def beginnings(program: p.Program, column: Column) -> list[Beginning]:
    """A new buyer, one who is known, empty shelves, nearly empty ones, and the first two while the shop is closed."""
    new = Buyer(NUMBER, language=column.language)
    known = Buyer(
        NUMBER,
        "",
        ADDRESSES.get(column.language, ADDRESS),
        column.language,
        False,
        _last_order(program),
    )
    opened, closed = _times(program)
    none = {product.code: 0 for product in program.products}
    few = {product.code: 1 for product in program.products}
    worlds = [
        Beginning("a new buyer", new, opened, {}),
        Beginning("a buyer who was here before", known, opened, {}),
    ]
    if program.products:
        worlds.append(Beginning("nothing is left", new, opened, none))
        worlds.append(Beginning("little is left", new, opened, few))
    if closed:
        worlds.append(Beginning("the shop is closed", new, closed, {}))
        worlds.append(Beginning("closed, and the buyer was here before", known, closed, {}))
    return worlds


def _last_order(program: p.Program) -> Order | None:
    if not program.products:
        return None
    first = program.products[0]
    return Order("A0009", "shipped", first.price, "12:40", (Line(first.code, 1),))


def _times(program: p.Program) -> tuple[str, str | None]:
    """A moment when the shop is open, and one when it is not."""
    opened: str | None = None
    closed: str | None = None
    days = [f"2026-11-{day}" for day in range(23, 30)]
    for (yesterday, today), weekday in zip(pairwise(["2026-11-22", *days]), range(7), strict=True):
        for hour in range(24):
            moment = f"{today} {hour:02d}:05"
            if is_open(program.hours, weekday, hour * 60 + 5, today, yesterday):
                opened = opened or (moment if hour >= 10 else None)
            else:
                closed = closed or moment
    return opened or "2026-11-24 12:05", closed
