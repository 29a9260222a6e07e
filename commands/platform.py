"""`dialcart platform`: chassis and boards shown, and boards put in and taken out while calls go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import typer

from center.uap.capacity import Capacity
from center.uap.changes import AnyChange, Insert, Restore, apply, encode
from center.uap.chassis import PlatformError
from center.uap.resources import RESOURCES
from commands.config import load_settings
from commands.kept_files import platform_file
from commands.serving.platform import changed, changes_of
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
        model = f"{chassis.model.name} {chassis.role}{_until(chassis.takes_over_at, ', serves')}"
        rows.append((chassis.name, model, "", "", "", "", f"{chassis.watts:g} W"))
        for slot, board in sorted(chassis.boards.items()):
            brings = ", ".join(
                f"{units} {name}"
                for name, units in zip(RESOURCES, board.kind.units, strict=True)
                if units
            )
            carried = str(carries.get((chassis.name, slot), ""))
            tested_at = board.tested_at if board.state == "self-test" else None
            state = board.state + _until(tested_at, ", in service")
            rows.append(("", "", str(slot), board.kind.name, state, carried, brings))
    typer.echo(table(rows))
    if opened.now is None:
        typer.echo("\nNo shop runs on it now: this is how one would open.")
    else:
        typer.echo("\n" + _taken(opened.now))
    return 0


def _until(at: float | None, what: str) -> str:
    """How long it takes until then, where something is to come."""
    return "" if at is None else f"{what} in {max(1, ceil(at - time.time()))} s"


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
        taking_over = _taking_over(capacity)
        apply(wanted, capacity)
        journal.append([encode(wanted)])
        number = _number(wanted, changes_of(journal))
    except PlatformError as error:
        typer.echo(str(error), err=True)
        return 1
    finally:
        journal.close()
    told = ["done", *_due(wanted, capacity, taking_over)]
    if opened.now is not None:
        now = _once_taken_in(opened.now_file, number, sleep)
        outcome = now.outcome(number) if now is not None else None
        if outcome is not None and outcome.error:
            typer.echo(
                f"written down, but the running shop leaves it out: {outcome.error}", err=True
            )
            return 1
        if now is None:
            told.append("the shop has not taken it in yet")
        elif outcome is None:
            told.append("the shop began with it")
        else:
            told.append(f"{outcome.cut_off} cut off")
    typer.echo("; ".join(told))
    return 0


def _due(wanted: AnyChange, capacity: Capacity, taking_over: Mapping[str, float]) -> Iterator[str]:
    """What the change itself has begun that takes time; `taking_over` before it."""
    if isinstance(wanted, Insert | Restore):
        board = capacity.chassis[wanted.chassis].boards[wanted.slot]
        if board.state == "self-test":
            yield f"in service in {board.tested_at - wanted.at:.0f} s"
    for name, at in _taking_over(capacity).items():
        if name not in taking_over:
            yield f"{name} takes over in {at - wanted.at:.0f} s"


def _once_taken_in(file: Path, number: int, sleep: Callable[[float], object]) -> Now | None:
    """What the shop tells once it has taken so many changes in; None if it does not, or has gone."""
    for _ in range(TRIES_MAX):
        now = read(file)
        if now is None or now.changes >= number:
            return now
        sleep(TRY_EVERY_S)
    return None


def _taking_over(capacity: Capacity) -> dict[str, float]:
    """Standbys on their way into service, and when they are there, Unix seconds."""
    return {
        name: chassis.takes_over_at
        for name, chassis in capacity.chassis.items()
        if chassis.takes_over_at is not None
    }


def _number(wanted: AnyChange, changes: Sequence[AnyChange]) -> int:
    """Which of all changes ours is, from 1: other operators may have written theirs behind it."""
    return next(n for n in range(len(changes), 0, -1) if changes[n - 1] == wanted)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The platform of a settings file."""

    capacity: Capacity
    journal: SqliteJournal
    now_file: Path
    now: Now | None
    """What a running shop tells of it."""


def _open(settings: Path) -> _Opened | None:
    config = load_settings(settings, connects=False)
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
    unknown = set[str]()
    for one in now.boards if now is not None else ():
        chassis = capacity.chassis.get(one.chassis)
        if chassis is None:
            unknown.add(one.chassis)
            continue
        board = chassis.boards.get(one.slot)
        if board is not None and one.state == "draining":
            # It carries calls, of which the journal knows nothing.
            board.state = one.state
    if unknown:
        typer.echo(
            f"the running shop has chassis that {settings} no longer names, until it is started anew: "
            + ", ".join(sorted(unknown)),
            err=True,
        )
    return _Opened(capacity, journal, now_file(database), now)
