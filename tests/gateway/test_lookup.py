"""Where a host is: asked once for all who want to know, on a thread that holds up nothing else."""

import asyncio
import socket
import threading

import pytest

from gateway.lookup import ADDRESSES_MAX, Lookup


def test_an_address_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert asyncio.run(Lookup("127.0.0.1", 80).addresses()) == ["127.0.0.1"]
    assert asyncio.run(Lookup("::1", 80).addresses()) == ["::1"]


def found(*addresses: str) -> list[tuple[object, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in addresses]


def test_many_who_ask_are_one_lookup_and_no_other_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    answers = threading.Event()

    def slow(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        assert answers.wait(120)
        return found("192.0.2.1", "192.0.2.1", "192.0.2.2")

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    async def run() -> None:
        lookup = Lookup("crm.example.net", 443)
        waiting = [asyncio.create_task(lookup.addresses()) for _ in range(50)]
        await asyncio.sleep(0)
        # asyncio's own pool, which a carrier's name is looked up in, has nothing to do with it.
        assert await asyncio.to_thread(lambda: "free") == "free"
        waiting[0].cancel()
        answers.set()
        told = await asyncio.gather(*waiting[1:])
        assert told == [["192.0.2.1", "192.0.2.2"]] * 49
        assert await lookup.addresses() == ["192.0.2.1", "192.0.2.2"]
        assert asked == ["crm.example.net"]

    asyncio.run(run())


def test_a_lookup_that_fails_is_told_and_tried_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[object] = [socket.gaierror(-2, "Name or service not known"), UnicodeError()]

    def failing(*_: object, **__: object) -> list[tuple[object, ...]]:
        if answers:
            raise answers.pop(0)  # type: ignore[misc]
        return found(*(f"192.0.2.{number}" for number in range(ADDRESSES_MAX + 1)))

    monkeypatch.setattr(socket, "getaddrinfo", failing)

    async def run() -> None:
        lookup = Lookup("crm.example.net", 443)
        with pytest.raises(OSError, match="not known"):
            await lookup.addresses()
        with pytest.raises(OSError, match="its name is none"):
            await lookup.addresses()
        assert len(await lookup.addresses()) == ADDRESSES_MAX

    asyncio.run(run())
