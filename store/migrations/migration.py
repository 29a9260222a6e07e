"""A database brought forward: a copy first, then all steps in one transaction.

Nobody else may have the file open: an older program would go on writing what the steps have just changed. SQLite tells by
refusing to leave the write-ahead log, and the write lock, which readers such as the copy may pass, keeps others out
from there to the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path

from center.ports import StoreError
from store.backup import back_up
from store.migrations.steps import OLDEST, SCHEMA_VERSION, STEPS

LOCK_WAIT_S = 1.0
"""A command that only looks is done within this."""
COPIES_MAX = 100
"""Of one database and schema, from tries that came to nothing."""


def schema_of(db: sqlite3.Connection) -> int | None:
    """What a database says that it is; None where there is nothing of ours yet."""
    if not db.execute("select 1 from sqlite_master where name = 'meta'").fetchone():
        return None
    row = db.execute("select value from meta where name = 'schema'").fetchone()
    return int(row[0]) if row is not None else None


def check_schema(path: str, db: sqlite3.Connection) -> None:
    """Raises StoreError where this program cannot work with the schema as it is."""
    schema = schema_of(db)
    if schema is None or schema == SCHEMA_VERSION:
        return
    _check_reach(path, schema)
    raise StoreError(
        f"{path} has schema {schema}, this program reads {SCHEMA_VERSION};"
        " `dialcart serve` brings it forward when it starts"
    )


def _check_reach(path: str, schema: int) -> None:
    """Raises StoreError where no steps lead from a schema to ours."""
    if schema > SCHEMA_VERSION:
        raise StoreError(
            f"{path} has schema {schema}, a newer program wrote it; this one reads {SCHEMA_VERSION}:"
            " start the newer one, or put back the copy that was made before it"
        )
    if schema < OLDEST:
        raise StoreError(
            f"{path} has schema {schema}, this program reads {SCHEMA_VERSION} and brings forward"
            f" {OLDEST} and later; open it with the version that wrote it"
        )


def migrate(path: Path, tell: Callable[[str], None]) -> None:
    """Bring a database to this program's schema; nothing happens where it has that, or is not there.

    Promised: it is as it was or wholly brought forward, whenever this is interrupted, and a copy of it as it was lies
    beside it. `tell` is told in a person's words. Raises StoreError.
    """
    if not path.exists():
        return
    db = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None)
    try:
        schema = schema_of(db)
        if schema is None or schema == SCHEMA_VERSION:
            return
        _check_reach(str(path), schema)
        db.execute("pragma journal_mode = delete")
        db.execute("pragma synchronous = extra")
        db.execute("begin immediate")
        if schema_of(db) != schema:
            # Somebody else was faster; who opens it sees whether it is ours now.
            return
        copy = _free_name(path, schema)
        tell(f"{path} has schema {schema}, which this version brings to {SCHEMA_VERSION}")
        back_up(path, copy)
        tell(f"  as it was it is kept in {copy}")
        for step in STEPS[schema - OLDEST :]:
            step.take(db)
            tell(f"  {step.schema}: {step.what}")
        db.execute("update meta set value = ? where name = 'schema'", (str(SCHEMA_VERSION),))
        db.execute("commit")
    except sqlite3.OperationalError as error:
        hint = "stop what has it open" if "locked" in str(error) else "it is as it was"
        raise StoreError(f"{path} cannot be brought forward: {error}; {hint}") from None
    except (sqlite3.DatabaseError, ValueError) as error:
        raise StoreError(f"{path} is not a database of dialcart: {error}") from None
    finally:
        # Without a commit SQLite takes everything back.
        db.close()


def _free_name(path: Path, schema: int) -> Path:
    """Where the copy goes: `shop.schema-3.db` beside `shop.db`; never over another."""
    names = (
        path.with_name(f"{path.stem}.schema-{schema}{number}{path.suffix}")
        for number in ("" if tries == 0 else f".{tries + 1}" for tries in count())
    )
    for name in islice(names, COPIES_MAX):
        if not name.exists():
            return name
    raise StoreError(f"{path.parent} has {COPIES_MAX} copies of {path.name} already; remove some")
