"""`dialcart people`: who works on the floor."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from commands.database import DATABASE, Database

people = typer.Typer(
    name="people", help="Enter and list the people who work on the floor.", no_args_is_help=True
)


@people.command("list")
def people_list(database: Database = DATABASE) -> None:
    """Show everybody, with what they can do."""
    from commands.people import listing as run

    raise typer.Exit(run(database))


@people.command("add")
def people_add(
    name: Annotated[str, typer.Argument(help="Name to sign in with.")],
    role: Annotated[
        Literal["agent", "supervisor"], typer.Option(help="What they may do.")
    ] = "agent",
    pool: Annotated[
        str, typer.Option(help="Who employs them; `house` serves every seller.")
    ] = "house",
    skill: Annotated[
        list[str] | None,
        typer.Option(help="A skill and its level, 1 to 10: tea=3.", show_default=False),
    ] = None,
    sms: Annotated[int, typer.Option(help="Conversations at a time.", min=0, max=12)] = 4,
    password: Annotated[
        str,
        typer.Option(
            envvar="DIALCART_PASSWORD", prompt=True, hide_input=True, help="At least 8 characters."
        ),
    ] = "",
    database: Database = DATABASE,
) -> None:
    """Enter somebody, or change them."""
    from commands.people import add as run

    raise typer.Exit(run(name, role, pool, skill or [], sms, password, database))


@people.command("remove")
def people_remove(
    name: Annotated[str, typer.Argument(help="Who leaves.")], database: Database = DATABASE
) -> None:
    """Let somebody sign in no more."""
    from commands.people import remove as run

    raise typer.Exit(run(name, database))


@people.command("contract")
def people_contract(
    pool: Annotated[str, typer.Argument(help="A partner's pool of people.")],
    seller: Annotated[str, typer.Argument(help="The seller whose buyers they may serve.")],
    database: Database = DATABASE,
) -> None:
    """Let a pool's people serve a seller."""
    from commands.people import contract as run

    raise typer.Exit(run(pool, seller, database))


@people.command("end-contract")
def people_end_contract(
    pool: Annotated[str, typer.Argument(help="A partner's pool of people.")],
    seller: Annotated[str, typer.Argument(help="The seller whom they serve no longer.")],
    database: Database = DATABASE,
) -> None:
    """Let a pool's people serve a seller no longer; talks that go on are finished."""
    from commands.people import end_contract as run

    raise typer.Exit(run(pool, seller, database))
