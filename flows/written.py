"""A program's texts as it is kept: packed, and each read when it is first said.

A seller has many times as many texts as buyers of a day hear: two other channels', another language's, and what is said when
something goes wrong. So those of 40,000 sellers lie in memory as bytes, a third of what they take as text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import overload

import msgspec

TEXTS_AT_HAND_MAX = 4_096
"""Texts that were read last. Another seller who says the same has the same object, be the rest of their wording what it may."""


class Written(Sequence[str]):
    """A sequence of texts. Equal to any other of the same."""

    __slots__ = ("_ends", "_packed")

    def __init__(self, packed: bytes) -> None:
        """Raises msgspec.DecodeError or msgspec.ValidationError for bytes that are no array. A text is looked at when it is read."""
        sizes = list(map(len, _decoders()[0].decode(packed)))
        self._packed = packed
        self._ends = array("I", accumulate(sizes, initial=len(packed) - sum(sizes)))

    @property
    def packed(self) -> msgspec.Raw:
        """As it came, for who packs it again."""
        return msgspec.Raw(self._packed)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        place = index if index >= 0 else index + len(self)
        if place < 0:
            raise IndexError(index)
        return _read(self._packed[self._ends[place] : self._ends[place + 1]])

    def __iter__(self) -> Iterator[str]:
        return iter(_decoders()[1].decode(self._packed))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))


@cache
def _decoders() -> tuple[
    msgspec.msgpack.Decoder[list[msgspec.Raw]],
    msgspec.msgpack.Decoder[list[str]],
    msgspec.msgpack.Decoder[str],
]:
    of = msgspec.msgpack.Decoder
    return of(list[msgspec.Raw]), of(list[str]), of(str)


@lru_cache(TEXTS_AT_HAND_MAX)
def _read(packed: bytes) -> str:
    return _decoders()[2].decode(packed)
