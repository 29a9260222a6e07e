"""Times as commands tell them: by the clock of the shop they are of, with its distance from UTC.

A flow counts hours and days by its `timezone`, and logs its talks by it, whoever asks and wherever the machine stands.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from commands.shards.homes import is_there, stores_of
from store.sqlite import SqliteStore


class ShopClocks:
    """Of the sellers in some stores, which are open as long as this is asked."""

    def __init__(self, stores: Sequence[SqliteStore]) -> None:
        self._stores = stores
        self._zones: dict[str, tzinfo] = {}

    def tell(self, seller: str, at: float, unit: Literal["minutes", "seconds"] = "seconds") -> str:
        """Unix seconds as `2026-11-24 12:05:00+08:00`."""
        return datetime.fromtimestamp(int(at), self.zone(seller)).isoformat(" ", unit)

    def zone(self, seller: str) -> tzinfo:
        """Where the shop is; UTC for one that was never published."""
        if seller not in self._zones:
            self._zones[seller] = self._read(seller)
        return self._zones[seller]

    @cached_property
    def _live(self) -> dict[str, tuple[SqliteStore, bytes]]:
        return {
            seller: (store, name)
            for store in self._stores
            for seller, name in store.published().items()
        }

    def _read(self, seller: str) -> tzinfo:
        if seller not in self._live:
            return UTC
        store, name = self._live[seller]
        program = store.program(name)
        return ZoneInfo(program.timezone) if program is not None else UTC


@contextmanager
def clocks_of(database: Path) -> Generator[ShopClocks]:
    """The clocks of all shops of a database; none where there is no database. Raises StoreError."""
    stores = stores_of(database) if is_there(database) else []
    try:
        yield ShopClocks(stores)
    finally:
        for store in stores:
            store.close()
