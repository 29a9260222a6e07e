"""`dialcart people`: who works on the floor, and for whom. A running shop sees changes within a second."""

from __future__ import annotations

from pathlib import Path

import typer

from center.acd.agent import Agent
from center.desk.person import HOUSE, Person, PersonRole
from center.ports import StoreError
from commands.kept_files import people_file
from commands.settings.queues import skill_of
from commands.shards.homes import is_there, stores_of
from store.people import People
from web.accounts.password import PasswordError, hash_password


def listing(database: Path) -> int:
    """Show everybody; the exit status."""
    people = _entered(database)
    if people is None:
        return 1
    everybody = people.people()
    if not everybody:
        typer.echo("nobody has been entered; `dialcart people add NAME` enters somebody")
    for person in everybody:
        agent = person.agent
        skills = ", ".join(f"{skill.name}={skill.level}" for skill in agent.skills)
        typer.echo(
            f"{agent.name:<16} {person.role:<10} {agent.pool:<12} 1 call, {agent.sms_slots} texts  {skills}"
        )
    for pool, seller in people.contracts():
        typer.echo(f"{pool} serves {seller}")
    people.close()
    return 0


def _entered(database: Path) -> People | None:
    """Who was entered; told where nobody ever was, for a slip in `--database` would read so, and leave a file there."""
    file = people_file(database)
    if file.exists():
        return People(file)
    typer.echo(
        f"nobody has been entered: there is no {file}; `dialcart people add NAME` makes it",
        err=True,
    )
    return None


def add(
    name: str,
    role: PersonRole,
    pool: str,
    skills: list[str],
    sms_slots: int,
    password: str,
    database: Path,
) -> int:
    """Enter somebody, or change them; the exit status."""
    try:
        agent = Agent(name, pool, tuple(map(skill_of, skills)), sms_slots=sms_slots)
        person = Person(agent, role, hash_password(password))
    except (PasswordError, ValueError) as error:
        typer.echo(str(error), err=True)
        return 2
    people = People(people_file(database))
    people.keep(person)
    people.close()
    typer.echo(f"{name} may sign in as {role}; a shop that runs knows it within a second")
    return 0


def remove(name: str, database: Path) -> int:
    """Let somebody go; the exit status."""
    people = _entered(database)
    if people is None:
        return 1
    known = people.drop(name)
    people.close()
    if not known:
        typer.echo(
            f"nobody called {name} has been entered; `dialcart people list` shows who", err=True
        )
        return 1
    typer.echo(f"{name} signs in no more; a shop that runs knows it within a second")
    return 0


def contract(pool: str, seller: str, database: Path) -> int:
    """Let a pool serve a seller; the exit status."""
    people = People(people_file(database))
    people.contract(pool, seller)
    people.close()
    typer.echo(f"{pool} serves {seller}; a shop that runs knows it within a second")
    try:
        published = _is_published(seller, database)
    except StoreError as error:
        # The contract stands: people have a file of their own.
        typer.echo(f"whether {seller} is published here could not be seen: {error}", err=True)
        return 0
    if not published:
        typer.echo(
            f"{seller} is not published here yet; a name that is misspelt serves nobody", err=True
        )
    return 0


def _is_published(seller: str, database: Path) -> bool:
    """Whether the database has such a seller; also where there is none yet to ask. Raises StoreError."""
    if not is_there(database):
        return True
    store = stores_of(database, seller)[0]
    try:
        return seller in store.published()
    finally:
        store.close()


def end_contract(pool: str, seller: str, database: Path) -> int:
    """Let a pool serve a seller no longer; the exit status."""
    if pool == HOUSE:
        typer.echo(
            f"{HOUSE} is the platform's own pool: it serves every seller, and no contract can end",
            err=True,
        )
        return 2
    people = _entered(database)
    if people is None:
        return 1
    known = people.end_contract(pool, seller)
    people.close()
    if not known:
        typer.echo(
            f"{pool} has no contract with {seller}; `dialcart people list` shows who serves whom",
            err=True,
        )
        return 1
    typer.echo(f"{pool} serves {seller} no longer; a shop that runs knows it within a second")
    return 0
