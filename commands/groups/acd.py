"""`dialcart acd`: the router, asked."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.database import DATABASE, Database

acd = typer.Typer(
    name="acd", help="Ask the router of calls and conversations.", no_args_is_help=True
)


@acd.command("explain")
def acd_explain(
    contact: Annotated[str, typer.Argument(help="Its name, or a part such as the buyer's number.")],
    database: Database = DATABASE,
) -> None:
    """Tell who was considered for a buyer, in what order, and why this one."""
    from commands.acd import explain as run

    raise typer.Exit(run(contact, database))
