"""`dialcart serve`: sellers open for business, on a carrier's SMSC or on the simulator that comes with us."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import typer

from center.routing import Routes
from center.shops import Shops
from commands.flows_on_disk import flow_files
from commands.opening import open_flows
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.smsc.exchange import Account
from sms.smsc.server import Settings, Smsc
from store.compiled import CompiledFlows
from store.sqlite import SqliteStore

FORGET_EVERY_S = 3_600.0

log = logging.getLogger("dialcart")


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """How to serve."""

    sellers: tuple[Path, ...]
    database: Path
    smsc: str | None
    """`host:port` of a carrier's SMSC; None runs the simulator."""
    system_id: str
    password: str
    smsc_port: int
    control_port: int
    binds: int = 1


@dataclass(frozen=True, slots=True)
class OpenSeller:
    """What people are told of a seller that is open."""

    seller: str
    name: str
    codes: tuple[str, ...]
    keyword: str


def publish_all(store: SqliteStore, paths: list[Path], now: int) -> tuple[Routes, list[OpenSeller]]:
    """Publish every seller whose flow has no error and has changed; ways to all that are open then."""
    published = store.published()
    routes = Routes([])
    sellers: list[OpenSeller] = []
    cache = CompiledFlows(Path(store.path).with_suffix(".compiled"))
    for opened in open_flows(flow_files(paths), cache):
        for error in opened.errors:
            typer.echo(error, err=True)
        if opened.compiled.errors:
            typer.echo(f"{opened.path} has errors and is not published", err=True)
            continue
        # Not kept: 40,000 programs in memory would serve nobody who does not text.
        program = opened.compiled.load()
        if published.get(opened.seller) != opened.compiled.fingerprint:
            store.publish(opened.seller, program, now)
        routes.add(opened.seller, program)
        codes, keywords = program.codes.get("sms", ()), program.codes.get("keyword", ())
        sellers.append(
            OpenSeller(opened.seller, program.shop_names[0], codes, "".join(keywords[:1]))
        )
    cache.close()
    return routes, sellers


async def serve(settings: ServeSettings) -> int:
    """Serve until interrupted; the exit status."""
    store = SqliteStore(settings.database)
    routes, sellers = publish_all(store, list(settings.sellers), int(time.time()))
    if not sellers:
        typer.echo("no seller to serve", err=True)
        return 1
    shops = Shops(store.published(), store.program)
    channel = SmsChannel(store, store, shops, routes)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        if settings.smsc is None:
            accounts = (Account(settings.system_id, settings.password),)
            smsc = Smsc(
                Settings(
                    accounts=accounts, port=settings.smsc_port, control_port=settings.control_port
                )
            )
            await stack.enter_async_context(smsc)
            host, port = "127.0.0.1", smsc.port
            _say_what_next(sellers, settings, smsc.control_port or 0)
        else:
            host, _, number = settings.smsc.rpartition(":")
            if not host or not number.isdecimal():
                typer.echo(f"`{settings.smsc}` is no SMSC; write host:port", err=True)
                return 2
            port = int(number)
            smsc = None
        carrier = Carrier(
            "carrier", host, port, settings.system_id, settings.password, binds=settings.binds
        )
        esme = Esme(carrier, channel, chance=random.Random())  # noqa: S311  # jitter, not secrets
        channel.add(esme)
        channel.restore()
        channel.resend()
        esme.start()
        stack.push_async_callback(_close, channel, esme)
        forgetting = asyncio.create_task(_forget(store))
        stack.callback(forgetting.cancel)
        await stop.wait()
        typer.echo("closing: no new messages, what is taken is finished")
    store.close()
    return 0


async def _close(channel: SmsChannel, esme: Esme) -> None:
    channel.flush()
    await esme.close()


async def _forget(store: SqliteStore) -> None:
    while True:
        store.forget_old(int(time.time()))
        await asyncio.sleep(FORGET_EVERY_S)


def _say_what_next(sellers: list[OpenSeller], settings: ServeSettings, control_port: int) -> None:
    typer.echo(f"Dialcart is open: {len(sellers)} sellers, orders kept in {settings.database}\n")
    for seller in sellers[:SELLERS_SHOWN_MAX]:
        codes = ", ".join(seller.codes) or "no SMS code"
        typer.echo(f"  {seller.seller:<12} text to {codes:<22} {seller.keyword}  {seller.name}")
    first = next((seller for seller in sellers if seller.codes), None)
    code = first.codes[0] if first else "10690001"
    port = "" if control_port == DEFAULT_CONTROL_PORT else f" --port {control_port}"
    typer.echo(
        "\nIn a second terminal, be a buyer with a phone:\n"
        f"  .venv/bin/dialcart phone --to {code}{port}\n"
        "and text anything, or order in one line:  101 2\n"
        "Then look at the order:\n"
        f"  .venv/bin/dialcart orders --database {settings.database}\n"
    )


DEFAULT_CONTROL_PORT = 2776
SELLERS_SHOWN_MAX = 20
