"""The part of the world that a batch touches, as loaded when the batch opened."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from center.awaited import Awaited
from center.contact import Contact, ContactKey
from flows.inputs import Buyer


class Seen(msgspec.Struct, frozen=True):
    """A message of this content was taken before."""

    at: int
    """Unix seconds."""
    stamp: int
    """The last one's, as `Arrival.stamp`."""


@dataclass(slots=True)
class World:
    """Working copies: a batch changes them as it goes, so that its later arrivals see its earlier ones."""

    contacts: dict[ContactKey, Contact] = field(default_factory=dict[ContactKey, Contact])
    buyers: dict[tuple[str, str], Buyer] = field(default_factory=dict[tuple[str, str], Buyer])
    """By seller and number."""
    stock: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """By seller, then product."""
    orders: dict[str, int] = field(default_factory=dict[str, int])
    """Orders placed so far, by seller."""
    seen: dict[bytes, Seen] = field(default_factory=dict[bytes, Seen])
    """By arrival key."""
    awaited: dict[ContactKey, Awaited] = field(default_factory=dict[ContactKey, Awaited])
    """Of contacts for which an outcome arrives."""
