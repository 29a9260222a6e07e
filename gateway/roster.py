"""A roster: who waits at a service, asked for in rounds: one of each seller, first come first served within a seller's own.

So a seller with much traffic waits behind their own, and costs others a place in each round. No clock, and no bound: the line keeps both.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Roster(Generic[T]):
    """What waits, by seller and key."""

    __slots__ = ("_most", "_of_count", "_waiting")

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, OrderedDict[str, T]] = OrderedDict()
        """Sellers in the order of the round. Who has nothing that waits is not here."""
        self._of_count: dict[int, OrderedDict[str, None]] = {}
        """The same by how many wait, so that who has most is known though there are thousands: it is asked with each request of a full line."""
        self._most = 0

    def add(self, seller: str, key: str, one: T) -> None:
        """Behind its seller's others; a seller who had none is the last of the round."""
        own = self._waiting.setdefault(seller, OrderedDict())
        before = len(own)
        own[key] = one
        self._counted(seller, before, len(own))

    def add_before(self, seller: str, key: str, one: T) -> None:
        """Before its seller's others."""
        self.add(seller, key, one)
        self._waiting[seller].move_to_end(key, last=False)

    def first(self) -> T | None:
        """Whose turn it is."""
        for own in self._waiting.values():
            return next(iter(own.values()))
        return None

    def take(self) -> T:
        """The same, which waits no more; its seller is the last of the round."""
        seller, own = next(iter(self._waiting.items()))
        _, one = own.popitem(last=False)
        if own:
            self._waiting.move_to_end(seller)
        else:
            del self._waiting[seller]
        self._counted(seller, len(own) + 1, len(own))
        return one

    def remove(self, seller: str, key: str) -> None:
        """It waits no more, if it did."""
        own = self._waiting.get(seller)
        if own is None or own.pop(key, None) is None:
            return
        if not own:
            del self._waiting[seller]
        self._counted(seller, len(own) + 1, len(own))

    def count(self, seller: str) -> int:
        """How many of a seller's wait."""
        return len(self._waiting.get(seller, ()))

    def most(self) -> str | None:
        """The seller of whom most wait; of several the one who has so many for longest."""
        alike = self._of_count[self._most] if self._most else ()
        return next(iter(alike), None)

    def newest(self, seller: str) -> Iterator[T]:
        """A seller's, last to first."""
        yield from reversed(self._waiting[seller].values())

    def _counted(self, seller: str, before: int, after: int) -> None:
        """One more of a seller's waits, or one fewer; or as many as before."""
        if before == after:
            return
        of_count = self._of_count
        if before:
            alike = of_count[before]
            del alike[seller]
            if not alike:
                del of_count[before]
        if after:
            of_count.setdefault(after, OrderedDict())[seller] = None
        # One fewer of who had most: they have most on, or as many as somebody else.
        if after > self._most or self._most not in of_count:
            self._most = after
