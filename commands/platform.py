"""`dialcart platform`: chassis and boards shown, and boards put in and taken out while calls go on."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from center.uap.capacity import Capacity
from center.uap.changes import AnyChange, apply, encode
from center.uap.chassis import PlatformError
from center.uap.resources import RESOURCES
from commands.config import load_settings
from commands.serving.platform import changed, changes_of, platform_file
from commands.tables import table
from store.journal import SqliteJournal


def show(settings: Path) -> int:
    """Show chassis, slots and boards as they are by now; the exit status. Raises OSError, StoreError."""
    opened = _open(settings)
    if opened is None:
        return 1
    capacity, journal = opened
    journal.close()
    rows = [("chassis", "", "slot", "board", "state", "brings")]
    for chassis in capacity.chassis.values():
        rows.append(
            (
                chassis.name,
                f"{chassis.model.name} {chassis.role}",
                "",
                "",
                "",
                f"{chassis.watts:g} W",
            )
        )
        for slot, board in sorted(chassis.boards.items()):
            brings = ", ".join(
                f"{units} {name}"
                for name, units in zip(RESOURCES, board.kind.units, strict=True)
                if units
            )
            rows.append(("", "", str(slot), board.kind.name, board.state, brings))
    typer.echo(table(rows))
    return 0


def change(settings: Path, wanted: AnyChange) -> int:
    """Have a change made, by a running shop within a second; the exit status. Raises OSError, StoreError."""
    opened = _open(settings)
    if opened is None:
        return 1
    capacity, journal = opened
    try:
        apply(wanted, capacity)
        journal.append([encode(wanted)])
    except PlatformError as error:
        typer.echo(str(error), err=True)
        return 1
    finally:
        journal.close()
    due = capacity.timer()
    typer.echo(f"done; in service in {due - wanted.at:.0f} s" if due is not None else "done")
    return 0


def _open(settings: Path) -> tuple[Capacity, SqliteJournal] | None:
    config = load_settings(settings)
    if config is None:
        return None
    if config.platform is None:
        typer.echo(f"{settings} has no [platform]; write its chassis there first", err=True)
        return None
    journal = SqliteJournal(platform_file(config.store.database))
    capacity = changed(config.platform, changes_of(journal))
    capacity.advance(time.time())
    return capacity, journal
