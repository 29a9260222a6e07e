"""What an agent sees of a buyer when the desk rings: who, which shop, the basket, where in the flow, what was said.

Money is in minor units of the card's currency, times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Goods(msgspec.Struct, frozen=True):
    """A product that the shop sells."""

    code: str
    name: str
    price: int
    stock: int


class BasketLine(msgspec.Struct, frozen=True):
    """Some of one product in the basket."""

    code: str
    quantity: int


class PastOrder(msgspec.Struct, frozen=True):
    """An order of this buyer with this shop."""

    number: str
    status: str
    """Of center.orders.order.Status; the page says it in the agent's language, not in the buyer's."""
    total: int
    placed_at: int
    summary: str


class Recording(msgspec.Struct, frozen=True):
    """Something that the buyer said and that a person must hear, such as an address."""

    id: str
    question: str
    seconds: float


class Card(msgspec.Struct, frozen=True):
    """One contact on a desk."""

    contact: str
    """Names it, on this desk and in the router."""
    channel: str
    """voice, sms or ussd."""
    seller: str
    shop: str
    """The shop's name in the buyer's language."""
    queue: str
    number: str
    """The buyer's."""
    names: Mapping[str, str] = {}
    """The shop's by language, where it has several: an agent may read another than the buyer's."""
    name: str = ""
    language: str = ""
    step: str = ""
    """Of the question at which the buyer was; that of the hand-over for one who had not been asked anything."""
    transcript: tuple[str, ...] = ()
    """Lines of the talk so far: `> ` what the buyer said, `< ` what the shop said."""
    basket: tuple[BasketLine, ...] = ()
    currency: str = "CNY"
    decimals: int = 2
    """Digits of the currency's minor unit (ISO 4217)."""
    address: str = ""
    addresses: tuple[str, ...] = ()
    orders: tuple[PastOrder, ...] = ()
    recordings: tuple[Recording, ...] = ()
    goods: tuple[Goods, ...] = ()
    templates: tuple[str, ...] = ()
    """Messages that are often sent, ready to go."""
    steps: tuple[str, ...] = ()
    """Steps of the flow that the buyer can be sent back to."""
    queues: tuple[str, ...] = ()
    """Queues of the seller that the buyer can be handed on to."""
    waited_s: float = 0.0
    call_back: bool = False
    """Whether the buyer is off the line and is phoned once the offer is answered."""
    agent: str = ""
    """Who has the buyer."""
    guests: tuple[str, ...] = ()
    """Colleagues who are on the call as well."""
    can_phone: bool = False
    """Whether one who writes may be phoned, as far as the lists of numbers go."""
