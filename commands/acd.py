"""`dialcart acd explain` and `dialcart queues`: the router's journal lived through once more, and told."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from center.acd.events import ContactArrived
from center.acd.explain import explain as explained
from center.acd.journal import JournalError, Record, decode, rebuild
from center.acd.measures import QueueMeasure
from center.acd.standing import ContactStood
from center.ports import StoreError
from commands.kept_files import journal_file
from commands.shards.homes import folder_of
from commands.shop_clocks import clocks_of
from commands.tables import table
from store.journal import records_of

NAMES_MAX = 20

FORMULAS = (
    ("service level", QueueMeasure.service_level),
    ("abandoned", QueueMeasure.abandonment),
    ("mean wait", QueueMeasure.speed_of_answer_s),
)


def explain(contact: str, database: Path) -> int:
    """Tell a contact's way, by its name or a part of it such as the buyer's number; the exit status."""
    with _events(database) as events:
        # Read twice, for a journal has more than a million records: only names are kept in between.
        names = [e.contact for e in events() if isinstance(e, ContactArrived | ContactStood)]
        found = [contact] if contact in names else [name for name in names if contact in name]
        if not found:
            such = f", such as {names[-1]}" if names else ""
            typer.echo(
                f"no contact `{contact}` in the journal; it keeps {len(names)}{such}", err=True
            )
            return 1
        if len(found) > 1:
            typer.echo(
                f"{len(found)} contacts are meant; the last of them is told. They are:", err=True
            )
            for name in found[-NAMES_MAX:]:
                typer.echo(f"  {name}", err=True)
        # A contact's name begins with its seller's.
        with clocks_of(database) as clocks:
            zone = clocks.zone(found[-1].partition("/")[0])
        for line in explained(events(), found[-1], zone):
            typer.echo(line)
        typer.echo(f"Times are of {zone}.")
    return 0


def queues(database: Path) -> int:
    """Show the queues as the last event left them; the exit status."""
    with _events(database) as events:
        router = rebuild(events())
    rows = [
        (
            "queue",
            "seller",
            "waiting",
            "about",
            "came",
            "turned away",
            "answered",
            "not answered",
            *(name for name, _ in FORMULAS),
        )
    ]
    for name, backlog in sorted(router.backlogs.items()):
        measure = router.queue_measure(name)
        rows.append(
            (
                name,
                backlog.queue.seller,
                str(measure.waiting),
                f"{measure.estimate_s:.0f} s",
                str(measure.counts.arrived),
                str(measure.turned_away),
                str(measure.counts.answered),
                str(measure.counts.not_answered),
                f"{measure.service_level:.0%}",
                f"{measure.abandonment:.0%}",
                f"{measure.speed_of_answer_s:.0f} s",
            )
        )
    typer.echo(table(rows))
    if router.day_began_at:
        seller = next((backlog.queue.seller for backlog in router.backlogs.values()), "")
        with clocks_of(database) as clocks:
            typer.echo(f"counted since {clocks.tell(seller, router.day_began_at)}")
    for name, formula in FORMULAS:
        typer.echo(f"{name} = {(formula.__doc__ or '').rstrip('.')}")
    return 0


def _no_floor(database: Path) -> str:
    # docs/decisions/0091
    if folder_of(database).is_dir():
        return f"{database} is spread over shards, and with shards there is no floor: `dialcart serve` without them opens one"
    return f"there is no floor beside {database}; `dialcart serve` opens one"


@contextmanager
def _events(database: Path) -> Generator[Callable[[], Iterator[Record]]]:
    """Reads the journal beside a database, from its beginning each time. Where that cannot be it says so, and ends the command."""
    file = journal_file(database)
    if not file.exists():
        typer.echo(_no_floor(database), err=True)
        raise typer.Exit(1)
    try:
        yield lambda: map(decode, records_of(file))
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except JournalError as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(1) from None
