"""The command line: each command is imported when it is called, so that `--help` is there at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from commands.database import DATABASE, Database, ServedDatabase, names_a_file
from commands.groups.acd import acd
from commands.groups.config import config
from commands.groups.people import people
from commands.groups.platform import platform

app = typer.Typer(
    name="dialcart",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (config, people, platform, acd):
    app.add_typer(group, name=group.info.name)


def _port(told: str) -> Any:
    """An option that is a port."""
    return typer.Option(help=told, min=0, max=65_535)


Channel = Literal["sms", "ussd", "voice"]
Format = Literal["text", "json", "csv"]
UssdProfile = Literal["standard", "echo", "mica", "tata", "port", "bare"]
SPEECH = Path("var/speech")
"""Rendered speech, by content: it may be deleted, and is rendered again."""
VoicesFile = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file whose voices speak; none: espeak-ng's."),
]
Paths = Annotated[list[Path], typer.Argument(help="Flow files or folders.", show_default=False)]


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        from commands.version import version

        typer.echo(version())
        raise typer.Exit


@app.callback()
def _dialcart(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Tell which Dialcart this is.", is_eager=True, callback=_tell_version
        ),
    ] = False,
) -> None:
    """A shop for buyers without internet: flows that sell by text and by phone."""


@app.command()
def check(
    paths: Paths,
    output: Annotated[
        Literal["text", "json"], typer.Option("--format", help="For people or for tools.")
    ] = "text",
    vocabulary: Annotated[
        list[str] | None,
        typer.Option(help="Words that a recogniser knows, as LANGUAGE=FILE.", show_default=False),
    ] = None,
) -> None:
    """Tell what is wrong with flows, and what to write instead."""
    from commands.check import check as run

    raise typer.Exit(run(paths, output, vocabulary or []))


@app.command("format")
def format_(
    paths: Paths,
    keywords: Annotated[
        Literal["zh", "en"] | None, typer.Option(help="Write the language's words so.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only tell what would change.")] = False,
) -> None:
    """Lay flows out the one way they are written."""
    from commands.layout import format_files

    raise typer.Exit(format_files(paths, keywords, check=check))


@app.command()
def graph(
    flow: Annotated[Path, typer.Argument(help="A flow file, its folder, or a sample seller.")],
    output: Annotated[
        Literal["svg", "mermaid"] | None,
        typer.Option("--format", help="How to draw it; else as the file's name ends, or SVG."),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="File to write, .svg or .mmd.")] = None,
) -> None:
    """Draw a flow so that its seller recognises it."""
    from commands.layout import graph as run

    raise typer.Exit(run(flow, output, to))


@app.command()
def talk(
    flow: Annotated[Path, typer.Argument(help="A flow file, its folder, or a sample seller.")],
    channel: Annotated[Channel, typer.Option(help="How the buyer reaches the shop.")] = "sms",
    language: Annotated[str, typer.Option(help="The buyer's language.")] = "",
    number: Annotated[str, typer.Option("--from", help="The buyer's number.")] = "13800138000",
    save: Annotated[Path | None, typer.Option(help="Keep the talk as a transcript.")] = None,
) -> None:
    """Try a flow in the terminal, as a buyer would meet it."""
    import time

    from commands.talk import talk as run

    raise typer.Exit(run(flow, channel, language, number, save, int(time.time())))


@app.command()
def replay(
    paths: Annotated[list[Path], typer.Argument(help="Transcripts, Markdown files or folders.")],
    accept: Annotated[bool, typer.Option("--accept", help="Rewrite what differs.")] = False,
    cover: Annotated[bool, typer.Option("--cover", help="Show which edges are covered.")] = False,
    generate: Annotated[
        bool, typer.Option("--generate", help="Write the transcripts that are missing.")
    ] = False,
) -> None:
    """Play transcripts and hold them against what happens."""
    from commands.replay import replay_paths

    raise typer.Exit(replay_paths(paths, accept=accept, cover=cover, write=generate))


@app.command()
def serve(
    context: typer.Context,
    sellers: Annotated[
        list[Path] | None,
        typer.Argument(help="Flow files or folders; none: the sample sellers.", show_default=False),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings file, which says all that follows and more.")
    ] = None,
    database: ServedDatabase = DATABASE,
    smsc: Annotated[
        str | None, typer.Option(help="host:port of a carrier's SMSC; none: our simulator.")
    ] = None,
    system_id: Annotated[str, typer.Option(help="Our name at the SMSC.")] = "dialcart",
    password: Annotated[
        str, typer.Option(envvar="DIALCART_SMSC_PASSWORD", help="Our password at the SMSC.")
    ] = "dialcart",
    smsc_port: Annotated[int, _port("Port of the simulator; 0: any.")] = 2775,
    control_port: Annotated[int, _port("Port of its phones; 0: any.")] = 2776,
    binds: Annotated[int, typer.Option(help="Connections to the SMSC.", min=1, max=64)] = 1,
    web_port: Annotated[
        int | None,
        _port("Port of the pages; none: 8400, or any if that is taken."),
    ] = None,
    operations_port: Annotated[
        int | None,
        _port("Port of /metrics, /health and /ready; none: not served."),
    ] = None,
    sip_port: Annotated[int, _port("Port of SIP, for calls; 0: any.")] = 5060,
    shards: Annotated[
        int, typer.Option(help="Processes to spread sellers over; texts only.", min=1, max=64)
    ] = 1,
) -> None:
    """Open sellers for business by SMS and telephone."""
    import asyncio
    import signal

    def stopped(*_: object) -> None:
        sys.exit(0)

    # What is imported takes a second. Until `serve` heeds signals nothing is open, so a stop is an end and no failure.
    signal.signal(signal.SIGTERM, stopped)

    from commands.logs import log_uncaught
    from commands.serve import Options, settings_of
    from commands.serve import serve as run

    options = Options(
        sellers=tuple(sellers or ()),
        database=database,
        smsc=smsc,
        system_id=system_id,
        password=password,
        smsc_port=smsc_port,
        control_port=control_port,
        binds=binds,
        operations_port=operations_port,
        web_port=web_port,
        sip_port=sip_port,
        shards=shards,
    )
    typed = [
        name
        for name in context.params
        if (source := context.get_parameter_source(name)) is not None
        and source.name == "COMMANDLINE"
        and name != "config"
    ]
    settings = settings_of(config, options, typed)
    log_uncaught()
    raise typer.Exit(asyncio.run(run(settings)) if settings is not None else 2)


@app.command()
def phone(
    to: Annotated[
        str, typer.Option(help="Code to text to, or to dial, such as *106#.")
    ] = "10690001",
    number: Annotated[str, typer.Option("--from", help="The phone's number.")] = "13800138000",
    port: Annotated[int, typer.Option(help="Control port of a running simulator.")] = 2776,
) -> None:
    """Be a phone in the terminal, on the simulator of `serve` or `smsc`."""
    import asyncio

    from commands.phone import phone as run

    raise typer.Exit(asyncio.run(run(number, to, port)))


@app.command()
def smsc(
    port: Annotated[int, _port("SMPP port; 0: any.")] = 2775,
    control_port: Annotated[int, _port("Port for phones; 0: any.")] = 2776,
    system_id: Annotated[str, typer.Option(help="Account that may bind.")] = "dialcart",
    password: Annotated[str, typer.Option(help="Its password.")] = "dialcart",
    faults: Annotated[
        str, typer.Option(help="What goes wrong: `throttled=10% receipt_delay_s=2 seed=7`.")
    ] = "",
    ussd: Annotated[UssdProfile, typer.Option(help="How its USSD gateway speaks.")] = "standard",
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file with certificate and key: SMPP over TLS.")
    ] = None,
    to: Annotated[str, typer.Option(help="Code that the phone texts to.")] = "10690001",
    number: Annotated[str, typer.Option("--from", help="The phone's number.")] = "13800138000",
    connect: Annotated[
        int | None, typer.Option(help="Be a phone on the simulator with this control port.")
    ] = None,
) -> None:
    """Run the SMSC simulator, with a phone in this terminal."""
    import asyncio

    from commands import phone as phones

    if connect is not None:
        raise typer.Exit(asyncio.run(phones.phone(number, to, connect)))
    simulated = phones.Simulated(port, control_port, system_id, password, faults, ussd, certificate)
    raise typer.Exit(asyncio.run(phones.smsc(simulated, number, to)))


@app.command()
def grammar(
    paths: Annotated[list[Path], typer.Argument(help="SRGS grammars (.gram, .grxml) or folders.")],
) -> None:
    """Read SRGS grammars and hold them against the inputs in their own meta entries."""
    from grammars.srgs.suite import report

    text, passed = report(paths)
    typer.echo(text)
    raise typer.Exit(0 if passed else 1)


@app.command()
def prompts(
    flow: Annotated[Path, typer.Argument(help="A flow file, its folder, or a sample seller.")],
    language: Annotated[str, typer.Option(help="Only this language.")] = "",
    export: Annotated[
        Path | None, typer.Option(help="CSV file to write: a script for the studio.")
    ] = None,
    render: Annotated[
        bool, typer.Option("--render", help="Render all of it now, with the voices that are there.")
    ] = False,
    values: Annotated[
        bool, typer.Option("--values", help="Also words of numbers, money, dates and codes.")
    ] = False,
    cache: Annotated[Path, typer.Option(help="Folder of rendered speech.")] = SPEECH,
    config: VoicesFile = None,
) -> None:
    """List what a shop says on the phone, in listening order, and what of it is recorded."""
    from commands.prompts import prompts as run

    raise typer.Exit(
        run(flow, language, cache, export, render=render, values=values, config=config)
    )


@app.command()
def orders(
    seller: Annotated[str | None, typer.Option(help="Only this seller's.")] = None,
    number: Annotated[str | None, typer.Option(help="One order.")] = None,
    buyer: Annotated[str | None, typer.Option(help="Only those of this number.")] = None,
    status: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    to: Annotated[
        str | None, typer.Option(help="Move an order on: confirmed, shipped, delivered ...")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to write them.")] = "text",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100_000)] = 100,
    database: Database = DATABASE,
) -> None:
    """List orders, show one, or move one on."""
    from commands.orders import orders as run

    raise typer.Exit(run(database, seller, number, buyer, status, to, output, limit))


@app.command()
def publish(
    flow: Annotated[Path, typer.Argument(help="A flow file or its folder.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what becomes of waiting buyers.")
    ] = False,
    database: Database = DATABASE,
    speech: Annotated[Path, typer.Option(help="Folder of rendered speech.")] = SPEECH,
    config: VoicesFile = None,
) -> None:
    """Make a flow live, and tell what becomes of buyers in the middle of it."""
    from commands.publish import publish as run

    raise typer.Exit(run(flow, database, speech, config, dry_run=dry_run))


@app.command()
def rollback(
    seller: Annotated[str, typer.Argument(help="Seller.")],
    to: Annotated[str | None, typer.Option(help="Version; none lists them.")] = None,
    database: Database = DATABASE,
) -> None:
    """Go back to an older version of a flow."""
    from commands.publish import rollback as run

    raise typer.Exit(run(seller, to, database))


@app.command()
def stock(
    seller: Annotated[str, typer.Argument(help="Seller.")],
    changes: Annotated[
        list[str] | None, typer.Argument(help="CODE=COUNT to count anew.", show_default=False)
    ] = None,
    database: Database = DATABASE,
) -> None:
    """Show what is left of each product, or count it anew."""
    from commands.shopkeeping import stock as run

    raise typer.Exit(run(seller, changes or [], database))


@app.command()
def messages(
    seller: Annotated[str, typer.Argument(help="Seller.")],
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100_000)] = 100,
    database: Database = DATABASE,
) -> None:
    """Show what buyers left for the seller."""
    from commands.shopkeeping import messages as run

    raise typer.Exit(run(seller, limit, database))


@app.command()
def texts(
    seller: Annotated[str, typer.Argument(help="Seller.")],
    buyer: Annotated[str | None, typer.Option(help="Only those to this number.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only those no phone has.")] = False,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100_000)] = 100,
    database: Database = DATABASE,
) -> None:
    """Show what became of texts to phones: waiting, sent, delivered, or failed and why."""
    from commands.shopkeeping import texts as run

    raise typer.Exit(run(seller, buyer, failed=failed, limit=limit, database=database))


@app.command()
def talks(
    seller: Annotated[str, typer.Argument(help="Seller.")],
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100_000)] = 100,
    database: Database = DATABASE,
) -> None:
    """Print logged conversations as transcripts; `replay` takes them as they are."""
    from commands.shopkeeping import talks as run

    raise typer.Exit(run(seller, limit, database))


@app.command()
def buyer(
    seller: Annotated[str, typer.Argument(help="Seller.")],
    number: Annotated[str, typer.Argument(help="The buyer's number.")],
    opt_out: Annotated[
        bool, typer.Option("--opt-out", help="They asked for it: no more messages unasked.")
    ] = False,
    database: Database = DATABASE,
) -> None:
    """Show what a seller knows of a buyer: addresses, language, last orders, whether they said STOP."""
    from commands.shopkeeping import buyer as run

    raise typer.Exit(run(seller, number, leave=opt_out, database=database))


@app.command()
def plan(
    sellers: Annotated[int | None, typer.Option(help="How many sell.", show_default=False)] = None,
    agents: Annotated[
        int | None,
        typer.Option(help="How many people are employed to serve buyers.", show_default=False),
    ] = None,
    calls: Annotated[
        float | None, typer.Option(help="Calls in the busy hour.", show_default=False)
    ] = None,
    traffic: Annotated[
        Path | None,
        typer.Option(help="TOML file with these and more: shares, times, what may be refused."),
    ] = None,
    models: Annotated[
        list[str] | None, typer.Option("--model", help="UAP2100, UAP3300, UAP8100; none: all.")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(help="Folder of model files with your own figures.", show_default=False),
    ] = None,
    output: Annotated[
        Literal["text", "json"], typer.Option("--format", help="For people or for tools.")
    ] = "text",
    charts: Annotated[Path | None, typer.Option(help="SVG file to draw it to.")] = None,
    language: Annotated[
        Literal["en", "zh"], typer.Option(help="Of the text and the charts.")
    ] = "en",
    simulate: Annotated[
        bool,
        typer.Option("--simulate", help="Hold it against the real platform and router; a minute."),
    ] = False,
) -> None:
    """Tell which chassis and boards so many sellers, agents and calls need, and what if one fails."""
    from commands.plan import plan as run

    given = {"sellers": sellers, "agents": agents, "calls_an_hour": calls}
    changes: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    raise typer.Exit(
        run(traffic, changes, models or [], figures, output, charts, language, simulate=simulate)
    )


@app.command()
def top(
    address: Annotated[
        str | None,
        typer.Argument(help="host:port of a running shop's operators' port; none: 127.0.0.1:9464."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file that says the port.")] = None,
    every: Annotated[float, typer.Option(help="Seconds between readings.", min=0.1)] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Print one screen, for scripts.")] = False,
) -> None:
    """Show how a running shop does: rates, queues, batches, binds."""
    from commands.top.address import address_of
    from commands.top.live import top as run

    asked = address_of(address, config)
    raise typer.Exit(run(asked, every, once=once) if asked is not None else 1)


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(help="File to make.", callback=names_a_file)],
    database: Database = DATABASE,
) -> None:
    """Copy the database to a new file, also while the shop is open."""
    from commands.backup import backup as run

    raise typer.Exit(run(database, to))


@app.command()
def queues(database: Database = DATABASE) -> None:
    """Show who waits for an agent, and how well each queue does."""
    from commands.acd import queues as run

    raise typer.Exit(run(database))


def main() -> None:
    """Run the command line; what the world refuses is told in a line, not as a traceback."""
    # Chinese must be printable on a machine that was never told its language.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except Exception as error:
        from center.ports import StoreError

        if not isinstance(error, OSError | StoreError):
            raise
        typer.echo(f"dialcart: {_plain(error)}", err=True)
        sys.exit(1)


def _plain(error: Exception) -> str:
    """An error of the world without its number."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


if __name__ == "__main__":
    main()
