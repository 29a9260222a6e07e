"""The port that SIP is listened for on."""

import asyncio
import random
import socket

import pytest

from commands.serving import sip_port
from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.settings import Settings
from tests.interop.shop_floor import LOOPBACK, Operator


def endpoint(port: int) -> Endpoint:
    """By UDP and TCP."""
    listen = [Listen(transport, "127.0.0.1", port) for transport in ("udp", "tcp")]
    return Endpoint(Settings(), [LOOPBACK], Operator(), listen=listen, chance=random.Random(1))


def test_any_port_is_one_that_is_free_for_udp_and_tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the first for TCP has taken it since it was found free, or never had it for UDP."""

    async def run(first: int) -> int:
        found = iter((first, first, sip_port.free_port("127.0.0.1")))
        monkeypatch.setattr(sip_port, "free_port", lambda _: next(found))
        started = await sip_port.started(endpoint, "127.0.0.1", 0)
        port = started.port
        await started.close()
        return port

    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        assert asyncio.run(run(taken)) != taken


def test_a_port_that_is_named_is_no_other() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(OSError, match=f"SIP over TCP at 127.0.0.1 port {taken}"):
            asyncio.run(sip_port.started(endpoint, "127.0.0.1", taken))
