"""The control port over a real loopback socket."""

import asyncio

import pytest

from sms.piece import read
from sms.smsc import control_port as module
from sms.smsc.control import (
    LINE_OCTETS_MAX,
    AskStatus,
    LineClosedError,
    Listen,
    Listening,
    Refused,
    Text,
    read_request,
    read_told,
)
from sms.smsc.control_port import ControlPort, connect
from sms.smsc.exchange import Account
from sms.smsc.handset import Said
from sms.smsc.network import Network, Submission


def with_port(story):
    async def main():
        network = Network([Account("noodles", "secret")], clock=lambda: 0.0)
        port = ControlPort(network)
        number = await port.open()
        try:
            async with asyncio.timeout(120):
                await story(network, number, port)
        finally:
            await port.close()

    asyncio.run(main())


def test_a_terminal_in_another_process_is_a_phone():
    async def story(network, port, _):
        line = await connect(port)
        assert await line.ask(Listen("138")) == Listening("138")
        assert await line.ask(Text("138", "10690", "hi")) == Said(1, 2, "gsm7")
        piece = read("牛".encode("utf-16-be"), data_coding=8)
        network.submit(Submission("10690", "138", piece, 0, {}), local_time=None)
        assert (await line.hear()).text == "牛"
        assert (await line.ask(AskStatus())).waiting == 1
        line.close()

    with_port(story)


def test_the_end_of_the_simulator_is_told():
    async def story(network, number, port):
        line = await connect(number)
        await line.ask(Listen("138"))
        await port.close()
        with pytest.raises(LineClosedError):
            await line.hear()
        with pytest.raises(LineClosedError):
            await line.ask(AskStatus())

    with_port(story)


def test_a_line_that_is_no_request_is_answered():
    async def story(network, port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b'{"do":"fly"}\nnot json\n\xff\n{"do":"status"}\n')
        told = [read_told(await reader.readline()) for _ in range(4)]
        assert [isinstance(answer, Refused) for answer in told] == [True, True, True, False]
        writer.close()

    with_port(story)


@pytest.mark.parametrize(("extra", "refused"), [(0, False), (1, True)])
def test_a_line_has_a_limit(extra, refused):
    async def story(network, port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2 * LINE_OCTETS_MAX)
        line = b'{"do":"text","number":"1","code":"2","text":"%s"}\n'
        room = LINE_OCTETS_MAX - len(line) + 3 + extra  # Less %s and the line end.
        writer.write(line % (b"a" * room))
        told = read_told(await reader.readline())
        assert isinstance(told, Refused)
        assert ("at most" in told.why and "octets" in told.why) is refused
        writer.close()

    with_port(story)


def test_so_many_terminals_and_no_more(monkeypatch):
    monkeypatch.setattr(module, "LINKS_MAX", 1)

    async def story(network, port, _):
        first = await connect(port)
        await first.ask(AskStatus())
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert isinstance(read_told(await reader.readline()), Refused)
        assert await reader.readline() == b""
        writer.close()
        first.close()

    with_port(story)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'{"do":"text"}',
        b'{"do":"listen","number":1}',
        b'{"do":"status","more":1}',
        b"[" * 5000,
    ],
)
def test_what_is_wrong_with_a_line_is_said(line):
    assert isinstance(read_request(line), Refused)
