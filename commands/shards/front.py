"""The front: carriers' messages go to their sellers' shards, and are answered when the shard has them on disk.

The front has a turn batch of its own, for what the text channel keeps for itself: first segments of texts, stamps, where
buyers of shared codes were last. An arrival that brings such notes waits for them, but for segments that are through:
those are forgotten when the shard has the text. What comes behind such an arrival waits behind it, so that nothing
overtakes.

Texts of shards are numbered here and held in memory until a carrier has them; the shard keeps them on disk. A shard that
is started again gives all that it has once more: what is known here is not sent twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from center.batch import SendTexts, TurnBatch
from center.changes import OutgoingText
from center.contact import Arrival
from center.limits.places import Places
from center.limits.policy import Policies
from center.limits.tally import Elsewhere
from center.ports import Aside, Later
from center.shops import Shops
from center.taken import Fate, Taken
from center.text_news import Stage, TextNews
from commands.shards.homes import shard_of
from commands.shards.measures import ShardMeasures
from commands.shards.senders import Senders
from commands.shards.wire import FrameReader, ToFront, ToShard, brought, frame, to_front_decoder
from sms.receiving import SEGMENTS_NOTE
from store.sqlite import SqliteStore

TEXTS_UNDER_WAY_MAX = 200_000
"""Texts in memory that no carrier has; past it shards are not read from."""
SENT_KNOWN_MAX = 100_000
"""Texts that carriers had lately, of one shard: it may give them again if it fell before it noted that."""
RECEIPTS_MAX = 200_000
"""Texts of all shards whose receipts are to come; of more the oldest are not known any more."""
CONNECT_EVERY_S = 0.1
_GOING = "front/going"
_AFTER = "front/after"

log = logging.getLogger("dialcart")


@dataclass(slots=True)
class _Going:
    """An arrival on its way to a shard."""

    channel: str
    ticket: object
    arrival: Arrival
    after: Mapping[str, bytes | None]
    """Notes to keep when the shard has it."""
    came: bool = False
    """Whether its sender is in a shard, or waits for it."""


class ShardLink(asyncio.Protocol):
    """The front's end of a shard's socket; connects again for as long as it is not closed."""

    def __init__(self, path: Path, told: Callable[[ShardLink, ToFront], None]) -> None:
        self.path = path
        self.transport: asyncio.Transport | None = None
        self.is_up = False
        """Whether it is connected, and what it counted is known."""
        self.heard = 0
        """Frames that came from it: one a second at least (commands.shards.telling)."""
        self.under_way: dict[int, int] = {}
        """The shard's texts that no carrier has, with our numbers for them."""
        self.sent: OrderedDict[int, None] = OrderedDict()
        """Texts that carriers have lately had, by the shard's numbers."""
        self._told = told
        self._reader = FrameReader()
        self._going: dict[int, _Going] = {}
        self._number = 0
        self._out = ToShard([], [])
        self._flushing = False
        self._task: asyncio.Task[None] | None = None
        self.lost: Callable[[list[_Going]], None] = lambda _: None

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
        # What was sent while nobody listened; a shard that knows it already does not mind.
        self._out.news.extend(TextNews(text, Stage.SENT) for text in self.sent)
        self._flush_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.transport = None
        self.is_up = False
        going, self._going = list(self._going.values()), {}
        self._out.brought.clear()
        self.lost(going)

    def data_received(self, data: bytes) -> None:
        for body in self._reader.feed(data):
            self.heard += 1
            self._told(self, to_front_decoder().decode(body))

    def bring(self, going: _Going, elsewhere: Elsewhere = ()) -> bool:
        """Bring an arrival; False if the shard is not there."""
        if not self.is_up:
            return False
        self._number += 1
        written = brought(self._number, going.arrival, elsewhere)
        assert written is not None, "no carrier brings this"
        self._out.brought.append(written)
        self._going[self._number] = going
        self._flush_soon()
        return True

    def taken(self, number: int) -> _Going | None:
        """The arrival that was brought under a number, once."""
        return self._going.pop(number, None)

    def note(self, news: TextNews) -> None:
        """What became of a text of this shard."""
        self.under_way.pop(news.text, None)
        self.sent[news.text] = None
        if len(self.sent) > SENT_KNOWN_MAX:
            self.sent.popitem(last=False)
        if self.transport is not None:
            self._out.news.append(news)
            self._flush_soon()

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        out, self._out = self._out, ToShard([], [])
        if self.transport is not None and (out.brought or out.news):
            self.transport.write(frame(out))

    def hold_reading(self) -> None:
        """Read no more for now."""
        if self.transport is not None and self.transport.is_reading():
            self.transport.pause_reading()

    def go_on_reading(self) -> None:
        """Read again."""
        if self.transport is not None and not self.transport.is_reading():
            self.transport.resume_reading()


class FrontStore(SqliteStore):
    """The front's own store, and the texts of all shards beside its own. See center.outbox.Outbox."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._texts: dict[int, tuple[ShardLink | None, int, OutgoingText]] = {}
        """By our numbers, oldest first: whose they are, and the owner's numbers."""
        self._sent: OrderedDict[int, tuple[ShardLink | None, int]] = OrderedDict()
        """Texts that carriers have and whose receipts are to come, likewise."""
        self._last = 0
        self.went: Callable[[], None] = lambda: None
        for text_id, text in super().waiting_texts(0, TEXTS_UNDER_WAY_MAX):
            self.number(None, text_id, text)

    def number(self, link: ShardLink | None, text_id: int, text: OutgoingText) -> int:
        """Our number for a text."""
        self._last += 1
        self._texts[self._last] = link, text_id, text
        if link is not None:
            link.under_way[text_id] = self._last
        return self._last

    @property
    def is_full(self) -> bool:
        """Whether there is no room for more texts."""
        return len(self._texts) >= TEXTS_UNDER_WAY_MAX

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """See center.outbox.Outbox."""
        waiting = ((number, kept[2]) for number, kept in self._texts.items() if number > after)
        return list(islice(waiting, limit))

    def note_texts(self, news: Sequence[TextNews]) -> None:
        """See center.outbox.Outbox: whose they are is told."""
        own: list[TextNews] = []
        for one in news:
            waited = self._texts.pop(one.text, None)
            known = waited[:2] if waited is not None else self._sent.get(one.text)
            if known is None:
                continue
            link, text_id = known
            renamed = replace(one, text=text_id)
            if link is not None:
                link.note(renamed)
            else:
                own.append(renamed)
            if one.names:
                self.expect(one.text, link, text_id)
            else:
                self._sent.pop(one.text, None)
        super().note_texts(own)
        self.went()

    def expect(self, number: int, link: ShardLink | None, text_id: int) -> None:
        """A carrier has a text, whose receipt is to come."""
        self._sent[number] = link, text_id
        if len(self._sent) > RECEIPTS_MAX:
            self._sent.popitem(last=False)

    def next_number(self) -> int:
        """For a text that a carrier has already."""
        self._last += 1
        return self._last

    def texts_without_receipts(self, limit: int) -> list[TextNews]:
        """See center.outbox.Outbox. Those of shards are told when they answer."""
        del limit
        return []


class FrontBatch(TurnBatch):
    """A turn batch whose turns are taken elsewhere. See center.ports.Channel, too."""

    def __init__(
        self,
        store: FrontStore,
        paths: Sequence[Path],
        *,
        later: Later,
        aside: Aside | None = None,
        policies: Policies | None = None,
    ) -> None:
        """`paths` are the sockets of all shards, in order; `policies` say what is counted over all of them."""
        super().__init__(store, Shops({}, store.program), later=later, aside=aside)
        self.front_store = store
        self.links = [ShardLink(path, self._told) for path in paths]
        for link in self.links:
            link.lost = self._refuse
        self.measures = ShardMeasures(len(paths))
        self._places = (
            Places(policies, len(paths)) if policies is not None and policies.span_sellers else None
        )
        self._senders: Senders[_Going] = Senders(self._bring)
        self._held = 0
        self._refused: deque[_Going] = deque()
        self._sender: SendTexts | None = None
        self.expect_receipts: Callable[[Sequence[TextNews]], None] = lambda _: None
        """Who ties receipts to texts."""
        store.went = self._read_again
        self.open(_GOING, _Waiting(self._kept_before))
        self.open(_AFTER, _Waiting(self._kept_after))

    def send_texts_by(self, send: SendTexts) -> None:
        """See TurnBatch."""
        self._sender = send
        super().send_texts_by(
            lambda texts: send(
                [(self.front_store.number(None, text_id, text), text) for text_id, text in texts]
            )
        )

    def add(
        self,
        arrival: Arrival,
        ticket: object,
        *,
        notes: Mapping[str, bytes | None] | None = None,
        told: str | None = None,
    ) -> None:
        """See TurnBatch; the shard steps it."""
        before, after = dict[str, "bytes | None"](), dict[str, "bytes | None"]()
        for name, value in (notes or {}).items():
            through = value is None and name.startswith(SEGMENTS_NOTE)
            (after if through else before)[name] = value
        channel = told if told is not None else arrival.contact.channel
        going = _Going(channel, ticket, arrival, after)
        if before or self._held:
            self._held += 1
            self.hold(_GOING, going, notes=before)
        else:
            self._go(going)

    def _go(self, going: _Going) -> None:
        contact = going.arrival.contact
        shard = shard_of(contact.seller, len(self.links))
        if self._places is None:
            self._bring(shard, going)
            return
        going.came = True
        self._senders.come(contact.buyer, shard, going)

    def _bring(self, shard: int, going: _Going) -> None:
        arrival, places = going.arrival, self._places
        elsewhere = (
            places.elsewhere(shard, arrival.contact, arrival.at) if places is not None else ()
        )
        if not self.links[shard].bring(going, elsewhere):
            self._refuse([going])

    def _through(self, going: _Going) -> None:
        """A shard has it, or will not: its sender may go on to another."""
        if going.came:
            self._senders.through(going.arrival.contact.buyer)

    def _kept_before(self, taken: Sequence[Taken]) -> None:
        self._held -= len(taken)
        for one in taken:
            going = cast("_Going", one.ticket)
            if one.fate is Fate.KEPT:
                self._go(going)
            else:
                self._refuse([going])

    def _kept_after(self, taken: Sequence[Taken]) -> None:
        """Notes of arrivals that shards have; where they could not be kept, the text comes again and is known."""
        self._tell_channels(cast("tuple[str, Taken]", one.ticket) for one in taken)

    def _refuse(self, going: Sequence[_Going]) -> None:
        """A shard is not there: not now. Told later, since who asks may be in the middle of something."""
        if not going:
            return
        if not self._refused:
            self._later(0.0, self._tell_refused)
        self._refused += going

    def _tell_refused(self) -> None:
        refused, self._refused = self._refused, deque()
        self.counters.refused += len(refused)
        self._tell_channels(
            (going.channel, Taken(going.ticket, Fate.REFUSED, going.arrival)) for going in refused
        )
        for going in refused:
            self._through(going)

    def _told(self, link: ShardLink, news: ToFront) -> None:
        """What a shard has on disk."""
        if news.anew or news.counts:
            self._count(link, news)
        if news.measures:
            self.measures.tell(self.links.index(link), [*news.measures, *news.spreads])
        on_disk: list[tuple[str, Taken]] = []
        for one in news.told:
            going = link.taken(one.number)
            if going is None:
                continue
            self._through(going)
            reply = one.reply.reply() if one.reply is not None else None
            told = Taken(going.ticket, one.fate, going.arrival, reply)
            if going.after and one.fate is not Fate.REFUSED:
                self.hold(_AFTER, (going.channel, told), notes=going.after)
            else:
                on_disk.append((going.channel, told))
        self._tell_channels(on_disk)
        known, sent = link.under_way, link.sent
        texts = [
            (self.front_store.number(link, text_id, text), text)
            for text_id, text in news.texts
            if text_id not in known and text_id not in sent
        ]
        if texts and self._sender is not None:
            self._sender(texts)
        if news.sent:
            self._expect_receipts(link, news.sent)
        if self.front_store.is_full:
            for one in self.links:
                one.hold_reading()

    def _count(self, link: ShardLink, news: ToFront) -> None:
        """What a shard counted, before anything else that it tells: who was in it may go on to another then."""
        place = self.links.index(link)
        if news.anew:
            link.is_up = True
            self.measures.begin(place)
        if self._places is not None:
            if news.anew:
                self._places.begin(place)
            self._places.add(place, news.counts)

    def _expect_receipts(self, link: ShardLink, sent: Sequence[TextNews]) -> None:
        """What an earlier front sent for a shard; what this one sent is known."""
        expected: list[TextNews] = []
        for one in sent:
            if one.text not in link.sent:
                number = self.front_store.next_number()
                self.front_store.expect(number, link, one.text)
                expected.append(replace(one, text=number))
                link.sent[one.text] = None
        self.expect_receipts(expected)

    def _read_again(self) -> None:
        if not self.front_store.is_full:
            for link in self.links:
                link.go_on_reading()


class _Waiting:
    """A channel that hands on what it is told."""

    def __init__(self, told: Callable[[Sequence[Taken]], None]) -> None:
        self._told = told

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel."""
        self._told(taken)
