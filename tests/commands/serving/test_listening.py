"""A port that cannot be had is told by its section and key, whoever wanted to listen."""

import asyncio
import errno
import re
import socket
from collections.abc import Iterator

import pytest

from commands.serving.listening import listening
from commands.serving.operations import Operations
from commands.serving.simulator import Simulator
from sms.smsc.exchange import Account
from sms.smsc.server import Settings


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else has."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


def test_an_operators_port_that_is_taken_is_told_by_its_key(taken: int) -> None:
    told = f"port {taken} on 127.0.0.1 is taken; stop what has it, or write another `port` in [operations]"
    with pytest.raises(OSError, match=re.escape(told)):
        asyncio.run(Operations("127.0.0.1", taken, []).open())


@pytest.mark.parametrize("key", ["port", "control_port"])
def test_the_simulator_says_which_of_its_ports_is_taken(taken: int, key: str) -> None:
    async def run() -> None:
        port, control_port = (taken, 0) if key == "port" else (0, taken)
        account = Account("us", "us")
        simulator = Simulator(Settings((account,), port=port, control_port=control_port))
        try:
            await simulator.open()
        finally:
            await simulator.close()

    with pytest.raises(OSError, match=rf"port {taken} .* write another `{key}` in \[simulator\]"):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            OSError(errno.EADDRNOTAVAIL, "x"),
            "192.0.2.1 is no address of this machine; write another `host`",
        ),
        (socket.gaierror(-2, "x"), "`192.0.2.1` cannot be looked up; write another `host` in"),
        (PermissionError(errno.EACCES, "x"), "not for this user; write a `port` from 1024 up in"),
        (OSError(errno.EMFILE, "Too many"), r"see `port` in \[web\]: too many"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_write(error: OSError, told: str) -> None:
    with pytest.raises(OSError, match=told), listening("web", "192.0.2.1", 80):
        raise error
