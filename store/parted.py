"""Programs in their tables: what is a seller's own in a row each, what sellers of one template have in common but once.

So a program that comes to memory for its first buyer is a short row, and parts that are there already. Goods and wording that
are the seller's own are read with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from center.ports import StoreError
from flows.packed import (
    NAME_OCTETS,
    PARTS,
    PARTS_KEPT_MAX,
    decode_part,
    encode,
    join,
    name_of,
    split,
)
from flows.program import Program


class PartedPrograms:
    """Finds and keeps them."""

    def __init__(self, db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self._db = db
        self._sql = sql
        of_kinds = [
            lru_cache(PARTS_KEPT_MAX)(partial(_part, db, sql["program_part"], kind))
            for kind in range(PARTS)
        ]
        # Who has nothing of their own but a name has all parts at once.
        self._parts = lru_cache(PARTS_KEPT_MAX)(partial(_parts, of_kinds))

    def find(self, name: bytes) -> Program | None:
        """The program of a fingerprint. Raises StoreError where a part of it is missing."""
        row = self._db.execute(self._sql["program"], (id_of(name),)).fetchone()
        return join(row[0], self._parts(row[1])) if row is not None else None

    def keep(self, program: Program, kept: set[int]) -> bytes:
        """Keep a program, within a transaction; its fingerprint. `kept` are the parts that this transaction has kept."""
        data = encode(program)
        name = name_of(data)
        own, parts = split(data)
        names = [name_of(part) for part in parts]
        self._db.execute(self._sql["keep_program"], (id_of(name), own, b"".join(names)))
        for part, its_name in zip(parts, names, strict=True):
            number = id_of(its_name)
            if number not in kept:
                kept.add(number)
                self._db.execute(self._sql["keep_program_part"], (number, part))
        return name


def id_of(name: bytes) -> int:
    """The row of what has this name."""
    return int.from_bytes(name, "big", signed=True)


def _parts(of_kinds: Sequence[Callable[[bytes], Any]], names: bytes) -> list[Any]:
    each = [names[at : at + NAME_OCTETS] for at in range(0, len(names), NAME_OCTETS)]
    return [part(name) for part, name in zip(of_kinds, each, strict=True)]


def _part(db: sqlite3.Connection, sql: str, kind: int, name: bytes) -> Any:
    row = db.execute(sql, (id_of(name),)).fetchone()
    if row is None:
        raise StoreError(f"a part of a program, {name.hex()}, is not in the database")
    return decode_part(kind, row[0])
