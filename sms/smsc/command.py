"""What the command line runs: a simulator with a phone at its terminal, or a phone alone."""

import sys
from collections.abc import Callable

from sms.smsc import terminal
from sms.smsc.control_port import connect
from sms.smsc.server import Settings, Smsc
from sms.smsc.terminal import Manners


async def simulate(
    settings: Settings,
    *,
    number: str,
    code: str,
    manners: Manners | None = None,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Run a simulator and be a phone on it, until the phone quits. Raises OSError."""
    async with Smsc(settings) as smsc:
        say = tell or _tell
        say(f"SMSC on {settings.host}:{smsc.port}; ESMEs bind as {_accounts(settings)}")
        if smsc.control_port is not None:
            say(f"a second phone: dialcart smsc --connect {smsc.control_port}")
        line = smsc.network.line()
        try:
            await terminal.run(line, number=number, code=code, manners=manners)
        finally:
            line.close()


async def attach(port: int, *, number: str, code: str, manners: Manners | None = None) -> None:
    """Be a phone of a simulator that runs in another process. Raises OSError."""
    line = await connect(port)
    try:
        await terminal.run(line, number=number, code=code, manners=manners)
    finally:
        line.close()


def _accounts(settings: Settings) -> str:
    return ", ".join(account.system_id for account in settings.accounts)


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
