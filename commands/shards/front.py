"""The front: carriers' messages go to their sellers' shards, and are answered when the shard has them on disk.

The front has a turn batch of its own, for what the text channel keeps for itself: first segments of texts, where buyers of
shared codes were last, which answers carriers may lack. An arrival that brings such notes waits for them, and what comes
behind it waits behind it, so that nothing overtakes. Two notes are not waited for, and they are those of nearly every
message: segments that are through are forgotten when the shard has the text, and what carriers may lack is kept beside
(commands/shards/doubts.py).

Texts of shards are numbered here and held in memory until a carrier has them; the shard keeps them on disk. A shard that
is started again gives all that it has once more: what is known here is not sent twice. Texts of our own, such as help for
who has no shop, are numbered as they are, and wait in our own outbox while there is no room for more of their carrier.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from center.backlog import READ_MAX, Backlog, Texts
from center.batch import SendTexts, TurnBatch
from center.changes import OutgoingText
from center.contact import Arrival
from center.limits.places import Places
from center.limits.policy import Policies
from center.limits.tally import Elsewhere
from center.ports import Aside, Later
from center.shops import Shops
from center.taken import NOT_NOW, Fate, Taken
from center.text_news import TextNews
from commands.shards.doubts import Doubted
from commands.shards.front_store import FrontStore
from commands.shards.homes import shard_of
from commands.shards.measures import ShardMeasures
from commands.shards.senders import Senders
from commands.shards.shard_link import Going, ShardLink
from commands.shards.wire import INPUTS, Led, ToFront, Told
from flows.inputs import Outcome
from sms.receiving import DOUBTS_NOTE, SEGMENTS_NOTE
from store.measured import MeasuredStore

_BESIDE = "front/beside"
_GOING = "front/going"
_AFTER = "front/after"


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
        self.measured = MeasuredStore(store)
        super().__init__(self.measured, Shops({}, store.program), later=later, aside=aside)
        self.front_store = store
        self.links = [ShardLink(path, self._told) for path in paths]
        for link in self.links:
            link.lost = self._lose
        self.measures = ShardMeasures(len(paths))
        self._places = (
            Places(policies, len(paths)) if policies is not None and policies.span_sellers else None
        )
        self._senders: Senders[Going] = Senders(self._bring)
        self._held = 0
        self._refused: deque[tuple[Going, Fate]] = deque()
        self._sender: SendTexts | None = None
        self._sender_of_waited: SendTexts | None = None
        self._has_ended = False
        self._own = Backlog(
            store.own_texts,
            store.own_phones,
            self._send_own,
            is_full=lambda carrier: carrier in store.full,
            room=lambda carrier: 0 if carrier in store.full | store.busy else READ_MAX,
            may_read=lambda: not self._has_ended,
            soon=lambda callback: later(0.0, callback),
            give_waited=lambda texts: self._send_own(texts, have_waited=True),
        )
        store.own_settled = self._own.settled
        if store.left_after is not None:
            self._own.begin(store.left_after)
        self.expect_receipts: Callable[[Sequence[TextNews]], None] = lambda _: None
        """Who ties receipts to texts."""
        store.full_changed = self._full_changed
        self._tell_full()
        self._doubts = Doubted(lambda value: self.hold(_BESIDE, value, notes={DOUBTS_NOTE: value}))
        self.open(_BESIDE, self._doubts)
        self.open(_GOING, _Waiting(self._kept_before))
        self.open(_AFTER, _Waiting(self._kept_after))

    def send_texts_by(self, send: SendTexts, send_waited: SendTexts | None = None) -> None:
        """See TurnBatch."""
        self._sender, self._sender_of_waited = send, send_waited or send
        super().send_texts_by(self._own.tell)

    def _send_own(self, texts: Texts, *, have_waited: bool = False) -> None:
        send = self._sender_of_waited if have_waited else self._sender
        if send is not None:
            number = self.front_store.number
            send([(number(text_id, text), text) for text_id, text in texts])

    def start(self) -> None:
        """Connect to the shards, and go on with what an earlier run left of our own."""
        for link in self.links:
            link.start()
        self.read_own()

    def read_own(self) -> None:
        """Number what waits in our own outbox, for carriers with room."""
        self._own.read_on()

    def stop(self) -> None:
        """Leave the shards alone, and our own outbox, which is closed soon."""
        self._has_ended = True
        for link in self.links:
            link.close()

    @property
    def is_idle(self) -> bool:
        """See TurnBatch."""
        return super().is_idle and not any(link.under_way for link in self.links)

    def add(
        self,
        arrival: Arrival,
        ticket: object,
        *,
        notes: Mapping[str, bytes | None] | None = None,
        told: str | None = None,
    ) -> None:
        """See TurnBatch; the shard steps it."""
        assert arrival.input.__class__ in INPUTS, "no carrier brings this"
        channel = told if told is not None else arrival.contact.channel
        shard = shard_of(arrival.contact.seller, len(self.links))
        going = Going(channel, ticket, arrival, shard=shard, rises=self.links[shard].rises)
        before = None
        if notes:
            doubts = notes.get(DOUBTS_NOTE) if len(notes) == 1 else None
            # All that nearly every one brings is kept beside it.
            if doubts is None or not self._doubts.is_kept_beside(doubts, arrival.stamp):
                before = self._sort(notes, going)
        if before or self._held:
            self._held += 1
            self.hold(_GOING, going, notes=before)
        else:
            self._go(going)

    def _sort(
        self, notes: Mapping[str, bytes | None], going: Going
    ) -> dict[str, bytes | None] | None:
        """Of the notes that an arrival brings, those that it waits for; the others are seen to."""
        before: dict[str, bytes | None] | None = None
        for name, value in notes.items():
            if value is not None and name == DOUBTS_NOTE:
                if self._doubts.is_kept_beside(value, going.arrival.stamp):
                    continue
                going.doubts = value
            if value is None and name.startswith(SEGMENTS_NOTE):
                if going.after is None:
                    going.after = {}
                going.after[name] = value
                continue
            if before is None:
                before = {}
            before[name] = value
        return before

    def hold(
        self,
        channel: str,
        ticket: object,
        *,
        notes: Mapping[str, bytes | None] | None = None,
        texts: Sequence[OutgoingText] = (),
    ) -> None:
        """See TurnBatch."""
        if notes and DOUBTS_NOTE in notes:
            self._doubts.superseded()
        super().hold(channel, ticket, notes=notes, texts=texts)

    def _go(self, going: Going) -> None:
        if self._places is None:
            if not self.links[going.shard].bring(going, ()):
                self._refuse([going])
            return
        going.came = True
        self._senders.come(going.arrival.contact.buyer, going.shard, going)

    def _bring(self, shard: int, going: Going) -> None:
        arrival, places, link = going.arrival, self._places, self.links[shard]
        elsewhere: Elsewhere = ()
        if places is not None:
            elsewhere = places.elsewhere(shard, arrival.contact, arrival.at, link.under_way)
        if not link.bring(going, elsewhere):
            self._refuse([going])

    def _through(self, going: Going) -> None:
        """A shard has it, or will not: its sender may go on to another."""
        if going.came:
            self._senders.through(going.arrival.contact.buyer)

    def _kept_before(self, taken: Sequence[Taken]) -> None:
        self._held -= len(taken)
        for one in taken:
            going = cast("Going", one.ticket)
            if one.fate is Fate.KEPT:
                if going.doubts is not None:
                    self._doubts.kept(going.doubts)
                self._go(going)
            else:
                self._refuse([going])

    def _kept_after(self, taken: Sequence[Taken]) -> None:
        """Notes of arrivals that shards have; where they could not be kept, the text comes again and is known."""
        self._tell_channels(cast("tuple[str, Taken]", one.ticket) for one in taken)

    def _refuse(self, going: Sequence[Going], fate: Fate = Fate.REFUSED) -> None:
        """A shard is not there: not now. Told later, since who asks may be in the middle of something."""
        if not going:
            return
        if not self._refused:
            self._later(0.0, self._tell_refused)
        self._refused.extend((one, fate) for one in going)

    def _lose(self, going: Sequence[Going]) -> None:
        """A shard fell with these, before or after it had them on disk."""
        self._refuse(going, Fate.UNKNOWN)

    def _tell_refused(self) -> None:
        refused, self._refused = self._refused, deque()
        self.counters.refused += len(refused)
        try:
            self._tell_channels(
                (going.channel, Taken(going.ticket, fate, going.arrival)) for going, fate in refused
            )
        finally:
            # Whatever a channel does, or their senders' messages would wait for these for ever.
            for going, _ in refused:
                self._through(going)

    def _told(self, link: ShardLink, news: ToFront) -> None:
        """What a shard has on disk."""
        if news.anew or news.counts:
            self._count(link, news)
        if news.measures:
            told = [*news.measures, *news.spreads]
            # Once a second is often enough to put together what it may give again.
            link.known = None
            self.measures.tell(self.links.index(link), told, news.unready)
            link.answered()
        if news.told:
            self._tell_each(self._on_disk(link, news.told))
        if news.outcomes:
            self._tell_channels(map(_led, news.outcomes))
        if news.texts:
            texts = self.front_store.number_all(link, news.texts)
            send = self._sender_of_waited if news.have_waited else self._sender
            if texts and send is not None:
                send(texts)
        if news.sent:
            self._expect_receipts(link, news.sent)
        if news.given:
            link.rise()

    def _on_disk(self, link: ShardLink, told: Sequence[Told]) -> dict[str, list[Taken]]:
        """What channels are told now of arrivals that a shard tells of."""
        on_disk: dict[str, list[Taken]] = {}
        through = self._senders.through
        for some in told:
            fate = some.fate
            reply = some.reply.reply() if some.reply is not None else None
            for going in link.taken(some.number, some.count):
                if going.came:
                    through(going.arrival.contact.buyer)
                one = Taken(going.ticket, fate, going.arrival, reply)
                if going.after and fate not in NOT_NOW:
                    self.hold(_AFTER, (going.channel, one), notes=going.after)
                elif (of_channel := on_disk.get(going.channel)) is not None:
                    of_channel.append(one)
                else:
                    on_disk[going.channel] = [one]
        return on_disk

    def _count(self, link: ShardLink, news: ToFront) -> None:
        """What a shard counted, before anything else that it tells: who was in it may go on to another then."""
        place = self.links.index(link)
        if news.anew:
            self.measures.begin(place)
        if self._places is not None:
            if news.anew:
                self._places.begin(place)
            self._places.add(place, news.counts)

    def _expect_receipts(self, link: ShardLink, sent: Sequence[TextNews]) -> None:
        """What an earlier front sent for a shard; what this one sent is known."""
        expected: list[TextNews] = []
        known = set(link.sent)
        for one in sent:
            if one.text not in known:
                number = self.front_store.next_number()
                self.front_store.expect(number, link, one.text)
                expected.append(replace(one, text=number))
                link.sent.append(one.text)
        self.expect_receipts(expected)

    def _full_changed(self) -> None:
        self._tell_full()
        # Who has made room is still noting what became of others.
        self._later(0.0, self.read_own)

    def _tell_full(self) -> None:
        for link in self.links:
            link.have_no_room(sorted(self.front_store.full), sorted(self.front_store.busy))


def _led(led: Led) -> tuple[str, Taken]:
    """What an outcome led to, as the channel of its contact is told of it."""
    contact = led.contact
    arrival = Arrival(contact, Outcome("ok"), "", "", b"", 0, 0)
    return contact.channel, Taken(None, Fate.KEPT, arrival, led.reply.reply())


class _Waiting:
    """A channel that hands on what it is told."""

    def __init__(self, told: Callable[[Sequence[Taken]], None]) -> None:
        self._told = told

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel."""
        self._told(taken)
