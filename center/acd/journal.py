"""The journal: events as bytes in their order, perhaps after how things stood at its beginning, and the router that they make.

A record is one event in MessagePack, an array that begins with the event's name. Records are framed by whoever stores
them. The same events make the same router on any machine: nothing in it depends on time, chance or the order of a hash.
"""

from collections.abc import Iterable

import msgspec

from center.acd.events import Happening
from center.acd.floor import Floor
from center.acd.router import Router
from center.acd.standing import Standing

RECORD_BYTES_MAX = 65_536
"""A record is longer only if an agent has too many skills or a queue too long a recipe."""

Record = Happening | Standing

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


class JournalError(ValueError):
    """A record that holds no event."""


def encode(event: Record) -> bytes:
    """Write an event as a record."""
    return _encoder.encode(event)


def decode(record: bytes) -> Record:
    """Read a record; raises JournalError."""
    if len(record) > RECORD_BYTES_MAX:
        raise JournalError(f"a record of {len(record)} bytes")
    try:
        return _decoder.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError(str(error)) from error


def rebuild(events: Iterable[Record], floor: Floor | None = None) -> Router:
    """Make the router that these events led to; what it decided then has been carried out."""
    router = Router(floor)
    for event in events:
        router.handle(event)
    return router
