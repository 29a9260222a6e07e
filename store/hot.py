"""Rows that were used a short while ago, so that a buyer in the middle of an order is not read from disk at every turn.

Only what is committed is kept here. Rows live in two generations: when the young one is full it becomes the old one, and
the old one goes; what is used again is young again. So the memory is bounded and nothing is paid a row for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from center.contact import Contact, ContactKey
from flows.inputs import Buyer

BUYERS_HOT_MAX = 20_000
"""Contacts, and buyers, of a generation: some 60 MB at most for both generations of both."""
SELLERS_HOT_MAX = 40_000
"""Sellers of a generation, with what is left of their goods: some 0.5 KB each, and 0.1 KB a product."""

Key = TypeVar("Key")
Row = TypeVar("Row")


class Generations(Generic[Key, Row]):
    """A mapping that forgets what was not used for long."""

    __slots__ = ("_max", "_old", "_young")

    def __init__(self, rows_max: int) -> None:
        self._max = rows_max
        self._young: dict[Key, Row] = {}
        self._old: dict[Key, Row] = {}

    def get(self, key: Key) -> Row | None:
        """The row, None if it is not here."""
        row = self._young.get(key)
        if row is None:
            row = self._old.get(key)
            if row is not None:
                self.put(key, row)
        return row

    def put(self, key: Key, row: Row) -> None:
        """Keep a row."""
        young = self._young
        young[key] = row
        if len(young) >= self._max:
            self._old, self._young = young, {}

    def put_all(self, rows: Mapping[Key, Row]) -> None:
        """Keep rows; the generation has as many more than it is meant to."""
        young = self._young
        young.update(rows)
        if len(young) >= self._max:
            self._old, self._young = young, {}

    def clear(self) -> None:
        """Forget all."""
        self._young, self._old = {}, {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


class Nothing:
    """Stands for a row that is known not to be there."""


NOTHING = Nothing()


class SellerRow:
    """What is kept of a seller, as it was committed."""

    __slots__ = ("id", "orders", "stock")

    def __init__(self, row_id: int, orders: int, stock: dict[str, int]) -> None:
        self.id = row_id
        self.orders = orders
        self.stock = stock


class HotRows:
    """All of them."""

    def __init__(self) -> None:
        self.contacts: Generations[ContactKey, Contact | Nothing] = Generations(BUYERS_HOT_MAX)
        self.buyers: Generations[tuple[str, str], Buyer | Nothing] = Generations(BUYERS_HOT_MAX)
        self.sellers: Generations[str, SellerRow] = Generations(SELLERS_HOT_MAX)

    def clear(self) -> None:
        """Somebody else has written to the database."""
        self.contacts.clear()
        self.buyers.clear()
        self.sellers.clear()
