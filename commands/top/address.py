"""Where a shop tells how it does, as its settings file says."""

from __future__ import annotations

from pathlib import Path

import typer

from commands.config import ALL_ADDRESSES, load_settings

USUAL = "127.0.0.1:9464"


def address_of(typed: str | None, settings: Path | None) -> str | None:
    """What was typed, or what the file says; None where the file is wrong or has none, which is told. Raises OSError."""
    if typed is not None or settings is None:
        return typed or USUAL
    config = load_settings(settings, connects=False)
    if config is None:
        return None
    if config.operations is None:
        typer.echo(
            f"{settings} has no [operations]; write it there, and start the shop again", err=True
        )
        return None
    if not config.operations.port:
        typer.echo(
            f"{settings} has [operations] on any port; name the one that `serve` told", err=True
        )
        return None
    host = config.operations.host
    if host in ALL_ADDRESSES:
        host = "::1" if ":" in host else "127.0.0.1"
    return (
        f"[{host}]:{config.operations.port}" if ":" in host else f"{host}:{config.operations.port}"
    )
