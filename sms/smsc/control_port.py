"""The control port: JSON lines over loopback, so that a second terminal can be a phone."""

import asyncio
from contextlib import suppress
from typing import Final, TypeVar

import msgspec

from sms.smsc.control import (
    LINE_OCTETS_MAX,
    Answer,
    Line,
    LineClosedError,
    Refused,
    Request,
    read_request,
    read_told,
    write,
)
from sms.smsc.handset import Heard
from sms.smsc.network import HEARD_MAX, LocalLine, Network

LINKS_MAX: Final = 16
"""Terminals at once."""
ANSWER_S_MAX: Final = 10.0
HANG_UP_S_MAX: Final = 2.0

_Item = TypeVar("_Item")


class ControlPort:
    """Serves lines on loopback. There is no password: whoever is on this machine may be a phone."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._server: asyncio.Server | None = None
        self._links: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def open(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; returns the port."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", port, limit=LINE_OCTETS_MAX
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop, and hang up on every terminal."""
        if self._server:
            self._server.close()
        serving = [task for task in self._links.values() if task]
        for writer in tuple(self._links):
            writer.close()
        if serving:
            await asyncio.wait(serving, timeout=HANG_UP_S_MAX)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._links) >= LINKS_MAX:
            writer.write(write(Refused(f"{LINKS_MAX} terminals are connected already")))
            writer.close()
            return
        self._links[writer] = asyncio.current_task()
        line = self._network.line()
        telling = asyncio.create_task(_tell(line, writer))
        try:
            await _answer(line, reader, writer)
        except ConnectionError:
            pass
        finally:
            line.close()
            telling.cancel()
            self._links.pop(writer, None)
            writer.close()


async def _answer(
    line: LocalLine, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer requests until the other end closes or sends a line too long."""
    while True:
        try:
            asked = await reader.readline()
        except ValueError:
            writer.write(write(Refused(f"a line has at most {LINE_OCTETS_MAX} octets")))
            return
        if not asked:
            return
        request = read_request(asked)
        writer.write(write(request if isinstance(request, Refused) else line.answer(request)))
        await writer.drain()


async def _tell(line: LocalLine, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, LineClosedError):
        while True:
            writer.write(write(await line.hear()))
            await writer.drain()


class RemoteLine(Line):
    """A line to a simulator that runs in another process."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._answers: asyncio.Queue[Answer | None] = asyncio.Queue(1)
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue(HEARD_MAX)
        self._asking = asyncio.Lock()
        self._reading = asyncio.create_task(self._read())

    async def ask(self, request: Request) -> Answer:
        """Ask and wait for the answer, at most ANSWER_S_MAX. Raises LineClosedError."""
        async with self._asking:
            if self._reading.done():
                raise LineClosedError("the simulator has gone")
            self._writer.write(write(request))
            try:
                async with asyncio.timeout(ANSWER_S_MAX):
                    answer = await self._answers.get()
            except TimeoutError:
                self.close()
                raise LineClosedError(f"no answer in {ANSWER_S_MAX:g} s") from None
            if answer is None:
                raise LineClosedError("the simulator has gone")
            return answer

    async def hear(self) -> Heard:
        """The next message. Raises LineClosedError."""
        heard = await self._heard.get()
        if heard is None:
            raise LineClosedError("the simulator has gone")
        return heard

    def close(self) -> None:
        """Hang up."""
        self._reading.cancel()
        self._writer.close()

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                told = read_told(line)
                if isinstance(told, Heard):
                    _put(self._heard, told)
                else:
                    await self._answers.put(told)
        except (ConnectionError, ValueError, msgspec.DecodeError):
            pass
        finally:
            self._writer.close()
            _put(self._heard, None)
            _put(self._answers, None)


def _put(queue: "asyncio.Queue[_Item]", item: _Item) -> None:
    """Put without waiting; the oldest gives way."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(item)


async def connect(port: int, host: str = "127.0.0.1") -> RemoteLine:
    """Open a line to the control port of a running simulator. Raises OSError."""
    reader, writer = await asyncio.open_connection(host, port, limit=2 * LINE_OCTETS_MAX)
    return RemoteLine(reader, writer)
