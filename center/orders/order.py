"""An order and the states it goes through, as a table."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from center.orders.number import order_number


class Status(StrEnum):
    """Where an order is."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    Status.PLACED: (Status.CONFIRMED, Status.CANCELLED),
    Status.CONFIRMED: (Status.SHIPPED, Status.CANCELLED),
    Status.SHIPPED: (Status.DELIVERED, Status.RETURNED),
    Status.DELIVERED: (Status.RETURNED,),
    Status.CANCELLED: (),
    Status.RETURNED: (),
}
"""What an order may become. Goods are paid on delivery, so a cancelled order owes nobody anything."""

READDRESSED = frozenset({Status.PLACED, Status.CONFIRMED})
"""States in which it may still be sent elsewhere."""
RESTOCKED = frozenset({Status.CANCELLED, Status.RETURNED})
"""States in which the goods are back on the shelf."""


class Vouched(StrEnum):
    """What says that the number which an order bears is its buyer's, beside that it bears it."""

    CODE = "code"
    """A code that was texted there came back."""
    PAYMENT = "payment"
    """All of it was paid before."""
    AGENT = "agent"
    """A person took it."""
    UNKNOWN = "unknown"
    """It was placed before this was written down."""


class OrderError(Exception):
    """The order cannot do that."""


class OrderLine(msgspec.Struct, frozen=True, gc=False):
    """One product of an order, with its price as it was then."""

    code: str
    name: str
    quantity: int
    price: int
    """Minor units, for one."""

    @property
    def total(self) -> int:
        """Minor units."""
        return self.price * self.quantity


class PlacedOrder(msgspec.Struct, frozen=True, gc=False):
    """An order as it is kept."""

    seller: str
    serial: int
    """Counts the seller's orders, from 1."""
    buyer: str
    """The buyer's number."""
    channel: str
    session: int
    """Which of the buyer's sessions on this channel placed it, and in which turn."""
    turn: int
    lines: tuple[OrderLine, ...]
    total: int
    """Minor units of `currency`."""
    currency: str
    address: str
    placed_at: int
    """Unix seconds."""
    due_at: int | None
    """Unix seconds, when it should arrive."""
    status: Status = Status.PLACED
    paid: int = 0
    """Minor units of the total that were paid before it was placed; the rest is paid on delivery."""
    vouched: Vouched | None = None
    """None: its number alone."""

    @property
    def number(self) -> str:
        """What a person says on the phone; unique within the seller."""
        return order_number(self.serial)

    @property
    def origin(self) -> tuple[str, str, str, int, int]:
        """Seller, buyer, channel, session and turn that placed it. No two orders have the same: every store refuses the second."""
        return self.seller, self.buyer, self.channel, self.session, self.turn


def advance(status: Status, to: Status) -> Status:
    """The next state, if the table allows it; raises OrderError with what is possible."""
    if to not in TRANSITIONS[status]:
        allowed = ", ".join(TRANSITIONS[status]) or "nothing more"
        raise OrderError(f"an order that is {status} cannot become {to}; it can become {allowed}")
    return to
