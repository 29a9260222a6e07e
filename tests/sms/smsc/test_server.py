"""The simulator on real loopback sockets: TCP, TLS, several ESMEs, phones, an end."""

import asyncio
import ssl
import struct
from contextlib import suppress

import pytest

from sms.smsc import server as module
from sms.smsc.control import AskStatus, Text
from sms.smsc.control_port import connect
from sms.smsc.exchange import Account
from sms.smsc.phone import Phone
from sms.smsc.server import Settings, Smsc, serve

NOODLES = Account("noodles", "secret", ("10690",))


class Esme:
    """Just enough of an ESME."""

    @classmethod
    async def bound(cls, port, command=9, tls=None):
        esme = cls()
        esme.reader, esme.writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        assert (await esme.ask(command, b"noodles\0secret\0\0\x34\0\0\0"))[1] == 0
        return esme

    async def ask(self, command, body=b""):
        self.tell(command, body)
        return await self.hear()

    def tell(self, command, body=b"", sequence=1):
        self.writer.write(struct.pack(">IIII", 16 + len(body), command, 0, sequence) + body)

    async def hear(self):
        length, *header = struct.unpack(">IIII", await self.reader.readexactly(16))
        return (*header, await self.reader.readexactly(length - 16))

    async def off(self):
        self.writer.close()
        await self.writer.wait_closed()


def with_smsc(story, **settings):
    async def main():
        async with asyncio.timeout(120), Smsc(Settings((NOODLES,), port=0, **settings)) as smsc:
            await story(smsc)

    asyncio.run(main())


def test_a_phone_and_an_esme_talk():
    async def story(smsc):
        esme = await Esme.bound(smsc.port)
        phone = Phone(smsc.network, "138")
        phone.text("10690", "1")
        command, _, sequence, body = await esme.hear()
        assert (command, body[-2:]) == (5, b"\x011")
        esme.tell(0x80000005, b"\0", sequence)
        esme.tell(4, b"\0\0\x0110690\0\x01\x01138\0\0\0\0\0\0\0\0\0\0\x02ok", 2)
        assert (await esme.hear())[:3] == (0x80000004, 0, 2)
        assert [heard.text for heard in phone.heard] == ["ok"]
        await esme.off()

    with_smsc(story)


def test_a_text_waits_for_the_esme_and_moves_from_a_broken_link():
    async def story(smsc):
        Phone(smsc.network, "138").text("10690", "1")
        first = await Esme.bound(smsc.port)
        assert (await first.hear())[0] == 5
        await first.off()
        second = await Esme.bound(smsc.port)
        assert (await second.hear())[0] == 5
        await second.off()

    with_smsc(story)


def test_the_end_of_the_simulator_unbinds_and_closes():
    async def story(smsc):
        esme = await Esme.bound(smsc.port)
        await smsc.close()
        assert (await esme.hear())[0] == 6
        assert await esme.reader.read() == b""
        await esme.off()

    with_smsc(story)


def test_so_many_connections_and_no_more(monkeypatch):
    monkeypatch.setattr(module, "LINKS_MAX", 1)

    async def story(smsc):
        esme = await Esme.bound(smsc.port)
        reader, writer = await asyncio.open_connection("127.0.0.1", smsc.port)
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        await esme.off()

    with_smsc(story)


def test_the_control_port_is_served():
    async def story(smsc):
        line = await connect(smsc.control_port)
        await line.ask(Text("138", "10690", "1"))
        assert (await line.ask(AskStatus())).waiting == 1
        line.close()

    with_smsc(story, control_port=0)


def anonymous_tls(purpose):
    """TLS whose keys are agreed on without a certificate, so that the test needs none."""
    context = ssl.SSLContext(purpose)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    return context


def test_an_esme_binds_over_tls():
    async def story(smsc):
        esme = await Esme.bound(smsc.port, tls=anonymous_tls(ssl.PROTOCOL_TLS_CLIENT))
        assert (await esme.ask(0x15))[0] == 0x80000015
        await esme.off()

    with_smsc(story, tls=anonymous_tls(ssl.PROTOCOL_TLS_SERVER))


def test_a_failed_handshake_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(module, "LINKS_MAX", 1)

    async def story(smsc):
        _, writer = await asyncio.open_connection("127.0.0.1", smsc.port)
        writer.write(b"no TLS at all\n" * 10)
        await writer.drain()
        writer.close()
        esme = await Esme.bound(smsc.port, tls=anonymous_tls(ssl.PROTOCOL_TLS_CLIENT))
        await esme.off()

    with_smsc(story, tls=anonymous_tls(ssl.PROTOCOL_TLS_SERVER))


def test_serve_runs_until_cancelled():
    async def main():
        ports = asyncio.Queue()
        task = asyncio.create_task(
            serve(Settings((NOODLES,), port=0), ready=lambda smsc: ports.put_nowait(smsc.port))
        )
        esme = await Esme.bound(await ports.get())
        task.cancel()
        assert (await esme.hear())[0] == 6
        with pytest.raises(asyncio.CancelledError):
            await task
        await esme.off()

    asyncio.run(main())
