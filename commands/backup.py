"""`dialcart backup`: a copy of the database, and of all that belongs to it, while the shop is open."""

from __future__ import annotations

from pathlib import Path

import typer

from center.ports import StoreError
from commands.kept_files import journal_file, people_file, platform_file
from commands.shards.homes import front_database, is_there, shard_databases
from store.backup import back_up


def backup(database: Path, to: Path) -> int:
    """Copy the database, or the files of all its shards, and what lies beside; the exit status."""
    if not is_there(database):
        typer.echo(f"there is no database {database}; `dialcart serve` makes one", err=True)
        return 1
    try:
        for source, copy in _files(database, to):
            size = back_up(source, copy)
            typer.echo(f"{source} is copied to {copy}, {size / 1e6:.1f} MB")
    except StoreError as error:
        typer.echo(str(error), err=True)
        return 1
    return 0


def _files(database: Path, to: Path) -> list[tuple[Path, Path]]:
    """Each file with where it goes: named as the database is, so that a shop opens on the copies as they are."""
    shards = shard_databases(database)
    if shards:
        folder = front_database(to).parent
        files = [(path, folder / path.name) for path in (front_database(database), *shards)]
    else:
        files = [(database, to)]
    beside = [(name(database), name(to)) for name in (people_file, platform_file, journal_file)]
    return [*files, *((source, copy) for source, copy in beside if source.exists())]
