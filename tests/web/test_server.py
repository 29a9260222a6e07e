"""The web server and who sends it more than it reads."""

import asyncio
import contextlib
import errno

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from web.server import HEAD_BYTES_MAX, WebServer

may_answer = asyncio.Event()


def _here(_: Request) -> Response:
    return Response("here")


async def _slow(_: Request) -> Response:
    await may_answer.wait()
    return Response("here")


async def _reads(request: Request) -> Response:
    return Response(await request.body())


async def _hears(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())
    await socket.close()


APP = Starlette(
    routes=[
        Route("/", _here),
        Route("/slow", _slow),
        Route("/reads", _reads, methods=["POST"]),
        WebSocketRoute("/hears", _hears),
    ]
)

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


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"POST /reads HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST /reads HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
    ],
    ids=["nothing", "half a head", "half a body", "half of a second", "half a body of a second"],
)
def test_who_does_not_end_a_request_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr("web.server.REQUEST_S_MAX", 0.05)

    async def ask() -> None:
        async with asyncio.timeout(ANSWER_S_MAX), WebServer(APP, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(begun)
            # Where what is written comes after the end, that is a reset.
            with contextlib.suppress(ConnectionError):
                await reader.read()
            writer.close()

    asyncio.run(ask())


def test_who_has_asked_is_answered_however_long_that_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    # Long enough for both to ask, on whatever machine.
    monkeypatch.setattr("web.server.REQUEST_S_MAX", 1.0)
    may_answer.clear()

    async def ask() -> None:
        async with asyncio.timeout(ANSWER_S_MAX), WebServer(APP, "127.0.0.1", 0) as server:
            asking = asyncio.create_task(
                asked(server.port, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            )
            async with connect(f"ws://127.0.0.1:{server.port}/hears") as socket:
                # Whoever comes after these is hung up on, so they would have been too.
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                assert await reader.read() == b""
                writer.close()
                may_answer.set()
                assert (await asking).startswith(b"HTTP/1.1 200")
                await socket.send("still here")
                assert await socket.recv() == "still here"

    asyncio.run(ask())
