"""The store that a seller lives in, open for as long as a command needs it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import typer

from center.ports import StoreError
from commands.shards.homes import is_there, stores_of
from store.sqlite import SqliteStore


@contextmanager
def seller_store(database: Path, seller: str) -> Generator[SqliteStore]:
    """Of the shard that has the seller. Where there is no database, or it fails, that is told and the command ends with 1."""
    if not is_there(database):
        typer.echo(f"there is no database {database}; `dialcart serve` makes one", err=True)
        raise typer.Exit(1)
    store = stores_of(database, seller)[0]
    try:
        yield store
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    finally:
        store.close()
