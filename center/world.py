"""The part of the world that a batch touches, as loaded when the batch opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from center.awaited import Awaited
from center.contact import Contact, ContactKey
from flows.inputs import Buyer


@dataclass(slots=True)
class World:
    """Working copies: a batch changes them as it goes, so that its later arrivals see its earlier ones."""

    contacts: dict[ContactKey, Contact] = field(default_factory=dict[ContactKey, Contact])
    buyers: dict[tuple[str, str], Buyer] = field(default_factory=dict[tuple[str, str], Buyer])
    """By seller and number."""
    stock: dict[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    """By seller, then product. Only of sellers whose goods are sold in this batch it is a copy: see `stock_of`."""
    orders: dict[str, int] = field(default_factory=dict[str, int])
    """Orders placed so far, by seller."""
    seen: dict[bytes, int] = field(default_factory=dict[bytes, int])
    """Stamps of the last messages that were taken under these keys, as far as they matter."""
    awaited: dict[ContactKey, Awaited] = field(default_factory=dict[ContactKey, Awaited])
    """Of contacts for which an outcome arrives."""
    _sold: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])

    def stock_of(self, seller: str) -> dict[str, int]:
        """A seller's stock, to be taken from."""
        stock = self._sold.get(seller)
        if stock is None:
            stock = self.stock[seller] = self._sold[seller] = dict(self.stock.get(seller, {}))
        return stock
