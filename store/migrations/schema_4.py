"""Schema 4: notes bear the time when they were written, so that those that may pass can go."""

from __future__ import annotations

import sqlite3

from store.migrations.step import Step

_NOTES = """\
create table notes_4 (
  name text primary key,
  at integer not null,
  value blob not null
) without rowid"""

_KEEP = """\
insert into notes_4 (name, at, value)
select case when name like 'sms/last/%' then 'passing/' || name else name end, 0, value from notes"""
"""With whom buyers of shared codes were last has another name since. 0: the sweep dates them."""


def _take(db: sqlite3.Connection) -> None:
    db.execute(_NOTES)
    db.execute(_KEEP)
    db.execute("drop table notes")
    db.execute("alter table notes_4 rename to notes")
    db.execute("create index notes_not_dated on notes (name) where at = 0")


STEP = Step(4, "notes bear a date", _take)
