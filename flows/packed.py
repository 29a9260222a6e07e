"""Programs as bytes, which name them, and back; and apart, so that what sellers have in common is kept once.

Sellers of one template have most of a program in common: its nodes, its phrases, often its texts. `split` parts its bytes into
what is the seller's own and parts that others may have too; `join` puts it together again. A part that comes again is not
decoded again, and is one object for all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, get_type_hints

import msgspec

from flows.program import Product, Program, Value
from flows.written import Written

ENCODING_VERSION = 1
NAME_OCTETS = 8
PARTS_KEPT_MAX = 2_000
"""Parts of each kind that are at hand for programs that come next."""

WORDS_KEPT_MAX = 10_000
"""Products whose words, some 0.7 KB each, are at hand for sellers who come next and call theirs the same."""

_OWN = ("name", "shop_names", "number", "codes")
"""No two sellers have these in common."""
_LARGE = (
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
)
"""Each of these is a part by itself. All that is not named here makes one more, the first."""
PARTS = 1 + len(_LARGE)
"""What `split` makes of a program, beside what is its own."""
_FIELDS = Program.__struct_fields__
_SMALL = tuple([name for name in _FIELDS if name not in {*_OWN, *_LARGE}])


def _places(names: Iterable[str]) -> tuple[int, ...]:
    return tuple(map(_FIELDS.index, names))


_OWN_PLACES, _SMALL_PLACES, _LARGE_PLACES = map(_places, (_OWN, _SMALL, _LARGE))
_in_order = itemgetter(*map((*_OWN, *_SMALL, *_LARGE).index, _FIELDS))
"""Fields as a program has them, of those that are its own, the small ones and the large ones."""


class _Codec(msgspec.Struct, frozen=True):
    encode: msgspec.msgpack.Encoder
    fields: msgspec.msgpack.Decoder[list[msgspec.Raw]]
    own: msgspec.msgpack.Decoder[Any]
    parts: tuple[Callable[[bytes], Any], ...]


@cache
def _codec() -> _Codec:
    kinds = get_type_hints(Program)
    defaults = {field.name: field.default for field in msgspec.structs.fields(Program)}

    def struct(names: Iterable[str]) -> type[msgspec.Struct]:
        return msgspec.defstruct(
            "_Packed",
            [
                (name, kinds[name])
                if defaults[name] is msgspec.NODEFAULT
                else (name, kinds[name], defaults[name])
                for name in names
            ],
            bases=(Value,),
            frozen=True,
            array_like=True,
        )

    small = msgspec.msgpack.Decoder(struct(_SMALL))
    return _Codec(
        msgspec.msgpack.Encoder(order="sorted", enc_hook=_written),
        msgspec.msgpack.Decoder(list[msgspec.Raw]),
        msgspec.msgpack.Decoder(struct(_OWN)),
        (
            lambda data: msgspec.structs.astuple(small.decode(data)),
            *[_decoder(name, kinds[name]) for name in _LARGE],
        ),
    )


def _decoder(name: str, kind: Any) -> Callable[[bytes], Any]:
    """What reads a large part."""
    if name == "texts":
        return Written
    decode = msgspec.msgpack.Decoder(kind).decode
    if name == "products":
        return lambda data: tuple(map(_with_common_words, decode(data)))
    return decode


def _with_common_words(product: Product) -> Product:
    """The same product; what it is called is one object for all who call theirs so, be their prices what they may."""
    code, names, group, unit, phrases = _words(
        product.code, product.names, product.group, product.unit, product.phrases
    )
    return Product(code, names, product.price, product.stock, group, unit, phrases)


@lru_cache(WORDS_KEPT_MAX)
def _words(*words: Any) -> tuple[Any, ...]:
    return words


def _written(texts: Written) -> msgspec.Raw:
    """All that a program holds and msgspec does not know."""
    return texts.packed


@cache
def _kept_parts() -> tuple[Callable[[bytes], Any], ...]:
    return tuple(map(lru_cache(PARTS_KEPT_MAX), _codec().parts))


def encode(program: Program) -> bytes:
    """The same program gives the same bytes."""
    return _codec().encode.encode(program)


def decode(data: bytes) -> Program:
    """Raises msgspec.DecodeError or msgspec.ValidationError for bytes that are no program."""
    own, parts = split(data)
    return join(own, [part(data) for part, data in zip(_kept_parts(), parts, strict=True)])


def split(data: bytes) -> tuple[bytes, list[bytes]]:
    """A program's bytes as its own, and parts that other programs may have too.

    Raises msgspec.DecodeError or msgspec.ValidationError for bytes that are no program.
    """
    codec = _codec()
    fields = codec.fields.decode(data)
    if not max(_LARGE_PLACES) < len(fields) <= len(_FIELDS):
        raise msgspec.ValidationError(f"no program has {len(fields)} fields")
    pack = codec.encode.encode
    own = pack([fields[place] for place in _OWN_PLACES])
    small = pack([fields[place] for place in _SMALL_PLACES if place < len(fields)])
    return own, [small, *[bytes(fields[place]) for place in _LARGE_PLACES]]


def join(own: bytes, parts: Iterable[Any]) -> Program:
    """A program of what `split` parted, its parts decoded by `decode_part`. Raises as `decode` does."""
    small, *large = parts
    return Program(*_in_order((*msgspec.structs.astuple(_codec().own.decode(own)), *small, *large)))


def decode_part(kind: int, data: bytes) -> Any:
    """A part as it stands in a program; `kind` is its place among them. Raises as `decode` does."""
    return _codec().parts[kind](data)


def name_of(data: bytes) -> bytes:
    """Eight bytes that name a program or a part of one: the head of the SHA-256 of its encoding."""
    return hashlib.sha256(data).digest()[:NAME_OCTETS]


def fingerprint(program: Program) -> bytes:
    """The name of a program."""
    return name_of(encode(program))
