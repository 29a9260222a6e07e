"""`dialcart phone` and `dialcart smsc`: phones in the terminal, and the simulator that they are on."""

from __future__ import annotations

import errno
import ssl
from dataclasses import dataclass
from pathlib import Path

import typer

from sms.smsc.command import attach, simulate
from sms.smsc.exchange import Account
from sms.smsc.faults import FaultError, Faults, parse_faults
from sms.smsc.server import Settings
from sms.smsc.terminal import on_the_network
from sms.ussd.profile import PROFILES


async def phone(number: str, code: str, port: int) -> int:
    """Be a phone on a running simulator; the exit status."""
    try:
        await attach(port, number=on_the_network(number), code=code)
    except OSError:
        typer.echo(
            f"no simulator listens on port {port}; start one with `dialcart serve` or `dialcart smsc`",
            err=True,
        )
        return 1
    return 0


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the command line says of the simulator."""

    port: int
    control_port: int
    system_id: str
    password: str
    faults: str
    ussd: str
    certificate: Path | None


async def smsc(simulated: Simulated, number: str, code: str) -> int:
    """Run the simulator with a phone in this terminal; the exit status."""
    try:
        faults = parse_faults(simulated.faults) if simulated.faults else Faults()
    except FaultError as error:
        typer.echo(str(error), err=True)
        return 2
    tls: ssl.SSLContext | None = None
    if simulated.certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            tls.load_cert_chain(simulated.certificate)
        except (OSError, ssl.SSLError) as error:
            typer.echo(
                f"{simulated.certificate} holds no certificate and key in PEM: {error}", err=True
            )
            return 2
    settings = Settings(
        accounts=(Account(simulated.system_id, simulated.password),),
        port=simulated.port,
        control_port=simulated.control_port,
        tls=tls,
        faults=faults,
        ussd=PROFILES[simulated.ussd],
    )
    try:
        await simulate(settings, number=on_the_network(number), code=code)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            ports = " or ".join(
                str(port) for port in (simulated.port, simulated.control_port) if port
            )
            typer.echo(
                f"port {ports} is taken, by `dialcart serve` perhaps; name others by --port and --control-port",
                err=True,
            )
        else:
            typer.echo(f"the simulator cannot listen: {error}", err=True)
        return 1
    return 0
