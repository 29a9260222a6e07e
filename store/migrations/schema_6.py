"""Schema 6: what a batch said is one row, whoever said it, and each row leads to the one before of each of its sellers."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

import msgspec

from store.migrations.step import Step

_TURNS = """\
create table turns_6 (
  id integer primary key autoincrement,
  at integer not null,
  first_text integer not null,
  text_rows integer not null,
  links blob not null,
  turns blob not null
)"""
_NEWEST = """\
create table newest_turns (
  seller integer primary key,
  id integer not null
)"""
_WITHIN_BITS, _COUNT_BITS = 43, 11
"""A row's id was its seller's number, the time and a count; rows of one time and count were one batch's."""
_WITHIN_SELLER = (1 << _WITHIN_BITS) - 1
_OLD_TURNS = "select id & ? as place, id from turns order by place, id"
_OLD_TEXTS = """\
select t.at, t.id, o.seller from texts as t join text_sellers as o on o.id = t.id order by t.id"""

_FORGOTTEN = """\
update sellers set orders = coalesce((select min(o.serial) from orders as o where o.seller = sellers.id) - 1, orders)"""
"""All were counted there, and now only those that are not kept."""


class _Said(NamedTuple):
    """What a row of today holds."""

    at: int
    text: int
    sellers: list[int]
    turns: dict[int, msgspec.Raw]


def _take(db: sqlite3.Connection) -> None:
    db.execute(_TURNS)
    db.execute(_NEWEST)
    encode = msgspec.msgpack.Encoder().encode
    newest: dict[int, int] = {}
    row = 0
    for said in heapq.merge(_turns(db), _texts(db), key=lambda said: said.at):
        row += 1
        links = {seller: newest.get(seller, 0) for seller in said.sellers}
        db.execute(
            "insert into turns_6 values (?, ?, ?, ?, ?, ?)",
            (row, said.at, said.text, int(said.text > 0), encode(links), encode(said.turns)),
        )
        newest.update(dict.fromkeys(said.sellers, row))
    db.executemany("insert into newest_turns values (?, ?)", sorted(newest.items()))
    db.execute("insert into meta values ('turns_known', ?)", (str(row),))
    db.execute("drop table text_sellers")
    db.execute("drop table turns")
    db.execute("alter table turns_6 rename to turns")
    db.execute(_FORGOTTEN)


def _turns(db: sqlite3.Connection) -> Iterator[_Said]:
    rows: Iterable[tuple[int, int]] = db.execute(_OLD_TURNS, (_WITHIN_SELLER,))
    for place, same in groupby(rows, key=lambda row: row[0]):
        turns: dict[int, msgspec.Raw] = {}
        for _, number in same:
            [(packed,)] = db.execute("select turns from turns where id = ?", (number,))
            turns[number >> _WITHIN_BITS] = msgspec.Raw(packed)
        yield _Said(place >> _COUNT_BITS, 0, list(turns), turns)


def _texts(db: sqlite3.Connection) -> Iterator[_Said]:
    rows: Iterable[tuple[int, int, int]] = db.execute(_OLD_TEXTS)
    for (at, text), same in groupby(rows, key=lambda row: row[:2]):
        yield _Said(at, text, [seller for _, _, seller in same], {})


STEP = Step(6, "what a batch said is one row", _take)
