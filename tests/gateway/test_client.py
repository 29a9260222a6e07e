"""The client against a real server on a real socket: what comes of each way in which a partner can fail."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from gateway.client import Client
from gateway.message import BODY_BYTES_MAX, Answer, Certainty
from gateway.partner import Partner
from tests.gateway.server import Asked, PartnerServer, Says, partner_server, says

OPERATIONS = {"look_up": "look-up"}


async def ask(client: Client, key: str = '"k"') -> Answer:
    told: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    client.ask("look_up", key, b'{"seller":"shop","arguments":{}}', told.set_result)
    return await asyncio.wait_for(told, 120)


def answers(
    answer: Callable[[Asked], Says] | Says, count: int = 1, token: str = ""
) -> tuple[list[Answer], PartnerServer]:
    """What comes of so many requests, one after the other."""
    answer_one = answer if callable(answer) else lambda _: answer

    async def run() -> tuple[list[Answer], PartnerServer]:
        async with partner_server(answer_one) as server:
            client = Client(Partner("crm", server.url, OPERATIONS, token=token))
            try:
                return [await ask(client) for _ in range(count)], server
            finally:
                await client.close()

    return asyncio.run(run())


def test_a_request_is_posted_to_the_operations_path_with_its_key() -> None:
    [answer], server = answers(says(points=5), token="s3cret")
    assert (answer.status, answer.body, answer.trouble) == (200, b'{"points": 5}', "")
    [asked] = server.asked
    assert asked.path == "/api/look-up"
    assert asked.key == '"k"'
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"
    assert asked.headers["authorization"] == "Bearer s3cret"
    assert asked.headers["content-type"] == "application/json"
    assert asked.body == {"seller": "shop", "arguments": {}}


def test_one_connection_serves_one_request_after_the_other() -> None:
    told, server = answers(says(), 5)
    assert [one.status for one in told] == [200] * 5
    assert server.connections == 1


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced() -> None:
    told, server = answers(
        Says(raw=b"HTTP/1.1 200 ok\r\nContent-Length: 2\r\n\r\n{}", hangs_up=True), 3
    )
    assert [one.status for one in told] == [200] * 3
    assert server.connections == 3


def test_what_nobody_asked_for_is_no_answer_to_the_next() -> None:
    twice = b"HTTP/1.1 200 ok\r\nContent-Length: 7\r\n\r\n" + b'{"a":1}'
    told, server = answers(Says(raw=twice * 2), 2)
    assert [one.body for one in told] == [b'{"a":1}'] * 2
    assert server.connections == 2


def test_a_redirect_is_not_followed() -> None:
    other = "Location: http://127.0.0.1:9/elsewhere\r\n"
    [answer], server = answers(Says(302, headers=other))
    assert answer.status == 302
    assert len(server.asked) == 1


def test_an_answer_in_pieces_is_one() -> None:
    pieces = (
        b'HTTP/1.1 200 ok\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n'
    )
    [answer], _ = answers(Says(raw=pieces))
    assert answer.body == b'{"a":1}'


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    [answer], _ = answers(Says(raw=b"HTTP/1.1 200 ok\r\n\r\n{}", hangs_up=True))
    assert (answer.status, answer.body) == (200, b"{}")


def test_an_answer_at_the_bound_is_read_and_one_past_it_is_not() -> None:
    [most], _ = answers(Says(body=b" " * BODY_BYTES_MAX))
    assert len(most.body) == BODY_BYTES_MAX
    [more], _ = answers(Says(body=b" " * (BODY_BYTES_MAX + 1)))
    assert (more.status, more.body) == (200, b"")
    assert more.trouble == f"its answer is longer than {BODY_BYTES_MAX} octets"


def test_a_head_without_end_is_not_read_for_ever() -> None:
    [answer], _ = answers(Says(raw=b"HTTP/1.1 200 ok\r\nX: " + b"x" * 1_000_000))
    assert answer.trouble == "its answer breaks off, or is not HTTP/1.1"


@pytest.mark.parametrize(
    "raw", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 ok\r\nContent-Length: 9\r\n\r\n{}"]
)
def test_garbage_and_half_an_answer_are_told(raw: bytes) -> None:
    [answer], _ = answers(Says(raw=raw, hangs_up=True))
    assert (answer.status, answer.certainty) == (0, Certainty.PERHAPS)
    assert answer.trouble


def test_who_hangs_up_without_an_answer_may_have_done_it() -> None:
    [answer], _ = answers(Says(hangs_up=True))
    assert answer.trouble == "it closed the connection without an answer"
    assert answer.certainty is Certainty.PERHAPS


def is_not_reached(url: str) -> None:
    async def run() -> Answer:
        client = Client(Partner("crm", url, OPERATIONS))
        answer = await ask(client)
        await client.close()
        return answer

    answer = asyncio.run(run())
    assert answer.trouble.startswith("it cannot be reached: ")
    assert answer.certainty is Certainty.NOT_DONE


def test_who_cannot_be_reached_has_not_done_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        is_not_reached(f"http://127.0.0.1:{taken.getsockname()[1]}")


def test_a_name_that_no_server_knows_cannot_be_reached() -> None:
    is_not_reached("http://shop.invalid/")


def test_who_is_cancelled_is_told_nothing_and_leaves_no_connection() -> None:
    async def run() -> None:
        told: list[Answer] = []
        async with partner_server(lambda _: Says(hangs=True)) as server:
            client = Client(Partner("crm", server.url, OPERATIONS))
            task = client.ask("look_up", '"k"', b"{}", told.append)
            while not server.asked:  # noqa: ASYNC110
                # The server knows nothing of this test.
                await asyncio.sleep(0)
            task.cancel()
            await client.finish()
            assert told == []
            await client.close()

    asyncio.run(run())


def tls_pair(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for a name, and the file of who signed it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    file = folder / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return context, file


@pytest.mark.parametrize(
    ("name", "is_trusted", "trouble"),
    [
        ("localhost", True, ""),
        ("other.example.net", True, "certificate is not valid for 'localhost'"),
        ("localhost", False, "unable to get local issuer certificate"),
    ],
)
def test_https_checks_the_certificate_and_the_name_in_it(
    tmp_path: Path, name: str, is_trusted: bool, trouble: str
) -> None:
    async def run() -> Answer:
        context, authority = tls_pair(tmp_path, name)
        async with partner_server(lambda _: says(points=1), tls=context) as server:
            client = Client(
                Partner(
                    "crm",
                    f"https://localhost:{server.port}",
                    OPERATIONS,
                    ca_file=authority if is_trusted else None,
                )
            )
            try:
                answer = await ask(client)
                assert bool(server.asked) is not bool(trouble)
                return answer
            finally:
                await client.close()

    answer = asyncio.run(run())
    assert trouble in answer.trouble
    assert bool(answer.trouble) is bool(trouble)
    if trouble:
        assert answer.certainty is Certainty.NOT_DONE
