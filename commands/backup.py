"""`dialcart backup`: a copy of the database while the shop is open."""

from __future__ import annotations

from pathlib import Path

import typer

from center.ports import StoreError
from store.backup import back_up


def backup(database: Path, to: Path) -> int:
    """Copy the database; the exit status."""
    try:
        size = back_up(database, to)
    except StoreError as error:
        typer.echo(str(error), err=True)
        return 1
    typer.echo(f"{database} is copied to {to}, {size / 1e6:.1f} MB")
    return 0
