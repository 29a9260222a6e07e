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

from flows.program import Program, Value

ENCODING_VERSION = 1
PARTS_KEPT_MAX = 2_000
"""Parts of each kind that are at hand for programs that come next."""


_PARTS = frozenset(
    [
        "hours",
        "limits",
        "products",
        "grammars",
        "variables",
        "choices",
        "texts",
        "wordings",
        "nodes",
        "steps",
        "waits",
        "anywhere",
    ]
)
"""A program's larger fields, which sellers of one template may share."""


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    return msgspec.msgpack.Encoder(order="sorted")


@cache
def _decoder() -> msgspec.msgpack.Decoder[Any]:
    """Of a program field by field, its larger ones as bytes still."""
    kinds = get_type_hints(Program)
    packed = msgspec.defstruct(
        "_Packed",
        [
            (field.name, msgspec.Raw if field.name in _PARTS else kinds[field.name])
            if field.default is msgspec.NODEFAULT
            else (field.name, kinds[field.name], field.default)
            for field in msgspec.structs.fields(Program)
        ],
        bases=(Value,),
        frozen=True,
        array_like=True,
    )
    return msgspec.msgpack.Decoder(packed)


@cache
def _parts() -> tuple[Callable[[bytes], Any] | None, ...]:
    """What decodes each field's bytes; None where the field is no bytes."""
    kinds = get_type_hints(Program)
    return tuple(
        lru_cache(PARTS_KEPT_MAX)(msgspec.msgpack.Decoder(kinds[name]).decode)
        if name in _PARTS
        else None
        for name in Program.__struct_fields__
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
