"""`dialcart platform`: chassis and boards."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

platform = typer.Typer(
    name="platform",
    help="Chassis and boards, changed while calls go on.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Chassis = Annotated[str, typer.Argument(help="A chassis of the settings file.")]
Slot = Annotated[int, typer.Argument(help="Slot, from 1.", min=1)]
PlatformFile = Annotated[
    Path,
    typer.Option("--config", help="Settings file with a [platform] section.", show_default=False),
]


@platform.command("show")
def platform_show(config: PlatformFile) -> None:
    """Show chassis, slots and boards, and what they bring."""
    from commands.platform import show as run

    raise typer.Exit(run(config))


@platform.command("insert")
def platform_insert(
    chassis: Chassis,
    slot: Slot,
    board: Annotated[str, typer.Argument(help="Its kind: MSU, GPU, SRU, CIU.")],
    config: PlatformFile,
) -> None:
    """Put a board in; it tests itself and is in service then. Nobody is cut off."""
    from center.uap.changes import Insert
    from commands.platform import change as run

    raise typer.Exit(run(config, Insert(time.time(), chassis, slot, board)))


@platform.command("drain")
def platform_drain(chassis: Chassis, slot: Slot, config: PlatformFile) -> None:
    """Take nothing new to a board; it is out when the last that it carries has gone."""
    from center.uap.changes import Drain
    from commands.platform import change as run

    raise typer.Exit(run(config, Drain(time.time(), chassis, slot)))


@platform.command("restore")
def platform_restore(chassis: Chassis, slot: Slot, config: PlatformFile) -> None:
    """Take a board back into service."""
    from center.uap.changes import Restore
    from commands.platform import change as run

    raise typer.Exit(run(config, Restore(time.time(), chassis, slot)))


@platform.command("remove")
def platform_remove(chassis: Chassis, slot: Slot, config: PlatformFile) -> None:
    """Pull a board that is out of service."""
    from center.uap.changes import Remove
    from commands.platform import change as run

    raise typer.Exit(run(config, Remove(time.time(), chassis, slot)))


@platform.command("fail")
def platform_fail(chassis: Chassis, slot: Slot, config: PlatformFile) -> None:
    """Take a board for broken: what uses it is cut off."""
    from center.uap.changes import Fail
    from commands.platform import change as run

    raise typer.Exit(run(config, Fail(time.time(), chassis, slot)))


@platform.command("fail-chassis")
def platform_fail_chassis(chassis: Chassis, config: PlatformFile) -> None:
    """Take a chassis for broken: what uses it is cut off, and a standby takes over."""
    from center.uap.changes import FailChassis
    from commands.platform import change as run

    raise typer.Exit(run(config, FailChassis(time.time(), chassis)))


@platform.command("repair-chassis")
def platform_repair_chassis(chassis: Chassis, config: PlatformFile) -> None:
    """Let a broken chassis stand by again, or take over where none does what it did."""
    from center.uap.changes import RepairChassis
    from commands.platform import change as run

    raise typer.Exit(run(config, RepairChassis(time.time(), chassis)))
