"""Two endpoints of ours over real sockets on loopback."""

# ruff: noqa: SLF001 - a loop that is late is no thing to wait for

import asyncio
import contextlib
import socket
import ssl
from dataclasses import replace

import pytest
import trustme

from ivr.signalling.endpoint import LATE_FOR_S, Endpoint, Listen
from ivr.signalling.limits import Limits
from ivr.sip.digest import Secret
from ivr.sip.events import Answered, Cause, Ended, Incoming
from ivr.sip.flow import Flow
from ivr.sip.layer import Local
from ivr.sip.message import parse
from ivr.sip.offer import LocalMedia, make_offer
from ivr.sip.settings import Settings
from ivr.sip.trunk import Trunk, networks
from tests.interop.shop_floor import LOOPBACK, Operator, open_endpoint
from tests.ivr.signalling.caller import ALLOWED, WAIT_S, caller


def tls_pair():
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.example").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_a_call_over_each_transport(transport):
    async def run():
        server, client = tls_pair()
        shop = caller()
        called = Endpoint(
            Settings(),
            [LOOPBACK],
            shop,
            listen=[Listen(transport, "127.0.0.1", 0)],
            server_tls=server,
        )
        shop.endpoint = called
        await called.start()
        line = Trunk(
            "line",
            networks("127.0.0.0/8"),
            peer=Flow(transport, "127.0.0.1", called.port),
            domain="shop.example",
            allowed=ALLOWED,
        )
        phone = caller()
        calling = Endpoint(
            Settings(local=Local()),
            [line],
            phone,
            listen=[Listen("udp", "127.0.0.1", 0)],
            client_tls=client,
        )
        phone.endpoint = calling
        await calling.start()
        try:
            call = calling.dial(
                "line", "4001", make_offer(LocalMedia("127.0.0.1", 40_010)), ALLOWED
            )
            await phone.hear(Answered)
            there = await shop.hear(Incoming)
            await shop.hear(Answered)
            assert there.dialled == "4001"
            calling.hang_up(call)
            assert (await shop.hear(Ended)).cause is Cause.HUNG_UP
        finally:
            await calling.close()
            await called.close()

    asyncio.run(run())


def test_a_connection_that_is_refused_ends_the_call():
    async def run():
        phone = caller()
        line = Trunk(
            "line", networks("127.0.0.0/8"), peer=Flow("tcp", "127.0.0.1", 9), allowed=ALLOWED
        )
        async with open_endpoint(phone, line) as endpoint:
            endpoint.dial("line", "4001", make_offer(LocalMedia("127.0.0.1", 40_010)), ALLOWED)
            assert (await phone.hear(Ended)).status == 503

    asyncio.run(run())


async def ask(endpoint, data, *, answers=1):
    reader, writer = await asyncio.open_connection("127.0.0.1", endpoint.ports["tcp"])
    writer.write(data)
    try:
        got = await asyncio.wait_for(reader.read(4096), WAIT_S) if answers else b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    return got


def options(number):
    return (
        f"OPTIONS sip:4001@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK{number}\r\n"
        f"From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:4001@127.0.0.1>\r\nCall-ID: c{number}\r\n"
        "CSeq: 1 OPTIONS\r\nl: 0\r\n\r\n"
    ).encode()


def test_a_ping_on_a_connection_is_answered():
    async def run():
        async with open_endpoint(Operator(), transports=("tcp",)) as endpoint:
            assert await ask(endpoint, b"\r\n\r\n") == b"\r\n"

    asyncio.run(run())


def test_options_are_answered_on_their_connection():
    async def run():
        async with open_endpoint(Operator(), transports=("tcp",)) as endpoint:
            response = parse(await ask(endpoint, options(1)))
            assert response.status == 200
            assert "INVITE" in response.first("allow")

    asyncio.run(run())


def test_a_message_that_we_stumble_over_costs_its_connection_nothing(monkeypatch):
    async def run():
        async with open_endpoint(Operator(), transports=("tcp",)) as endpoint:
            receive = endpoint.stack.receive

            def stumbles(data, *more):
                if b"branch=z9hG4bK1\r" in data:
                    raise ValueError("a mistake of ours")
                receive(data, *more)

            monkeypatch.setattr(endpoint.stack, "receive", stumbles)
            response = parse(await ask(endpoint, options(1) + options(2)))
            assert (response.status, response.via.branch) == (200, "z9hG4bK2")

    asyncio.run(run())


def test_a_stranger_is_hung_up_on_and_hears_nothing():
    async def run():
        elsewhere = Trunk("elsewhere", networks("192.0.2.0/24"))
        async with open_endpoint(Operator(), elsewhere, transports=("tcp",)) as endpoint:
            try:
                got = await ask(endpoint, options(1))
            except ConnectionError:
                got = b""
            assert got == b""
            assert endpoint.stack.counters.received == 0

    asyncio.run(run())


def test_a_trunk_that_floods_by_a_connection_is_told_so_and_read_more_slowly():
    async def run():
        operator = Operator()
        async with open_endpoint(operator, transports=("tcp",)) as endpoint:
            endpoint.gate.limits = Limits(messages_per_s=1, burst=5)
            reader, writer = await asyncio.open_connection("127.0.0.1", endpoint.port)
            calls = b"".join(invite(n, "127.0.0.1") for n in range(20)).replace(b"/UDP", b"/TCP")
            writer.write(calls)
            got = b""
            while got.count(b"SIP/2.0 503") < 15:
                got += await asyncio.wait_for(reader.read(65_536), WAIT_S)
            assert got.count(b"SIP/2.0 503") == 15
            assert got.count(b"Retry-After: 10") == 15
            assert operator.kinds().count("Incoming") == 5
            assert (endpoint.gate.banned, endpoint.gate.over_rate) == (0, 15)
            writer.write(options(99))
            while b"CSeq: 1 OPTIONS" not in got:
                got += await asyncio.wait_for(reader.read(65_536), WAIT_S)
            writer.close()
            await writer.wait_closed()

    asyncio.run(run())


def test_who_gives_wrong_passwords_begins_no_call_and_ends_those_that_are_up():
    async def run():
        shop, phone = caller(), caller()
        proof, here = Secret("shop", "noodles"), networks("127.0.0.0/8")
        async with open_endpoint(shop, Trunk("line", here, secret=proof)) as called:
            peer = Flow("udp", "127.0.0.1", called.port)
            line = Trunk("line", here, peer=peer, allowed=ALLOWED, peer_secret=proof)
            guess = replace(line, name="guess", peer_secret=Secret("shop", "rice"))
            async with open_endpoint(phone, line, guess) as calling:
                media = make_offer(LocalMedia("127.0.0.1", 40_010))
                call = calling.dial("line", "4001", media, ALLOWED)
                await phone.hear(Answered)
                for _ in range(called.gate.limits.faults_max + 1):
                    phone.told.clear()
                    calling.dial("guess", "4001", media, ALLOWED)
                    assert (await phone.hear(Ended)).status == 403
                calling.dial("line", "4001", media, ALLOWED)
                calling.hang_up(call)
                assert (await shop.hear(Ended)).cause is Cause.HUNG_UP
                assert shop.kinds().count("Incoming") == 1
                assert called.stack.counters.suspect >= 1

    asyncio.run(run())


def test_an_address_that_is_taken_is_told_and_what_was_opened_is_closed():
    async def run():
        async with open_endpoint(Operator(), transports=("tcp",)) as first:
            taken = [Listen("udp", "127.0.0.1", 0), Listen("tcp", "127.0.0.1", first.port)]
            second = Endpoint(Settings(), [LOOPBACK], Operator(), listen=taken)
            with pytest.raises(OSError, match="in use") as failed:
                await second.start()
            assert failed.value.filename == f"SIP over TCP at 127.0.0.1 port {first.port}"
            await second.leave()
            await second.close()
            probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            probe.bind(("127.0.0.1", second.ports["udp"]))
            probe.close()

    asyncio.run(run())


def test_a_loop_that_falls_behind_refuses_new_calls_and_a_pause_does_not():
    async def run():
        clock = [1_000.0]
        endpoint = Endpoint(
            Settings(),
            [LOOPBACK],
            Operator(),
            listen=[Listen("udp", "127.0.0.1", 0)],
            now=lambda: clock[0],
        )
        await endpoint.start()
        try:
            said = []
            for late_s in (0.3, 0.0, 0.3, 0.3):
                endpoint._due = clock[0]
                clock[0] += late_s
                endpoint._tick()
                endpoint.received([])
                said.append(endpoint.stack.reception.overloaded)
            assert said == [False, False, False, True]
            clock[0] += LATE_FOR_S
            endpoint.received([])
            assert not endpoint.stack.reception.overloaded
        finally:
            await endpoint.close()

    asyncio.run(run())


def invite(number, host):
    return (
        f"INVITE sip:4001@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {host}:9;rport;branch=z9hG4bK{number}\r\n"
        f"From: <sip:a@{host}>;tag=1\r\nTo: <sip:4001@127.0.0.1>\r\nCall-ID: c{number}@{host}\r\n"
        f"CSeq: 1 INVITE\r\nContact: <sip:a@{host}:9>\r\nl: 0\r\n\r\n"
    ).encode()


def test_an_answer_leaves_from_the_address_that_was_asked():
    async def run():
        listen = [Listen("udp", host, 0) for host in ("127.0.0.1", "127.0.0.2")]
        endpoint = Endpoint(Settings(), [LOOPBACK], Operator(), listen=listen)
        await endpoint.start()
        loop, phone = asyncio.get_running_loop(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        phone.bind(("127.0.0.1", 0))
        phone.setblocking(False)
        try:
            for udp in endpoint._udp:
                asked = udp.host, udp.port
                phone.sendto(
                    options(udp.port).replace(b"TCP 127.0.0.1:9", b"UDP 127.0.0.1;rport"), asked
                )
                data, source = await asyncio.wait_for(loop.sock_recvfrom(phone, 4_096), WAIT_S)
                assert (parse(data).status, source) == (200, asked)
        finally:
            phone.close()
            await endpoint.close()

    asyncio.run(run())


def test_a_flood_from_one_source_costs_nobody_else_a_call():
    """A stranger floods, and so does one address of a trunk; calls of another address come through all the while."""

    async def run():
        shop = caller()
        trunk = Trunk("line", networks("127.0.0.1", "127.0.0.2"))
        limits = Limits(messages_per_s=200, burst=200, strange_per_s=20)
        endpoint = Endpoint(
            Settings(),
            [trunk],
            shop,
            listen=[Listen("udp", "127.0.0.1", 0)],
            limits=limits,
            now=lambda: 1_000.0,
        )
        shop.endpoint = endpoint
        await endpoint.start()
        floods, phone = [], socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        phone.bind(("127.0.0.1", 0))
        phone.setblocking(False)
        for host in ("127.0.0.2", "127.0.0.9"):
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.bind((host, 0))
            floods.append((host, made))
        loop = asyncio.get_running_loop()
        try:
            for number in range(20):
                for host, made in floods:
                    for n in range(50):
                        made.sendto(invite(1_000 * number + n, host), ("127.0.0.1", endpoint.port))
                phone.sendto(invite(number, "127.0.0.1"), ("127.0.0.1", endpoint.port))
                status = 100
                while status < 200:
                    data = await asyncio.wait_for(loop.sock_recv(phone, 4_096), WAIT_S)
                    status = parse(data).status
                assert status == 200
            # The trunk's address was heard up to its burst, and as many calls told to come again; the stranger alone is banned.
            assert endpoint.gate.banned == 1
            assert endpoint.gate.dropped > 1_400
            assert endpoint.stack.counters.refused == limits.burst
            assert endpoint.stack.counters.strangers == limits.strange_per_s
            assert len(shop.told) <= 20 + limits.burst
        finally:
            phone.close()
            for _, made in floods:
                made.close()
            await endpoint.close()

    asyncio.run(run())
