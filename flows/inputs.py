"""What reaches the engine: a buyer's words or keys, silence, a hang-up, an outcome; and the world as it is then."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace


class Input(msgspec.Struct, frozen=True, tag_field="kind", gc=False):
    """Anything that makes a session take a turn."""


class Opened(Input, frozen=True, tag="opened"):
    """A buyer calls, dials a USSD code, or sends a first text that carries only the way to the shop."""

    again: bool = False
    """In a dialog that is open already: what is asked is shown once more, and only where nothing is has the buyer come anew."""


class Text(Input, frozen=True, tag="text"):
    """A written message; the first of a session opens it."""

    text: str


class Keys(Input, frozen=True, tag="keys"):
    """Keys pressed on a phone: 0-9, * and #."""

    keys: str


class Speech(Input, frozen=True, tag="speech"):
    """What a recogniser heard, with its confidence from 0 to 1."""

    text: str
    confidence: float = 1.0
    other: str = ""
    """The second best: what else it may have been."""


class Silence(Input, frozen=True, tag="silence"):
    """Nothing, for as long as the question waits."""


class HungUp(Input, frozen=True, tag="hungup"):
    """The call or USSD session was dropped."""


class Outcome(Input, frozen=True, tag="outcome"):
    """What became of an effect: `ok`, or one of its named outcomes, with what it brings."""

    name: str
    values: dict[str, int | str | bool] = {}
    """For an order: number, total, eta, missing; for a request: its results."""


class Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One product of a cart or order."""

    code: str
    quantity: int


class Order(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An order as a flow sees it."""

    number: str
    status: str
    """placed, confirmed, shipped, delivered, cancelled, returned."""
    total: int
    """Minor units."""
    eta: str
    lines: tuple[Line, ...]
    written_until: int = 0
    """Its address is a recording, and until this Unix second the buyer may write it instead."""


ADDRESSES_MAX = 3
"""Addresses that are remembered of a buyer: home, work and one more."""


class Buyer(msgspec.Struct, frozen=True, gc=False):
    """Who is at the other end, as far as the shop knows."""

    number: str
    """As dialled nationally, or in E.164 with its plus."""
    name: str = ""
    address: str = ""
    language: str = ""
    opted_out: bool = False
    last_order: Order | None = None
    earlier: tuple[str, ...] = ()
    """Addresses before `address`, newest first."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses known for this number, newest first."""
        return (self.address, *self.earlier) if self.address else ()

    def kept(self, field: str, value: str | bool) -> Buyer:
        """The buyer with something to remember; an address that is another goes before those there were."""
        if field != "address" or value == self.address:
            return replace(self, **{field: value})
        if not self.address:
            return replace(self, address=value, earlier=())
        earlier = [address for address in self.addresses if address != value]
        return replace(self, address=value, earlier=tuple(earlier[: ADDRESSES_MAX - 1]))


class Given(msgspec.Struct, frozen=True, gc=False):
    """One turn's input and the part of the world that the flow may look at."""

    input: Input
    buyer: Buyer
    stock: Mapping[str, int]
    """Product code to what is left; a product that is not in it has its catalog's stock."""
