"""Values as they are kept in columns: packed buyers, order lines and what is awaited."""

from __future__ import annotations

from functools import cache

import msgspec

from center.awaited import Awaited
from center.orders.order import OrderLine
from flows.inputs import Buyer, Order

FOREVER = 1 << 40
"""A time that never comes."""


class _BuyerRecord(msgspec.Struct, frozen=True, array_like=True):
    """A buyer but for the number, which is the row's key. What is added comes last, with a default."""

    name: str
    address: str
    language: str
    opted_out: bool
    last_order: Order | None
    earlier: tuple[str, ...] = ()


@cache
def _buyers() -> tuple[msgspec.msgpack.Encoder, msgspec.msgpack.Decoder[_BuyerRecord]]:
    return msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_BuyerRecord)


@cache
def _awaited() -> tuple[msgspec.msgpack.Encoder, msgspec.msgpack.Decoder[Awaited]]:
    return msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Awaited)


@cache
def _lines() -> tuple[msgspec.json.Encoder, msgspec.json.Decoder[tuple[OrderLine, ...]]]:
    # JSON, so that a person can read an order in the database without us.
    return msgspec.json.Encoder(), msgspec.json.Decoder(tuple[OrderLine, ...])


def pack_buyer(buyer: Buyer) -> bytes:
    """A buyer as bytes, but for the number."""
    return _buyers()[0].encode(
        (
            buyer.name,
            buyer.address,
            buyer.language,
            buyer.opted_out,
            buyer.last_order,
            buyer.earlier,
        )
    )


def unpack_buyer(number: str, data: bytes) -> Buyer:
    """Raises msgspec.DecodeError for bytes that are no buyer."""
    kept = _buyers()[1].decode(data)
    return Buyer(
        number,
        kept.name,
        kept.address,
        kept.language,
        kept.opted_out,
        kept.last_order,
        kept.earlier,
    )


def kept_from(buyer: Buyer, now: int) -> int:
    """From when a record's age counts: one that says STOP is never forgotten."""
    return FOREVER if buyer.opted_out else now


def pack_awaited(awaited: Awaited) -> bytes:
    """What a session waits for, as bytes."""
    return _awaited()[0].encode(awaited)


def unpack_awaited(data: bytes) -> Awaited:
    """Raises msgspec.DecodeError for bytes that are nothing awaited."""
    return _awaited()[1].decode(data)


def pack_lines(lines: tuple[OrderLine, ...]) -> bytes:
    """Order lines as JSON."""
    return _lines()[0].encode(lines)


def unpack_lines(data: bytes) -> tuple[OrderLine, ...]:
    """Raises msgspec.DecodeError for bytes that are no order lines."""
    return _lines()[1].decode(data)
