"""The web server and who sends it more than it reads."""

import asyncio

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


async def not_served(host: str, port: int) -> str:
    """Why we cannot listen there."""
    with pytest.raises(OSError, match=r"write another|write a") as failed:
        await WebServer(APP, host, port).__aenter__()
    return str(failed.value)


def test_where_we_cannot_listen_is_told_with_what_to_write() -> None:
    async def try_them() -> None:
        async with WebServer(APP, "127.0.0.1", 0) as server:
            told = await not_served("127.0.0.1", server.port)
            assert f"port {server.port} on 127.0.0.1 cannot be served; stop what has it" in told
        assert "cannot be looked up; write another `host`" in await not_served("no.invalid", 0)
        assert "is no address of this machine" in await not_served("192.0.2.1", 0)

    asyncio.run(try_them())


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
