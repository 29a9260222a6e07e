"""A shard: a process with the sellers that live there, their store and their turn batch, and a socket for the front."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from msgspec.structs import replace

from center.backlog import READ_MAX, Backlog, Texts
from center.changes import OutgoingText
from center.limits.policy import Policies
from center.limits.tally import COUNTED_MAX, Counted
from center.measure import Measure, Spread
from center.noting import Noting
from center.ports import StoreError
from center.taken import Fate, Taken
from commands.alone import LEAVES_S_MAX, alone_on
from commands.logs import log_to_stderr, log_uncaught
from commands.serving.books import Books
from commands.serving.business import Business, later, open_business
from commands.serving.forgetting import Forgetting
from commands.serving.partners import PartnerServices
from commands.serving.publications import Publications
from commands.serving.running import run
from commands.serving.unconfirmed import GivingUp
from commands.shards.homes import shard_database, shard_of
from commands.shards.telling import Telling
from commands.shards.wire import FrameReader, Led, ToFront, Told, frame, performed, to_shard_decoder
from flows import prompts
from gateway.partner import Partner

SENT_MAX = 100_000
"""Texts whose receipts the front hears of when it comes."""
FRONT = "front"

log = logging.getLogger("dialcart")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a shard must know."""

    index: int
    count: int
    database: Path
    sellers: tuple[Path, ...]
    policies: Policies
    socket: Path
    log_level: str
    log_format: Literal["json", "text"]
    partners: tuple[Partner, ...] = ()
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Of the platform's own texts, by language."""


class FrontLink(asyncio.Protocol):
    """The shard's end of the socket, and the channel of all that comes over it."""

    def __init__(self, business: Business) -> None:
        self.turns = business.turns
        self.store = business.store
        self.transport: asyncio.Transport | None = None
        self._reader = FrameReader()
        self._connection = 0
        self._noting = Noting(self.store, later=later)
        self._counts: list[Counted] = []
        """That the front has not been told."""
        self._untold: ToFront | None = None
        """What became of a batch, until its texts are here too: where the front has held back what is older than a reply it must see the reply
        first, as in one process."""
        self._full: Sequence[str] = ()
        """Carriers of which the front has no room for more texts."""
        self._busy: Sequence[str] = ()
        """Carriers of which it has none for texts that have waited."""
        self.asked: Callable[[], object] = lambda: None
        """Who tells how the shard does when the front asks."""
        self._is_told = False
        """Whether the front has heard of all that it must before texts."""
        self._is_given = False
        """Whether it has heard that it was given all that waited."""
        self._is_held = False
        """Whether the front reads more slowly than we write."""
        self._backlog = Backlog(
            self.store.waiting_texts,
            self.store.waiting_phones,
            self._give,
            is_full=lambda carrier: carrier in self._full,
            room=lambda carrier: 0 if carrier in (*self._full, *self._busy) else READ_MAX,
            may_read=lambda: self._is_told and not self._is_held,
            soon=lambda callback: asyncio.get_running_loop().call_soon(callback),
            give_waited=lambda texts: self._tell(ToFront(texts=texts, have_waited=True)),
        )
        self.turns.guard.kept = self._counts.extend
        for name in ("sms", "ussd", FRONT):
            self.turns.open(name, self)
        self.turns.send_texts_by(self.send)

    def close(self) -> None:
        """Touch the store no more: it is closed next, and writes then what became of texts."""
        self._tell_untold()
        self._connection += 1
        self._is_told = False
        self._noting.stop()
        if self.transport is not None:
            # Not aborted: what was told last is read yet.
            self.transport.close()
            self.transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is not None:
            # The front that was before is gone, or will be.
            self.transport.abort()
        self.transport = cast("asyncio.Transport", transport)
        self._reader = FrameReader()
        self._connection += 1
        self._untold = None
        # Until all that waits is given, nothing newer is.
        self._full, self._busy = (), ()
        self._is_told = self._is_given = self._is_held = False
        self._backlog.begin(0)
        # Behind what is on its way to the disk: texts that are kept are sent once more, and no other.
        self.turns.hold(FRONT, (self._connection, 0))

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self.transport is not None and self.transport.is_closing():
            self.transport = None

    def data_received(self, data: bytes) -> None:
        for body in self._reader.feed(data):
            news = to_shard_decoder().decode(body)
            if news.full is not None:
                self._full, self._busy = news.full, news.busy
                self._backlog.read_on()
            if news.asks:
                self.asked()
            add, connection = self.turns.add, self._connection
            for number, arrival in enumerate(news.brought, news.first):
                add(arrival, (connection, number))
            for sent in news.sent:
                self._backlog.settled(sent.texts)
                self._noting.note_sent(sent.carrier, sent.texts, sent.names)
            if news.news or news.delivered:
                # A text that phones have is told of after its carrier had it, or that does not matter any more.
                self._backlog.settled(one.text for one in news.news)
                self._backlog.settled(news.delivered)
                self._noting.note(news.news, news.delivered)

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel."""
        told = self._told(taken)
        outcomes = _outcomes(taken)
        if told or outcomes or self._counts:
            before = self._untold
            if before is None:
                asyncio.get_running_loop().call_soon(self._tell_untold)
                before = ToFront()
            counts = [*before.counts, *self._counts]
            self._counts.clear()
            self._untold = ToFront(
                [*before.told, *told], counts=counts, outcomes=[*before.outcomes, *outcomes]
            )

    def _told(self, taken: Sequence[Taken]) -> list[Told]:
        """What became of what this front brought: what is alike, one behind the other, as one."""
        told: list[Told] = []
        first = following = 0
        fate = Fate.KEPT
        tickets = cast("list[tuple[int, int] | None]", [one.ticket for one in taken])
        for one, ticket in zip(taken, tickets, strict=True):
            if ticket is None:
                continue
            connection, number = ticket
            if connection != self._connection:
                continue
            if number == following and one.fate is fate and one.reply is None and number:
                following += 1
                continue
            if following > first:
                told.append(Told(first, fate, count=following - first))
            first = following = number
            if not number:
                self._begin()
                # After all of this batch is told: a reply must not be with the front before the answer to its message.
                asyncio.get_running_loop().call_soon(self._resend, connection)
            elif one.reply is None:
                fate, following = one.fate, number + 1
            else:
                told.append(Told(number, one.fate, performed(one.reply)))
        if following > first:
            told.append(Told(first, fate, count=following - first))
        return told

    def _begin(self) -> None:
        """All that is counted, for a front that has just come; no batch is open now."""
        frames: list[list[Counted]] = [[]]
        names = 0
        for counted in self.turns.guard.counts():
            names += len(counted.amounts)
            if names > COUNTED_MAX:
                frames.append([])
                names = len(counted.amounts)
            frames[-1].append(counted)
        for place, counts in enumerate(frames):
            self._tell(ToFront(counts=counts, anew=not place))
        self._counts.clear()

    def _resend(self, connection: int) -> None:
        """Texts that wait, and those whose receipts do. What the front has already it knows."""
        if connection != self._connection:
            return
        try:
            self._tell(ToFront(sent=self.store.texts_without_receipts(SENT_MAX)))
        finally:
            # Where the disk gives nothing, or a row cannot be read, its sellers are there all the same.
            self._is_told = True
            self._read_on()

    def _tell_given(self, connection: int) -> None:
        """Once no more is given: who has not read the reply to their last word is known to the front by then (sms.sending.is_unread)."""
        if connection != self._connection or self._is_held or self._is_given:
            return
        if self._backlog.is_reading:
            asyncio.get_running_loop().call_soon(self._tell_given, connection)
        else:
            self._is_given = True
            self._tell(ToFront(given=True))

    def pause_writing(self) -> None:
        """See asyncio.Protocol: the front is busy."""
        self._is_held = True

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self._is_held = False
        asyncio.get_running_loop().call_soon(self._read_on)

    def _read_on(self) -> None:
        try:
            self._backlog.read_on()
        finally:
            if self._is_told:
                self._tell_given(self._connection)

    def send(self, texts: list[tuple[int, OutgoingText]]) -> None:
        """Texts that were just kept. Without a front they wait in the outbox, and so they do behind others."""
        self._backlog.tell(texts)

    def _give(self, texts: Texts) -> None:
        untold, self._untold = self._untold or ToFront(), None
        self._write(replace(untold, texts=texts))

    def tell_measures(self, told: Sequence[Measure | Spread], unready: str) -> None:
        """How this shard does, and why it cannot serve, if it cannot."""
        self._tell(
            ToFront(
                measures=[one for one in told if isinstance(one, Measure)],
                spreads=[one for one in told if isinstance(one, Spread)],
                unready=unready,
            )
        )

    def _tell(self, news: ToFront) -> None:
        self._tell_untold()
        self._write(news)

    def _tell_untold(self) -> None:
        untold, self._untold = self._untold, None
        if untold is not None:
            self._write(untold)

    def _write(self, news: ToFront) -> None:
        if self.transport is not None:
            self.transport.write(frame(news))


def _outcomes(taken: Sequence[Taken]) -> list[Led]:
    """What partners' answers led to in USSD dialogs. By SMS it is a text, which goes as any."""
    return [
        Led(one.arrival.contact, reply)
        for one in taken
        if one.ticket is None
        and one.arrival is not None
        and (reply := performed(one.reply)) is not None
    ]


def main(plan: Plan) -> None:
    """Be a shard until SIGTERM, or until the front that started it is gone."""
    log_to_stderr(plan.log_level, plan.log_format, plan.index)
    log_uncaught()
    prompts.say_as(plan.wordings)
    try:
        with alone_on(shard_database(plan.database, plan.index, plan.count), wait_s=LEAVES_S_MAX):
            asyncio.run(_serve(plan))
    except (OSError, StoreError) as error:
        # The front tells that this one ended, and starts it again.
        log.error("%s", error)
        raise SystemExit(1) from None


async def _serve(plan: Plan) -> None:
    stop, hurry = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    # Before anything is opened: a shard that is told to stop meanwhile ends as any other.
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    # Ctrl-C goes to all, and so does the end of a terminal; the front drains first and then tells its shards.
    for number in (signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, lambda: None)
    business = open_business(
        shard_database(plan.database, plan.index, plan.count),
        plan.sellers,
        plan.policies,
        lives_here=lambda seller: shard_of(seller, plan.count) == plan.index,
    )
    link = FrontLink(business)
    front = multiprocessing.parent_process()
    assert front is not None, "a shard is started by its front"
    # Readable when the front is gone, which is told to its children by nothing else.
    loop.add_reader(front.sentinel, stop.set)
    with contextlib.suppress(FileNotFoundError):
        plan.socket.unlink()
    server = await loop.create_unix_server(lambda: link, str(plan.socket))
    try:
        books = Books(business.store, business.measured, business.turns)
        forgetting = Forgetting(business.store)
        giving_up = GivingUp(business.store, business.turns)
        published = Publications(business.store, business.shops, business.routes)
        # What is published the front finds by itself.
        # First of all, so that no buyer's request finds nobody.
        partners = PartnerServices(business, plan.partners, plan.index, plan.count)
        telling = Telling(plan.index, [books, partners], link.tell_measures)
        link.asked = telling.tell
        services = [partners, books, forgetting, giving_up, published, telling]
        await run(services, stop, hurry, opened=lambda: None)
    finally:
        loop.remove_reader(front.sentinel)
        server.close()
        business.turns.flush()
        link.close()
        business.close()
