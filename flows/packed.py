"""Programs as bytes, which name them, and back.

Sellers of one template have most of a program in common: its nodes, its phrases, often its texts. A part that comes again is
not decoded again, and is one object for all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, get_type_hints

import msgspec

from flows.program import Calling, Program, Value

ENCODING_VERSION = 1
PARTS_KEPT_MAX = 2_000
"""Parts of each kind that are at hand for programs that come next."""


class _Packed(Value, frozen=True, array_like=True):
    """A program field by field, its larger parts as bytes still."""

    version: int
    name: str
    shop_names: tuple[str, ...]
    number: str
    codes: dict[str, tuple[str, ...]]
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    currency: str
    decimals: int
    timezone: str
    hours: msgspec.Raw
    delivery_s: int | None
    queues: tuple[str, ...]
    limits: msgspec.Raw
    products: msgspec.Raw
    grammars: msgspec.Raw
    variables: msgspec.Raw
    choices: msgspec.Raw
    texts: msgspec.Raw
    wordings: msgspec.Raw
    nodes: msgspec.Raw
    steps: msgspec.Raw
    waits: msgspec.Raw
    anywhere: msgspec.Raw
    renamed: dict[str, str]
    start: int
    calling: Calling = Calling()


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    return msgspec.msgpack.Encoder(order="sorted")


@cache
def _decoder() -> msgspec.msgpack.Decoder[_Packed]:
    return msgspec.msgpack.Decoder(_Packed)


@cache
def _parts() -> tuple[Callable[[bytes], Any] | None, ...]:
    """What decodes each field's bytes; None where the field is no bytes."""
    kinds = get_type_hints(Program)
    return tuple(
        lru_cache(PARTS_KEPT_MAX)(msgspec.msgpack.Decoder(kinds[field]).decode)
        if kind is msgspec.Raw
        else None
        for field, kind in get_type_hints(_Packed).items()
    )


def encode(program: Program) -> bytes:
    """The same program gives the same bytes."""
    return _encoder().encode(program)


def decode(data: bytes) -> Program:
    """Raises msgspec.DecodeError or msgspec.ValidationError for bytes that are no program."""
    fields = msgspec.structs.astuple(_decoder().decode(data))
    return Program(
        *[
            field if part is None else part(bytes(field))
            for field, part in zip(fields, _parts(), strict=True)
        ]
    )


def fingerprint(program: Program) -> bytes:
    """Eight bytes that name a program: the head of the SHA-256 of its encoding."""
    return hashlib.sha256(encode(program)).digest()[:8]
