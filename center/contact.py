"""One buyer's visit to one seller on one channel: what arrives, and what is kept of it between two turns."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from flows.inputs import Input


class ContactKey(NamedTuple):
    """Names a contact."""

    seller: str
    buyer: str
    """The buyer's number."""
    channel: str


class Arrival(msgspec.Struct, frozen=True):
    """Something a buyer did, as a channel hands it in."""

    contact: ContactKey
    input: Input
    code: str
    """The number or code that the buyer reached, and from which the reply goes out."""
    carrier: str
    """The carrier it came by; the reply goes back by it."""
    key: bytes
    """Names this very message, so that a redelivery is known; empty if the channel cannot repeat itself."""
    stamp: int
    """Of its taking: stamps grow, also over restarts and whatever the clock does."""
    at: int
    """Unix seconds."""
    asked: tuple[int, int] | None = None
    """For an outcome: serial and turn of the session that asked. It is dropped if that session waits no more."""
    doubt: tuple[int, int] = (0, 0)
    """A message of this key whose stamp is at least the first and below the second is this very one, delivered again. The
    channel knows which those can be."""


class Contact(msgspec.Struct, frozen=True):
    """What is kept between two turns."""

    serial: int
    """Counts this buyer's sessions with this seller on this channel, from 1."""
    session: bytes
    """A packed flows.session.Session."""
