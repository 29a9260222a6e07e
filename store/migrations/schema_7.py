"""Schema 7: what sellers of one template have in common in their programs is kept once."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from store.migrations.step import Step

_PROGRAMS = """\
create table programs_7 (
  id integer primary key,
  own blob not null,
  parts blob not null
)"""
_PARTS = """\
create table program_parts (
  id integer primary key,
  encoded blob not null
)"""
_OWN = (1, 2, 3, 4)
"""Places of fields in a program's bytes: name, names, number, codes."""
_LARGE = (10, *range(13, 24))
"""Places of those that became parts by themselves, from hours to `anywhere`; the rest are one together."""


def _take(db: sqlite3.Connection) -> None:
    db.execute(_PROGRAMS)
    db.execute(_PARTS)
    pack = msgspec.msgpack.Encoder().encode
    unpack = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode

    @lru_cache(1_000)
    def kept(part: bytes) -> bytes:
        name = _name(part)
        db.execute("insert or ignore into program_parts values (?, ?)", (_id(name), part))
        return name

    rows: Iterable[tuple[bytes, bytes]] = db.execute("select fingerprint, encoded from programs")
    for fingerprint, encoded in rows:
        fields = unpack(encoded)
        small = [field for place, field in enumerate(fields) if place not in (*_OWN, *_LARGE)]
        parts = [pack(small), *[bytes(fields[place]) for place in _LARGE]]
        own = pack([fields[place] for place in _OWN])
        db.execute(
            "insert into programs_7 values (?, ?, ?)",
            (_id(fingerprint), own, b"".join(map(kept, parts))),
        )
    db.execute("drop table programs")
    db.execute("alter table programs_7 rename to programs")


def _name(part: bytes) -> bytes:
    return hashlib.sha256(part).digest()[:8]


def _id(name: bytes) -> int:
    return int.from_bytes(name, "big", signed=True)


STEP = Step(7, "what programs have in common is kept once", _take)
