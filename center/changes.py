"""What a batch changed: everything that its transaction keeps."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from center.awaited import Awaited
from center.contact import Contact, ContactKey
from center.desk.heard import Heard
from center.orders.order import PlacedOrder
from center.reply import Reply
from flows.inputs import Buyer


class OutgoingText(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A text on its way to a phone."""

    carrier: str
    """Its name; empty: any that there is."""
    source: str
    """Code that it comes from."""
    destination: str
    """The buyer's number."""
    text: str
    at: int
    """Unix seconds."""
    seller: str = ""
    """Whose it is; empty: nobody's, such as a word to who reached no shop."""
    turn: int = 0
    """Which turn of its buyer's session it comes of, and whether it is a question and nothing else: see center.superseded. 0: none."""


class Talk(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What was said in one turn, as lines of a transcript; numbers and addresses are masked."""

    contact: ContactKey
    serial: int
    turn: int
    at: int
    lines: str


class Readdressed(msgspec.Struct, frozen=True, array_like=True):
    """An order that goes elsewhere, if it is not on its way yet."""

    seller: str
    number: str
    address: str
    at: int


class ShopMessage(msgspec.Struct, frozen=True, array_like=True):
    """A message for the seller."""

    seller: str
    buyer: str
    text: str
    at: int


class HandOverRequest(msgspec.Struct, frozen=True, array_like=True):
    """A buyer who asked for a person."""

    contact: ContactKey
    serial: int
    queue: str
    at: int


@dataclass(slots=True)
class Changes:
    """What to keep, whole or not at all."""

    contacts: dict[ContactKey, Contact] = field(default_factory=dict[ContactKey, Contact])
    buyers: dict[tuple[str, str], Buyer] = field(default_factory=dict[tuple[str, str], Buyer])
    stock: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """By seller and product: how many were taken, as a difference."""
    readdressed: list[Readdressed] = field(default_factory=list[Readdressed])
    orders: list[PlacedOrder] = field(default_factory=list[PlacedOrder])
    seen: dict[bytes, int] = field(default_factory=dict[bytes, int])
    """Stamps of messages by their keys, so that one that is in doubt is known when it comes again."""
    named: dict[bytes, int] = field(default_factory=dict[bytes, int])
    """The same of those whose carrier names them: they are known whenever they come."""
    texts: list[OutgoingText] = field(default_factory=list[OutgoingText])
    talks: list[Talk] = field(default_factory=list[Talk])
    messages: list[ShopMessage] = field(default_factory=list[ShopMessage])
    hand_overs: list[HandOverRequest] = field(default_factory=list[HandOverRequest])
    awaited: dict[ContactKey, Awaited | None] = field(
        default_factory=dict[ContactKey, "Awaited | None"]
    )
    """What sessions wait for from now on; None: no more."""
    notes: dict[str, bytes | None] = field(default_factory=dict[str, "bytes | None"])
    """What a channel keeps for itself, by a name that begins with the channel's; None takes a note away."""
    turned_away: list[HandOverRequest] = field(default_factory=list[HandOverRequest])
    """Of `hand_overs`, those that found nobody signed in; told to the performer after the commit."""
    heard: list[Heard] = field(default_factory=list[Heard])
    """What buyers said to agents; told to the performer after the commit."""
    found: set[int] = field(default_factory=set[int])
    """Stamps of arrivals that were there before: redeliveries; told to their channel after the commit."""
    replies: list[Reply | None] = field(default_factory=list["Reply | None"])
    """An entry an arrival, in their order; not kept, but given to the channel after the commit."""
