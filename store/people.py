"""People who work on the floor, which pools serve which sellers, and who is signed in; a file beside the database of orders."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import cast

from center.acd.agent import Agent, Skill
from center.desk.person import Person, PersonRole
from center.ports import StoreError
from store.batch import errors
from store.database import cannot_open

_SCHEMA = """
create table if not exists people (
  name text primary key,
  role text not null check (role in ('agent', 'supervisor')),
  password text not null,
  pool text not null,
  skills text not null,
  voice_slots integer not null,
  sms_slots integer not null
) without rowid;
create table if not exists contracts (
  pool text not null,
  seller text not null,
  primary key (pool, seller)
) without rowid;
create table if not exists visits (
  token blob primary key,
  name text not null,
  password blob not null,
  began_at real not null
) without rowid;
"""


class People:
    """Small and seldom written; every write is on disk when it returns."""

    def __init__(self, path: Path | str) -> None:
        """Open or make the file. Raises StoreError if it is not one of ours."""
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.executescript(_SCHEMA)
        except sqlite3.OperationalError as error:
            raise cannot_open(path, error) from None
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path} holds no people of dialcart: {error}") from None
        self._changes = 0
        """Of people and contracts, by this connection."""

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def version(self) -> tuple[int, int]:
        """Another one as soon as people or contracts have changed, whoever did it: cheap to ask for, as reading everybody is not."""
        with errors():
            (others,) = self._db.execute("pragma data_version").fetchone()
        return others, self._changes

    def people(self) -> list[Person]:
        """Everybody, by name."""
        with errors():
            rows = self._db.execute(
                "select name, role, password, pool, skills, voice_slots, sms_slots"
                " from people order by name"
            ).fetchall()
        return [_person(row) for row in rows]

    def person(self, name: str) -> Person | None:
        """One of them."""
        with errors():
            row = self._db.execute(
                "select name, role, password, pool, skills, voice_slots, sms_slots"
                " from people where name = ?",
                (name,),
            ).fetchone()
        return _person(row) if row is not None else None

    def keep(self, person: Person) -> None:
        """Enter or change somebody."""
        agent = person.agent
        self._changes += 1
        with errors():
            self._db.execute(
                "insert into people values (?, ?, ?, ?, ?, ?, ?) on conflict do update set"
                " role = excluded.role, password = excluded.password, pool = excluded.pool,"
                " skills = excluded.skills, voice_slots = excluded.voice_slots,"
                " sms_slots = excluded.sms_slots",
                (
                    agent.name,
                    person.role,
                    person.password,
                    agent.pool,
                    json.dumps(agent.skills),
                    agent.voice_slots,
                    agent.sms_slots,
                ),
            )

    def drop(self, name: str) -> bool:
        """Somebody leaves; whether there was one of this name."""
        self._changes += 1
        with errors():
            return bool(self._db.execute("delete from people where name = ?", (name,)).rowcount)

    def visits(self) -> list[tuple[bytes, str, bytes, float]]:
        """Who is signed in, oldest first: digest of the token, name, digest of the password, Unix seconds of the beginning."""
        with errors():
            return list(
                self._db.execute(
                    "select token, name, password, began_at from visits order by began_at"
                )
            )

    def keep_visit(self, token: bytes, name: str, password: bytes, began_at: float) -> None:
        """Somebody has signed in."""
        with errors():
            self._db.execute(
                "insert into visits values (?, ?, ?, ?)", (token, name, password, began_at)
            )

    def drop_visit(self, token: bytes) -> None:
        """A visit has ended."""
        with errors():
            self._db.execute("delete from visits where token = ?", (token,))

    def contracts(self) -> list[tuple[str, str]]:
        """Pool and seller of every contract."""
        with errors():
            return list(self._db.execute("select pool, seller from contracts order by 1, 2"))

    def contract(self, pool: str, seller: str) -> None:
        """Let a pool's people serve a seller."""
        self._changes += 1
        with errors():
            self._db.execute(
                "insert into contracts values (?, ?) on conflict do nothing", (pool, seller)
            )

    def end_contract(self, pool: str, seller: str) -> bool:
        """Let a pool's people serve a seller no longer; whether they might."""
        self._changes += 1
        with errors():
            ended = self._db.execute(
                "delete from contracts where pool = ? and seller = ?", (pool, seller)
            )
            return bool(ended.rowcount)


def _person(row: tuple[str, str, str, str, str, int, int]) -> Person:
    name, role, password, pool, skills, voice_slots, sms_slots = row
    agent = Agent(
        name, pool, tuple(Skill(*skill) for skill in json.loads(skills)), voice_slots, sms_slots
    )
    return Person(agent, cast("PersonRole", role), password)
