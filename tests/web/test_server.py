"""The web server and who sends it more than it reads."""

import asyncio
import errno

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from web.server import HEAD_BYTES_MAX, WebServer

APP = Starlette(routes=[Route("/", lambda _: Response("here"))])

ANSWER_S_MAX = 60.0


async def asked(port: int, head: bytes) -> bytes:
    """The first line of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    line = await reader.readline()
    writer.close()
    return line


def test_a_port_that_is_taken_is_an_error_of_the_world_and_no_exit() -> None:
    async def take_it_twice() -> None:
        async with WebServer(APP, "127.0.0.1", 0) as server:
            with pytest.raises(OSError, match="address already in use") as failed:
                await WebServer(APP, "127.0.0.1", server.port).__aenter__()
            assert failed.value.errno == errno.EADDRINUSE

    asyncio.run(take_it_twice())


def test_one_connection_too_many_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.server.CONNECTIONS_MAX", 2)

    async def ask() -> None:
        async with asyncio.timeout(ANSWER_S_MAX), WebServer(APP, "127.0.0.1", 0) as server:
            _, idle = await asyncio.open_connection("127.0.0.1", server.port)
            head = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            assert (await asked(server.port, head)).startswith(b"HTTP/1.1 503")
            idle.close()

    asyncio.run(ask())


def test_a_head_is_read_up_to_a_limit_and_no_further() -> None:
    begun = b"GET / HTTP/1.1\r\nHost: a\r\nX: "

    async def ask() -> None:
        async with asyncio.timeout(ANSWER_S_MAX), WebServer(APP, "127.0.0.1", 0) as server:
            filler = b"x" * (HEAD_BYTES_MAX - len(begun) - 4)
            assert (await asked(server.port, begun + filler + b"\r\n\r\n")).startswith(
                b"HTTP/1.1 200"
            )
            # It has no end yet, and is not waited for.
            assert (await asked(server.port, begun + b"x" * HEAD_BYTES_MAX)).startswith(
                b"HTTP/1.1 400"
            )

    asyncio.run(ask())
