"""What fails many times a second does not fill the log, and how often it failed is told."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest

from commands.floods import FLOOD_S, LEFT_OUT_MAX, LINES_MAX, TOLD_MAX, Floods
from commands.logs import log_to


class Told:
    """A filter on a clock that is set, and what it lets through."""

    def __init__(self) -> None:
        self.now = 0.0
        self._floods = Floods(lambda: self.now)

    def tell(self, words: str, *args: object, level: int = logging.ERROR) -> int | None:
        """How many were left out before it; None: it was itself."""
        record = logging.LogRecord("center.batch", level, "batch.py", 1, words, args, None)
        return getattr(record, "left_out", 0) if self._floods.filter(record) else None


def test_the_same_line_is_told_some_times_and_then_once_in_ten_seconds_with_a_count() -> None:
    told = Told()
    words = "a batch of %d was refused: %s"
    assert [told.tell(words, number, "full") for number in range(TOLD_MAX)] == [0] * TOLD_MAX
    assert [told.tell(words, 1, "full") for _ in range(500)] == [None] * 500
    told.now = FLOOD_S
    assert told.tell(words, 1, "full") == 500
    assert [told.tell(words, 1, "full") for _ in range(700)] == [None] * 700
    told.now = 2 * FLOOD_S
    assert told.tell(words, 1, "full") == 700


def test_a_flood_that_is_over_is_forgotten() -> None:
    told = Told()
    for _ in range(TOLD_MAX + 3):
        told.tell("not written")
    told.now = 3 * FLOOD_S
    assert [told.tell("not written") for _ in range(TOLD_MAX)] == [3] + [0] * (TOLD_MAX - 1)


def test_other_lines_are_told_meanwhile() -> None:
    told = Told()
    for _ in range(TOLD_MAX + 1):
        told.tell("not written")
    assert told.tell("shard 0 ended") == 0
    assert told.tell("not written", level=logging.WARNING) == 0


def test_what_is_no_warning_is_told_whole() -> None:
    told = Told()
    assert {told.tell("bound", level=logging.INFO) for _ in range(TOLD_MAX + 1)} == {0}


def test_a_count_is_no_longer_than_a_log_tells_and_lines_are_bounded() -> None:
    told = Told()
    for _ in range(TOLD_MAX + LEFT_OUT_MAX + 1):
        told.tell("not written")
    told.now = FLOOD_S
    assert told.tell("not written") == LEFT_OUT_MAX
    for number in range(LINES_MAX):
        told.tell(f"line {number}")
    assert told.tell("not written") == 0


@pytest.fixture
def root() -> Iterator[None]:
    """The root logger as it was, afterwards."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


class _Lost(asyncio.Protocol):
    """An end whose other end goes."""

    def __init__(self) -> None:
        self.is_lost = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.is_lost.set()


def test_what_is_written_to_a_lost_line_does_not_fill_the_log(root: None) -> None:
    stream = io.StringIO()
    log_to(stream, "info", "json")

    async def run() -> None:
        loop = asyncio.get_running_loop()
        other = _Lost()
        server = await loop.create_server(lambda: other, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        end = _Lost()
        transport, _ = await loop.create_connection(lambda: end, "127.0.0.1", port)
        transport.abort()
        await end.is_lost.wait()
        for _ in range(1_000):
            transport.write(b"a reply")
        server.close()

    asyncio.run(run())
    told = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert told == ["socket.send() raised exception."] * TOLD_MAX
