"""What telephones ordered while what carries their calls was killed: told against what is on disk, and the command that does it."""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from store.sqlite import SqliteStore
from tests.crash.callers import STOCK
from tests.interop.shop_floor import unhurried


@dataclass(frozen=True)
class Phoned:
    """The last four must be nought."""

    orders: int = 0
    absent: int = 0
    """Calls that were told goodbye after the order, and whose order is not there."""
    doubled: int = 0
    misheard: int = 0
    """Orders of other pieces than were keyed."""
    stock_off: int = 0
    """Pieces that neither were sold nor are left."""

    @property
    def right(self) -> bool:
        """Whether at worst calls were lost."""
        return not (self.absent or self.doubled or self.misheard or self.stock_off)

    def __str__(self) -> str:
        return (
            f"{self.orders} orders: absent {self.absent}, doubled {self.doubled}, misheard {self.misheard}, "
            f"stock off by {self.stock_off}"
        )


def phoned(database: Path, told: Collection[str], keyed: Mapping[str, int]) -> Phoned:
    """Look into the books of a shop that has stopped: `told` are numbers that were told goodbye, `keyed` the pieces of each."""
    store = SqliteStore(database)
    orders, left = store.orders("shop", limit=100_000), store.stock("shop")["101"]
    store.close()
    pieces = [(order.buyer, sum(line.quantity for line in order.lines)) for order in orders]
    of_buyer = Counter(buyer for buyer, _ in pieces)
    return Phoned(
        orders=len(orders),
        absent=sum(number not in of_buyer for number in told),
        doubled=sum(count - 1 for count in of_buyer.values()),
        misheard=sum(keyed.get(buyer) != many for buyer, many in pieces),
        stock_off=abs(STOCK - sum(many for _, many in pieces) - left),
    )


class Books(Protocol):
    """What a run came to; its text is a line."""

    @property
    def right(self) -> bool:
        """Whether all that is promised held."""
        ...


def command(name: str, crash: Callable[[Path, float, int], Awaitable[Books]]) -> int:
    """`--seconds` and `--seed`: run in a folder of its own, tell, and fail if anything is off."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.crash.{name}")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dialcart-calls-") as folder:

        async def run() -> Books:
            return await crash(Path(folder), options.seconds, options.seed)

        with unhurried():
            books = asyncio.run(run())
    sys.stdout.write(f"{books}\n")
    return 0 if books.right else 1
