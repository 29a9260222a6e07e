"""The ESME while its connections come and go."""

import asyncio
import logging
import random
import socket
import ssl
import struct
from collections.abc import Callable
from typing import Any, cast

import pytest

from sms import client, trouble
from sms.carrier import Carrier
from sms.client import LASTED_S, RECONNECT_MAX_S, RECONNECT_MIN_S, Esme
from sms.smpp import pdu as p
from sms.smpp.frames import Frames
from sms.smsc.server import Settings, Smsc
from sms.submission import submission
from tests.sms.wire import Owner

CONNECT_S_MAX = 120
"""How long a name may take to be refused."""


def test_a_carrier_that_refuses_us_is_knocked_at_ever_more_rarely() -> None:
    carrier = Carrier("c", "nowhere", 1, "us", "wrong")
    esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1))
    delays = [esme.next_delay_s() for _ in range(20)]
    assert RECONNECT_MIN_S / 2 <= delays[0] <= RECONNECT_MIN_S
    assert all(RECONNECT_MAX_S / 2 <= delay_s <= RECONNECT_MAX_S for delay_s in delays[8:])


class Doors(random.Random):
    """Pauses that are over at once, and how long they might have been."""

    def __init__(self) -> None:
        super().__init__(1)
        self.pauses: list[float] = []

    def uniform(self, a: float, b: float) -> float:
        self.pauses.append(b)
        return 0.0 * a


class Clock:
    """Seconds, as a test sets them."""

    def __init__(self) -> None:
        self.now = 1.0


async def _knock_and_be_dropped(lasts_s: float, times: int) -> tuple[list[float], str]:
    """Pauses before a carrier that takes the bind, and drops it when its clock is on by `lasts_s`; and what is said of it."""
    clock, doors = Clock(), Doors()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bind = p.decode(await reader.read(1_000))
        writer.write(
            p.encode(p.BindResp(command=bind.command | p.RESPONSE, sequence=bind.sequence))
        )
        while not esme.bound:  # noqa: ASYNC110
            await asyncio.sleep(0)
        clock.now += lasts_s
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    carrier = Carrier("c", "127.0.0.1", port, "us", "secret")
    esme = Esme(carrier, cast("Any", Owner()), chance=doors, now=lambda: clock.now)
    async with server:
        esme.start()
        try:
            async with asyncio.timeout(CONNECT_S_MAX):
                while len(doors.pauses) < times:  # noqa: ASYNC110
                    await asyncio.sleep(0)
            return doors.pauses[:times], esme.trouble
        finally:
            await esme.close()


def test_a_carrier_that_binds_us_and_drops_us_at_once_is_knocked_at_ever_more_rarely() -> None:
    pauses, told = asyncio.run(_knock_and_be_dropped(0.0, 9))
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert told == trouble.AFTER_THE_BIND


def test_a_bind_that_lasted_is_no_reason_to_wait_long() -> None:
    pauses, told = asyncio.run(_knock_and_be_dropped(LASTED_S, 3))
    assert pauses == [RECONNECT_MIN_S] * 3
    assert told == trouble.BROKEN


def test_whoever_drops_us_after_a_while_is_knocked_at_about_as_often() -> None:
    pauses, _ = asyncio.run(_knock_and_be_dropped(3.0, 6))
    assert pauses == [RECONNECT_MIN_S] * 6


def test_a_carrier_that_was_away_for_long_is_back_when_a_bind_lasts() -> None:
    carrier = Carrier("c", "nowhere", 1, "us", "secret")
    doors = Doors()
    esme = Esme(carrier, cast("Any", Owner()), chance=doors)
    for _ in range(20):
        esme.next_delay_s()
    lasted = [
        esme.was_one(lasted_s, was_of_use=False) for lasted_s in (0.0, LASTED_S - 1, LASTED_S)
    ]
    assert lasted == [False, False, True]
    esme.next_delay_s()
    assert doors.pauses[-2:] == [RECONNECT_MAX_S, RECONNECT_MIN_S]
    # Nor is what a bind that breaks soon takes across first kept waiting.
    esme.next_delay_s()
    assert esme.was_one(0.0, was_of_use=True)
    esme.next_delay_s()
    assert doors.pauses[-1] == RECONNECT_MIN_S


def test_a_host_that_no_name_server_could_know_is_knocked_at_again() -> None:
    assert asyncio.run(_knock("smsc..example", 1)) == trouble.UNNAMED


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


def test_a_port_where_nobody_listens_is_told_to_be_that() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert asyncio.run(_knock("127.0.0.1", silent.getsockname()[1])) == trouble.SHUT


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (111, trouble.SHUT),
        (101, "Multiple exceptions: [Errno 111] ('::1', 1), [Errno 101] ('127.0.0.1', 1)"),
    ],
)
def test_a_host_of_several_addresses_is_shut_where_all_are(other: int, told: str) -> None:
    said = f"Multiple exceptions: [Errno 111] ('::1', 1), [Errno {other}] ('127.0.0.1', 1)"
    assert trouble.told(OSError(said)) == told


def test_why_there_is_no_tls_is_told_in_words() -> None:
    wants_ours, too_old = ssl.SSLError(), ssl.SSLError("[SSL] legacy sigalg disallowed")
    wants_ours.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    told = trouble.told(wants_ours)
    assert told.startswith("no agreement on TLS (tlsv13 alert certificate required); it may want")
    assert trouble.told(too_old).startswith("no agreement on TLS; it may want")
    assert trouble.told(ConnectionResetError(104, "Connection reset")) == trouble.BEFORE_THE_BIND


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


async def _connect_nowhere(*, before: str = "", gives_up: bool) -> str:
    """What is said of a connection that does not come about: once it is given up, or while it is waited for."""
    waited = 0

    async def connect(*_: object, **__: object) -> None:
        nonlocal waited
        waited += 1
        await asyncio.get_running_loop().create_future()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asyncio.get_running_loop(), "create_connection", connect)
        if gives_up:
            patched.setattr(client, "CONNECT_S_MAX", 0.0)
        carrier = Carrier("c", "192.0.2.1", 1, "us", "secret")
        esme = Esme(carrier, cast("Any", Owner()), chance=Doors())
        esme.trouble = before
        esme.start()
        try:
            while not (esme.reconnects if gives_up else waited):  # noqa: ASYNC110
                await asyncio.sleep(0)
            return esme.trouble
        finally:
            await esme.close()


def test_a_connection_that_hangs_is_given_up_and_tells_why() -> None:
    assert asyncio.run(_connect_nowhere(gives_up=True)) == trouble.UNANSWERED


@pytest.mark.parametrize("before", ["", "the bind was refused: ESME_RINVPASWD (0x0E)"])
def test_what_is_wrong_is_told_while_a_connection_hangs(before: str) -> None:
    told = asyncio.run(_connect_nowhere(before=before, gives_up=False))
    assert told == (before or trouble.CONNECTING)


def test_another_address_of_a_host_is_tried_beside_one_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "NEXT_ADDRESS_S", 0.0)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        connect = loop.sock_connect
        hangs = "127.0.0.2", 1

        async def resolve(*_: object, **__: object) -> object:
            addresses = hangs, ("127.0.0.1", smsc.port)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

        async def connect_or_hang(sock: socket.socket, address: Any) -> None:
            if address == hangs:
                await loop.create_future()
            await connect(sock, address)

        async with Smsc(Settings(port=0)) as smsc:
            carrier = Carrier("c", "smsc.example", 1, "dialcart", "dialcart")
            esme = Esme(carrier, cast("Any", Owner()), chance=Doors())
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(loop, "getaddrinfo", resolve)
                patched.setattr(loop, "sock_connect", connect_or_hang)
                esme.start()
                try:
                    async with asyncio.timeout(CONNECT_S_MAX):
                        while not esme.bound:  # noqa: ASYNC110
                            await asyncio.sleep(0)
                finally:
                    await esme.close()

    asyncio.run(run())


def test_nothing_is_sent_behind_an_unbind() -> None:
    asked: list[type[p.Pdu]] = []
    text = p.SubmitSm(
        source=p.Address("1069"), destination=p.Address("8613800138000"), message=b"x"
    )

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames(p.PDU_BYTES_MAX)
        while data := await reader.read(1_000):
            for frame in frames.feed(data):
                pdu = p.decode(frame)
                asked.append(pdu.__class__)
                if isinstance(pdu, p.Bind):
                    command = pdu.command | p.RESPONSE
                    writer.write(p.encode(p.BindResp(command=command, sequence=pdu.sequence)))
                elif isinstance(pdu, p.Unbind):
                    # Something was left over, and is looked for again before the answer is here.
                    esme.submit([submission(1, text)])
                    await asyncio.sleep(0)
                    writer.write(p.encode(p.UnbindResp(sequence=pdu.sequence)))
        writer.close()

    async def run() -> None:
        nonlocal esme
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        carrier = Carrier("c", "127.0.0.1", port, "us", "secret")
        esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1))
        async with server:
            esme.start()
            async with asyncio.timeout(CONNECT_S_MAX):
                while not esme.bound:  # noqa: ASYNC110
                    await asyncio.sleep(0)
            await esme.close()

    esme = cast("Esme", None)
    asyncio.run(run())
    assert asked == [p.Bind, p.Unbind]
    assert esme.waiting == 1
