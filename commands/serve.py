"""`dialcart serve`: sellers open for business, on a carrier's SMSC or on the simulator that comes with us."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from commands.serving.business import Business, OpenSeller, open_business
from commands.serving.running import run, stop_signals
from commands.serving.service import Service
from commands.serving.simulator import Simulator
from commands.serving.texts import Texts
from sms.carrier import Carrier
from sms.smsc.exchange import Account
from sms.smsc.server import Settings
from store.sqlite import SqliteStore

FORGET_EVERY_S = 3_600.0
DEFAULT_CONTROL_PORT = 2776
SELLERS_SHOWN_MAX = 20


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


def services_of(settings: ServeSettings, business: Business) -> list[Service]:
    """Every service, in the order in which they open. Raises ValueError for an SMSC that is none."""
    if settings.smsc is None:
        simulator = Simulator(
            Settings(
                accounts=(Account(settings.system_id, settings.password),),
                port=settings.smsc_port,
                control_port=settings.control_port,
            )
        )

        def simulated() -> Sequence[Carrier]:
            return [_carrier(settings, "127.0.0.1", simulator.port)]

        return [simulator, Texts(business, simulated)]
    host, _, port = settings.smsc.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"`{settings.smsc}` is no SMSC; write host:port")
    return [Texts(business, lambda: [_carrier(settings, host, int(port))])]


def _carrier(settings: ServeSettings, host: str, port: int) -> Carrier:
    return Carrier(
        "carrier", host, port, settings.system_id, settings.password, binds=settings.binds
    )


async def serve(settings: ServeSettings) -> int:
    """Serve until interrupted; the exit status."""
    business = open_business(settings.database, settings.sellers)
    if not business.sellers:
        typer.echo("no seller to serve", err=True)
        return 1
    try:
        services = services_of(settings, business)
    except ValueError as error:
        typer.echo(str(error), err=True)
        return 2
    stop, hurry = stop_signals()
    forgetting = asyncio.create_task(_forget(business.store))

    def opened() -> None:
        for service in services:
            if isinstance(service, Simulator):
                _say_what_next(business.sellers, settings, service.control_port)

    try:
        await run(services, stop, hurry, opened=opened)
    finally:
        forgetting.cancel()
        business.close()
    typer.echo("closed: what was taken is finished or kept")
    return 0


async def _forget(store: SqliteStore) -> None:
    while True:
        store.forget_old(int(time.time()))
        await asyncio.sleep(FORGET_EVERY_S)


def _say_what_next(
    sellers: Sequence[OpenSeller], settings: ServeSettings, control_port: int
) -> None:
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
