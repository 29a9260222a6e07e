"""`dialcart phone` and `dialcart smsc`: phones in the terminal, and the simulator that they are on."""

from __future__ import annotations

import typer

from sms.smsc.command import attach, simulate
from sms.smsc.exchange import Account
from sms.smsc.faults import FaultError, Faults, parse_faults
from sms.smsc.server import Settings


async def phone(number: str, code: str, port: int) -> int:
    """Be a phone on a running simulator; the exit status."""
    try:
        await attach(port, number=number, code=code)
    except OSError:
        typer.echo(
            f"no simulator listens on port {port}; start one with `dialcart serve` or `dialcart smsc`",
            err=True,
        )
        return 1
    return 0


async def smsc(
    port: int, control_port: int, system_id: str, password: str, faults: str, number: str, code: str
) -> int:
    """Run the simulator with a phone in this terminal; the exit status."""
    try:
        wrong = parse_faults(faults) if faults else Faults()
    except FaultError as error:
        typer.echo(str(error), err=True)
        return 2
    settings = Settings(
        accounts=(Account(system_id, password),),
        port=port,
        control_port=control_port,
        faults=wrong,
    )
    try:
        await simulate(settings, number=number, code=code)
    except OSError as error:
        typer.echo(f"the simulator cannot listen: {error}", err=True)
        return 1
    return 0
