"""A cable between a browser and a shop, for pages and sound, which a test cuts: nothing crosses, and neither end is told."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from tests.loop import LoopThread

HERE = "127.0.0.1"
CHUNK_BYTES = 65_536
SOUND_BY = """{
  const by = ({ type, sdp }, port) => {
    let isTold = false;
    return { type, sdp: sdp.replace(/^a=candidate:.*\\r\\n/gm, () => {
      const told = isTold ? "" : `a=candidate:1 1 udp 2130706431 %s ${port} typ host\\r\\n`;
      isTold = true;
      return told;
    }) };
  };
  const { prototype } = RTCPeerConnection;
  const ours = Object.getOwnPropertyDescriptor(prototype, "localDescription").get;
  Object.defineProperty(prototype, "localDescription", { get() { const own = ours.call(this); return own && by(own, %d); } });
  const settle = prototype.setRemoteDescription;
  prototype.setRemoteDescription = function (theirs) { return settle.call(this, by(theirs, %d)); };
}"""
"""Either end is told one way to the other: an end of the cable."""


class Cable:
    """From ports of its own to those of a shop on this machine. What TCP has under way when it is cut arrives once it is
    mended, unless whoever sent it has hung up on a connection that never was; what UDP has is lost.

    Sound crosses from whoever spoke last at one end to whoever spoke last at the other: one call at a time.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self.port = 0
        """Of the pages, by the cable."""
        self.script = ""
        """For a page, whose sound then goes by the cable."""
        self._ends: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._loop = LoopThread()
        self._loop.__enter__()
        self._loop.run(self._open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.run(self._close())
        self._loop.__exit__()

    def cut(self) -> None:
        """Nothing crosses any more."""
        self._loop.loop.call_soon_threadsafe(self._whole.clear)

    def mend(self) -> None:
        """It does again."""
        self._loop.loop.call_soon_threadsafe(self._whole.set)

    async def _open(self) -> None:
        self._whole = asyncio.Event()
        self._whole.set()
        self._server = await asyncio.start_server(self._connected, HERE, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._sound = _Sound(self._whole), _Sound(self._whole)
        for here, there in (self._sound, self._sound[::-1]):
            here.other = there
            await asyncio.get_running_loop().create_datagram_endpoint(
                lambda end=here: end, local_addr=(HERE, 0)
            )
        at_shop, at_browser = (end.port for end in self._sound)
        self.script = SOUND_BY % (HERE, at_shop, at_browser)

    async def _close(self) -> None:
        self._server.close()
        for end in self._sound:
            end.transport.close()
        for end in self._ends:
            end.cancel()
        await asyncio.gather(*self._ends, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.read(CHUNK_BYTES)
        if not self._whole.is_set() and await self._is_given_up(reader):
            writer.close()
            return
        there, back = await asyncio.open_connection(HERE, self._to)
        back.write(asked)
        for source, sink in ((reader, back), (there, writer)):
            end = asyncio.create_task(self._carry(source, sink))
            self._ends.add(end)
            end.add_done_callback(self._ends.discard)

    async def _is_given_up(self, reader: asyncio.StreamReader) -> bool:
        """Whether a browser does not wait until its question crosses; until it is answered it says no more."""
        waits = [asyncio.ensure_future(x) for x in (self._whole.wait(), reader.read(1))]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return not self._whole.is_set()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            try:
                while data := await source.read(CHUNK_BYTES):
                    await self._whole.wait()
                    sink.write(data)
                    await sink.drain()
                await self._whole.wait()
            finally:
                sink.close()


class _Sound(asyncio.DatagramProtocol):
    """One end of the cable, for sound."""

    other: _Sound
    transport: asyncio.DatagramTransport

    def __init__(self, whole: asyncio.Event) -> None:
        self._whole = whole
        self._peer: tuple[str, int] | None = None
        self.port = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        # Both ends try all their addresses; one way is enough.
        if addr[0] != HERE:
            return
        self._peer = addr
        if self._whole.is_set():
            self.other.send(data)

    def send(self, data: bytes) -> None:
        if self._peer is not None:
            self.transport.sendto(data, self._peer)
