"""The front's end of a shard's socket, and what is on its way over it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import msgspec

from center.contact import Arrival
from center.limits.tally import Elsewhere
from center.text_news import Stage, TextNews
from commands.shards.wire import FrameReader, Sent, ToFront, ToShard, frame, to_front_decoder

SENT_KNOWN_MAX = 100_000
"""Texts that carriers had lately, of one shard: it may give them again if it fell before it noted that."""
CONNECT_EVERY_S = 0.1

log = logging.getLogger("dialcart")


class Going(msgspec.Struct, eq=False):
    """An arrival on its way to a shard."""

    channel: str
    ticket: object
    arrival: Arrival
    after: dict[str, bytes | None] | None = None
    """Notes to keep when the shard has it."""
    doubts: bytes | None = None
    """What was kept before of the answers that carriers may lack."""
    came: bool = False
    """Whether its sender is in a shard, or waits for it."""
    shard: int = 0
    """Where its seller lives."""
    rises: int = 0
    """How often that had come up when the channel judged what this is, by what waits for its buyer."""


def _beside(arrival: Arrival, elsewhere: Elsewhere) -> Arrival:
    """An arrival with what its sender did in other shards."""
    return Arrival(
        arrival.contact,
        arrival.input,
        arrival.code,
        arrival.carrier,
        arrival.key,
        arrival.stamp,
        arrival.at,
        arrival.asked,
        arrival.doubt,
        arrival.repeats,
        elsewhere,
        arrival.since,
        arrival.may_wait,
    )


class ShardLink(asyncio.Protocol):
    """The front's end of a shard's socket; connects again for as long as it is not closed."""

    def __init__(self, path: Path, told: Callable[[ShardLink, ToFront], None]) -> None:
        self.path = path
        self.transport: asyncio.Transport | None = None
        self.is_up = False
        """Whether it is connected, what it counted is known, and what waits there for carriers is here."""
        self.rises = 0
        """How often it has come up."""
        self.heard = 0
        """Frames that came from it: one a second at least (commands.shards.telling)."""
        self.given: dict[str, int] = {}
        """The last text that it gave for each carrier, by its own numbers: it gives those of a carrier in their order."""
        self.known: set[int] | None = None
        """While it gives again what it gave: which of its texts are known here (FrontStore.number_all)."""
        self.sent: deque[int] = deque(maxlen=SENT_KNOWN_MAX)
        """Texts that carriers have lately had, by the shard's numbers."""
        self._told = told
        self._reader = FrameReader()
        self._going: dict[int, Going] = {}
        """By number, in the order in which they were brought."""
        self._number = 0
        self._brought: list[Arrival] = []
        self._news: list[TextNews] = []
        self._have: dict[str, Sent] = {}
        """By carrier: texts that it has, and that the shard has not been told of."""
        self._delivered: list[int] = []
        self._full: Sequence[str] = ()
        self._busy: Sequence[str] = ()
        self._is_full_told = True
        self._asks = False
        self._answered: asyncio.Future[None] | None = None
        """Whoever waits to be told how it does."""
        self._flushing = False
        self._task: asyncio.Task[None] | None = None
        self.lost: Callable[[list[Going]], None] = lambda _: None

    def start(self) -> None:
        """Keep connected from now on."""
        self._task = asyncio.create_task(self._keep_connected())

    def close(self) -> None:
        """Let go."""
        if self._task is not None:
            self._task.cancel()
        if self.transport is not None:
            self.transport.abort()

    async def _keep_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if self.transport is None:
                try:
                    await loop.create_unix_connection(lambda: self, str(self.path))
                except OSError:
                    log.debug("%s does not answer yet", self.path.name)
            await asyncio.sleep(CONNECT_EVERY_S)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._reader = FrameReader()
        # What it may not have heard when it fell; a shard that knows it already does not mind.
        self._news.extend(TextNews(text, Stage.SENT) for text in self.sent)
        self._is_full_told = not self._full and not self._busy
        self._flush_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.transport = None
        self.is_up = False
        going, self._going = list(self._going.values()), {}
        self._brought.clear()
        self.answered()
        self.lost(going)

    def data_received(self, data: bytes) -> None:
        for body in self._reader.feed(data):
            self.heard += 1
            self._told(self, to_front_decoder().decode(body))

    def rise(self) -> None:
        """It is up from now on."""
        self.is_up = True
        self.rises += 1

    def bring(self, going: Going, elsewhere: Elsewhere = ()) -> bool:
        """Bring an arrival, with what its sender did in other shards; False if the shard is not there, or was not when it was judged."""
        if not self.is_up or going.rises != self.rises:
            return False
        self._number = number = self._number + 1
        self._going[number] = going
        arrival = going.arrival
        self._brought.append(_beside(arrival, elsewhere) if elsewhere else arrival)
        if not self._flushing:
            self._flush_soon()
        return True

    def taken(self, first: int, count: int = 1) -> list[Going]:
        """The arrivals that were brought under so many numbers, each once."""
        take = self._going.pop
        going = [take(number, None) for number in range(first, first + count)]
        return [one for one in going if one is not None]

    @property
    def under_way(self) -> int:
        """How much was brought that it has not told of."""
        return len(self._going)

    def note(self, news: Sequence[TextNews], delivered: Sequence[int] = ()) -> None:
        """What became of texts of this shard, and those that phones have, which a carrier had before. Told when it is there."""
        self.sent.extend([one.text for one in news])
        if len(self._news) < SENT_KNOWN_MAX:
            self._news += news
        if len(self._delivered) < SENT_KNOWN_MAX:
            self._delivered += delivered
        self._flush_soon()

    def note_sent(self, sent: Sent) -> None:
        """Likewise of texts of this shard that a carrier has."""
        self.sent.extend(sent.texts)
        known = self._have.setdefault(sent.carrier, sent)
        if known is not sent and len(known.texts) < SENT_KNOWN_MAX:
            known.texts.extend(sent.texts)
            known.names.extend(sent.names)
        self._flush_soon()

    def have_no_room(self, full: Sequence[str], busy: Sequence[str]) -> None:
        """Of carriers that are full no more texts are to be given until another word, of busy ones none that has waited."""
        self._full, self._busy, self._is_full_told = full, busy, False
        self._flush_soon()

    def ask(self) -> asyncio.Future[None]:
        """Have it tell at once how it does, which it else does once a second; done when it has, or is gone."""
        if self._answered is None:
            self._answered = asyncio.get_running_loop().create_future()
        self._asks = True
        self._flush_soon()
        return self._answered

    def answered(self) -> None:
        """It has told how it does."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(None)
        self._answered = None

    def _flush_soon(self) -> None:
        if not self._flushing and self.transport is not None:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """All that was brought and became known in this turn of the loop, in one frame."""
        self._flushing = False
        if self.transport is None:
            return
        first = self._number - len(self._brought) + 1
        full = None if self._is_full_told else self._full
        news, have, delivered = self._news, list(self._have.values()), self._delivered
        out = ToShard(first, self._brought, news, have, delivered, full, self._busy, self._asks)
        if out.brought or news or have or delivered or full is not None or out.asks:
            self.transport.write(frame(out))
            self._brought, self._news, self._have, self._delivered = [], [], {}, []
            self._is_full_told, self._asks = True, False
