"""`dialcart platform`: chassis and boards shown, and boards put in and taken out while calls go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from center.uap.capacity import Capacity
from center.uap.changes import AnyChange, apply, encode
from center.uap.chassis import PlatformError
from center.uap.resources import RESOURCES
from commands.config import load_settings
from commands.serving.platform import changed, changes_of, platform_file
from commands.serving.platform_now import Now, now_file, read
from commands.tables import table
from store.journal import SqliteJournal

TRY_EVERY_S = 0.2
TRIES_MAX = 25
"""A shop that runs takes a change in within a second, unless its machine has much else to do."""


def show(settings: Path) -> int:
    """Show chassis, slots and boards as they are by now; the exit status. Raises OSError, StoreError."""
    opened = _open(settings)
    if opened is None:
        return 1
    opened.journal.close()
    carries = (
        {(one.chassis, one.slot): one.carries for one in opened.now.boards} if opened.now else {}
    )
    rows = [("chassis", "", "slot", "board", "state", "carries", "brings")]
    for chassis in opened.capacity.chassis.values():
        model = f"{chassis.model.name} {chassis.role}"
        rows.append((chassis.name, model, "", "", "", "", f"{chassis.watts:g} W"))
        for slot, board in sorted(chassis.boards.items()):
            brings = ", ".join(
                f"{units} {name}"
                for name, units in zip(RESOURCES, board.kind.units, strict=True)
                if units
            )
            carried = str(carries.get((chassis.name, slot), ""))
            rows.append(("", "", str(slot), board.kind.name, board.state, carried, brings))
    typer.echo(table(rows))
    if opened.now is None:
        typer.echo("\nNo shop runs on it now: this is how one would open.")
    else:
        typer.echo("\n" + _taken(opened.now))
    return 0


def _taken(now: Now) -> str:
    """How much of what there is calls and seats hold, and who was refused."""
    rows = [("", "in service", "taken")]
    rows += [
        (name, f"{now.units.get(name, 0):,.0f}", f"{now.taken.get(name, 0):,.0f}")
        for name in RESOURCES
        if name in now.units or name in now.taken
    ]
    refused = ", ".join(f"{count} {why}" for why, count in now.refused.items())
    return f"{table(rows)}\nRefused since the start: {refused or 'nobody'}"


def change(
    settings: Path, wanted: AnyChange, *, sleep: Callable[[float], object] = time.sleep
) -> int:
    """Have a change made, by a running shop within a second; the exit status. Raises OSError, StoreError."""
    opened = _open(settings)
    if opened is None:
        return 1
    capacity, journal = opened.capacity, opened.journal
    try:
        apply(wanted, capacity)
        journal.append([encode(wanted)])
        count = len(changes_of(journal))
    except PlatformError as error:
        typer.echo(str(error), err=True)
        return 1
    finally:
        journal.close()
    told = ["done"]
    due = capacity.timer()
    if due is not None:
        told.append(f"in service in {due - wanted.at:.0f} s")
    if opened.now is not None:
        for _ in range(TRIES_MAX):
            now = read(opened.now_file)
            if now is None or now.changes >= count:
                break
            sleep(TRY_EVERY_S)
        else:
            now = None
        told.append(f"{now.cut_off} cut off" if now else "the shop has not taken it in yet")
    typer.echo("; ".join(told))
    return 0


@dataclass(frozen=True, slots=True)
class _Opened:
    """The platform of a settings file."""

    capacity: Capacity
    journal: SqliteJournal
    now_file: Path
    now: Now | None
    """What a running shop tells of it."""


def _open(settings: Path) -> _Opened | None:
    config = load_settings(settings)
    if config is None:
        return None
    if config.platform is None:
        typer.echo(f"{settings} has no [platform]; write its chassis there first", err=True)
        return None
    database = config.store.database
    journal = SqliteJournal(platform_file(database))
    capacity = changed(config.platform, changes_of(journal))
    capacity.advance(time.time())
    now = read(now_file(database))
    for one in now.boards if now is not None else ():
        board = capacity.chassis[one.chassis].boards.get(one.slot)
        if board is not None and one.state == "draining":
            # It carries calls, of which the journal knows nothing.
            board.state = one.state
    return _Opened(capacity, journal, now_file(database), now)
