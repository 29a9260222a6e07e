"""`dialcart config`: the settings file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

config = typer.Typer(
    name="config", help="The settings file of `serve`.", no_args_is_help=True, rich_markup_mode=None
)


@config.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A settings file (TOML).")],
) -> None:
    """Tell what is wrong with a settings file, line by line, and what to write instead."""
    from commands.config import check as run

    raise typer.Exit(run(file))


@config.command("texts")
def texts(
    language: Annotated[str, typer.Argument(help="Its code, as flows declare it.")] = "sw",
) -> None:
    """Print what the platform says by itself as a table of the settings file, in English, to be worded in a language."""
    from commands.config import texts as run

    raise typer.Exit(run(language))


@config.command("schema")
def schema() -> None:
    """Print the schema of the settings file as JSON, for editors."""
    from commands.config import schema as run

    raise typer.Exit(run())
