"""The ESME while its connections come and go."""

import asyncio
import logging
import random
import socket
import struct
from collections.abc import Callable
from typing import Any, cast

import pytest

from sms import trouble
from sms.carrier import Carrier
from sms.client import RECONNECT_MAX_S, RECONNECT_MIN_S, Esme
from sms.smsc.server import Settings, Smsc
from tests.sms.wire import Owner

CONNECT_S_MAX = 20
"""How long a name may take to be refused."""


def test_a_carrier_that_refuses_us_is_knocked_at_ever_more_rarely() -> None:
    carrier = Carrier("c", "nowhere", 1, "us", "wrong")
    esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1))
    delays = [esme.next_delay_s() for _ in range(20)]
    assert RECONNECT_MIN_S / 2 <= delays[0] <= RECONNECT_MIN_S
    assert all(RECONNECT_MAX_S / 2 <= delay_s <= RECONNECT_MAX_S for delay_s in delays[8:])
    esme.connected()
    assert esme.next_delay_s() <= RECONNECT_MIN_S


def test_a_host_that_no_name_server_could_know_is_knocked_at_again() -> None:
    asyncio.run(_knock("smsc..example", 1))


async def _knock(host: str, port: int, *, tls: bool = False) -> str:
    """What is said of the first connection that brings no bind."""
    carrier = Carrier("c", host, port, "dialcart", "wrong", tls=tls)
    esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1))
    esme.start()
    try:
        async with asyncio.timeout(CONNECT_S_MAX):
            while esme.reconnects < 1:  # noqa: ASYNC110
                await asyncio.sleep(0)
        return esme.trouble
    finally:
        await esme.close()


async def _knock_at(close: Callable[[asyncio.StreamWriter], None]) -> str:
    """The same where strangers' connections are closed like this."""
    server = await asyncio.start_server(lambda _, writer: close(writer), "127.0.0.1", 0)
    async with server:
        return await _knock("127.0.0.1", server.sockets[0].getsockname()[1])


def _reset(writer: asyncio.StreamWriter) -> None:
    """As firewalls do."""
    given = writer.get_extra_info("socket")
    given.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def test_why_a_carrier_is_not_bound_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def run() -> list[str]:
        async with Smsc(Settings(port=0)) as smsc:
            refused = await _knock("127.0.0.1", smsc.port)
            plain = await _knock("127.0.0.1", smsc.port, tls=True)
        closed = [await _knock_at(close) for close in (asyncio.StreamWriter.close, _reset)]
        return [refused, plain, *closed]

    told = asyncio.run(run())
    assert told == [
        "the bind was refused: ESME_RINVPASWD (0x0E)",
        "what listens there does not speak TLS; `tls` or `port` may be wrong",
        trouble.BEFORE_THE_BIND,
        trouble.BEFORE_THE_BIND,
    ]
    assert all(why in caplog.text for why in told)


def test_a_bind_that_is_accepted_takes_the_trouble_away() -> None:
    carrier = Carrier("c", "nowhere", 1, "us", "secret")
    esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1))
    esme.trouble = "the connection broke"
    esme.connected()
    assert not esme.trouble
