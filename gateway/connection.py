"""One connection to a partner: a request goes out, its answer is read as it comes, and it may be used again.

Octets in, events out: h11 reads them as they come, so nothing waits here but the body, which has a bound. What comes while nothing
is asked is no answer to anything: the connection is not used again, lest it be taken for the next one's.
"""

from __future__ import annotations

import asyncio
from typing import cast

import h11

from gateway.message import BODY_BYTES_MAX, Answer

HEAD_BYTES_MAX = 16_384
"""Of an answer's status line and fields."""


class TooLongError(Exception):
    """The answer is longer than BODY_BYTES_MAX."""


class ClosedError(Exception):
    """The connection was closed before an answer began."""


class Connection(asyncio.Protocol):
    """See the rules above."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.is_open = True
        self.is_used = False
        """Whether it has brought an answer before."""
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES_MAX)
        self._waiting: asyncio.Future[Answer] | None = None
        self._status = 0
        self._body = bytearray()
        self._transport: asyncio.Transport | None = None

    def close(self) -> None:
        """Nobody waits for a partner to say goodbye."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    async def exchange(self, request: h11.Request, body: bytes) -> Answer:
        """Ask once. It is open afterwards if it may be used again.

        Raises ClosedError, TooLongError, h11.RemoteProtocolError, and OSError for what becomes of the line.
        """
        assert self._transport is not None
        assert self._waiting is None
        if not self.is_open:
            raise ClosedError
        self._status, self._body = 0, bytearray()
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        state = self._state
        sent = (
            state.send(request),
            state.send(h11.Data(data=body)),
            state.send(h11.EndOfMessage()),
        )
        self._transport.write(b"".join(part for part in sent if part))
        is_whole = False
        try:
            answer = await waiting
            is_whole = True
        finally:
            self._waiting = None
            if is_whole and self.is_open and state.states == _BOTH_DONE:
                state.start_next_cycle()
                self.is_used = True
            else:
                self.close()
        return answer

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._waiting is None or self._waiting.done():
            self.close()
            return
        self._read(data, self._waiting)

    def eof_received(self) -> bool:
        """See asyncio.Protocol."""
        if self._waiting is not None and not self._waiting.done() and self._status:
            # An answer without a length ends with its connection (RFC 9112, section 6.3).
            self._read(b"", self._waiting)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self.is_open = False
        if self._waiting is not None and not self._waiting.done():
            broken = exc or ConnectionResetError("closed in the middle of an answer")
            self._waiting.set_exception(broken if self._status else ClosedError())

    def _read(self, data: bytes, waiting: asyncio.Future[Answer]) -> None:
        try:
            self._state.receive_data(data)
            while not waiting.done():
                event = self._state.next_event()
                if event is h11.NEED_DATA:
                    return
                if isinstance(event, h11.Response):
                    self._status = event.status_code
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > BODY_BYTES_MAX:
                        raise TooLongError
                elif isinstance(event, h11.EndOfMessage):
                    waiting.set_result(Answer(self._status, bytes(self._body)))
                # What is left is 1xx, after which more comes.
        except (h11.RemoteProtocolError, TooLongError) as error:
            waiting.set_exception(error)
        if self._state.trailing_data[0]:
            self.close()


_BOTH_DONE = {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}
