"""The front's own store, and beside its own the texts of all shards, numbered and in memory until a carrier has them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, repeat
from pathlib import Path

from center.changes import OutgoingText
from center.outbox import phones_of
from center.text_news import Stage, TextNews
from commands.shards.shard_link import ShardLink
from commands.shards.wire import Sent
from store.sqlite import SqliteStore

TEXTS_UNDER_WAY_MAX = 50_000
"""A carrier's texts in memory; past it shards, and our own outbox, keep the others of that carrier until half of them have gone."""
BEHIND_MAX = 4_000
"""Likewise past which shards, and our own outbox, keep those that have waited in it. Here they wait too, and what is new goes first (sms.sending)."""
RECEIPTS_MAX = 200_000
"""Texts of all shards whose receipts are to come; of more the oldest are not known any more."""
FORGOTTEN_AT_ONCE = RECEIPTS_MAX // 10
"""That many of them."""
GONE_MAX = 1_000
"""Numbers of texts that have gone, beside as many as there are, that stay listed."""


class FrontStore(SqliteStore):
    """The front's own store, and the texts of all shards beside its own. See center.outbox.Outbox."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._texts: dict[int, tuple[ShardLink | None, tuple[int, OutgoingText]]] = {}
        """By our numbers, oldest first: whose they are, and as the owner gave them, with its own number."""
        self._numbers: list[int] = []
        """Of those that were looked at, oldest first, and of some that have gone since."""
        self._sent: dict[int, tuple[ShardLink | None, int]] = {}
        """Texts that carriers have and whose receipts are to come, likewise."""
        self._under_way: dict[str, int] = {}
        """How many of each carrier."""
        self.full: set[str] = set()
        """Carriers of which there is no room for more."""
        self.busy: set[str] = set()
        """Carriers of which there is none for more that has waited."""
        self.full_changed: Callable[[], None] = lambda: None
        self.own_settled: Callable[[Iterable[int]], object] = lambda _: None
        """Who is told what became of our own texts, by our outbox's ids."""
        self._last = 0
        waiting = self.own_texts(0, TEXTS_UNDER_WAY_MAX)
        for text_id, text in waiting:
            self.number(text_id, text)
        self.left_after = waiting[-1][0] if len(waiting) == TEXTS_UNDER_WAY_MAX else None
        """The last of our own texts of an earlier run that has a number, where others are behind it."""

    def own_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """Our own texts that wait, by our outbox's ids: those above `after`, oldest first."""
        return super().waiting_texts(after, limit)

    def own_phones(self, after: int, limit: int, before: int | None) -> tuple[Sequence[str], int]:
        """Phones to which these are, as center.outbox.Outbox has it."""
        return super().waiting_phones(after, limit, before)

    def number(self, text_id: int, text: OutgoingText) -> int:
        """Our number for a text of our own."""
        self._last += 1
        self._texts[self._last] = None, (text_id, text)
        self._come({text.carrier: 1})
        return self._last

    def number_all(
        self, link: ShardLink, texts: Sequence[tuple[int, OutgoingText]]
    ) -> list[tuple[int, OutgoingText]]:
        """A shard's texts by our numbers, without those that are known here: a shard may give again what it has given."""
        new = self._new(link, texts)
        begin = self._last + 1
        self._last += len(new)
        self._texts.update(enumerate(zip(repeat(link), new), begin))
        self._come(Counter([text.carrier for _, text in new]))
        return list(enumerate([text for _, text in new], begin))

    def _new(
        self, link: ShardLink, texts: Sequence[tuple[int, OutgoingText]]
    ) -> Sequence[tuple[int, OutgoingText]]:
        """Those of them that are not known."""
        given = link.given
        last = {text.carrier: text_id for text_id, text in texts}
        before = max([given.get(carrier, 0) for carrier in last], default=0)
        if texts and texts[0][0] <= before:
            again = {text_id for text_id, text in texts if text_id <= given.get(text.carrier, 0)}
            if again and link.known is None:
                link.known = self._known(link)
            again &= link.known or set()
            texts = [one for one in texts if one[0] not in again]
        if link.known is not None:
            link.known.update([text_id for text_id, _ in texts])
        for carrier, text_id in last.items():
            given[carrier] = max(text_id, given.get(carrier, 0))
        return texts

    def _known(self, link: ShardLink) -> set[int]:
        """A shard's texts that are known here, put together when it gives again what it gave: nothing is kept of each for that."""
        waiting = {text_id for owner, (text_id, _) in self._texts.values() if owner is link}
        return waiting.union(link.sent)

    def _come(self, of_carrier: Mapping[str, int]) -> None:
        """So many more of each are under way."""
        before = len(self.full) + len(self.busy)
        for carrier, count in of_carrier.items():
            self._under_way[carrier] = count = self._under_way.get(carrier, 0) + count
            if count >= BEHIND_MAX:
                self.busy.add(carrier)
            if count >= TEXTS_UNDER_WAY_MAX:
                self.full.add(carrier)
        if len(self.full) + len(self.busy) > before:
            self.full_changed()

    def _make_room(self) -> None:
        """Texts have gone."""
        before = len(self.full) + len(self.busy)
        for names, most in ((self.full, TEXTS_UNDER_WAY_MAX), (self.busy, BEHIND_MAX)):
            names.difference_update([name for name in names if self._under_way[name] <= most // 2])
        if len(self.full) + len(self.busy) < before:
            self.full_changed()

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """See center.outbox.Outbox."""
        texts, numbers = self._texts, self._listed()
        places = range(bisect_right(numbers, after), len(numbers))
        waiting = (
            (numbers[place], kept[1][1])
            for place in places
            if (kept := texts.get(numbers[place])) is not None
        )
        return list(islice(waiting, limit))

    def _listed(self) -> list[int]:
        """The numbers of all that are under way: who reads them a part at a time looks at each once, not at all that are before it."""
        texts, numbers = self._texts, self._numbers
        listed_to = numbers[-1] if numbers else 0
        if self._last - listed_to > len(texts) or len(numbers) > 2 * len(texts) + GONE_MAX:
            numbers = self._numbers = list(texts)
        else:
            numbers.extend([n for n in range(listed_to + 1, self._last + 1) if n in texts])
        return numbers

    def waiting_phones(
        self, after: int, limit: int, before: int | None
    ) -> tuple[Sequence[str], int]:
        """See center.outbox.Outbox."""
        return phones_of(self.waiting_texts(after, limit), after, before)

    def note_texts(self, news: Sequence[TextNews]) -> None:
        """See center.outbox.Outbox: whose they are is told."""
        told: dict[ShardLink | None, list[TextNews]] = {}
        texts, sent, under_way = self._texts, self._sent, self._under_way
        for one in news:
            number, names = one.text, one.names
            waited = texts.pop(number, None)
            if waited is not None:
                link, (text_id, text) = waited
                under_way[text.carrier] -= 1
            elif (whose := sent.pop(number, None)) is not None:
                link, text_id = whose
            else:
                continue
            of_owner = told.get(link)
            if of_owner is None:
                of_owner = told[link] = []
            of_owner.append(TextNews(text_id, one.stage, one.reason, one.carrier, names))
            if names:
                sent[number] = link, text_id
        self._forget_oldest()
        for link, renamed in told.items():
            if link is not None:
                link.note(renamed)
            else:
                self.own_settled([one.text for one in renamed])
                super().note_texts(renamed)
        if self.full or self.busy:
            self._make_room()

    def note_sent(self, carrier: str, texts: Sequence[int], names: Sequence[str]) -> None:
        """See center.outbox.Outbox: whose they are is told."""
        told: dict[ShardLink | None, Sent] = {}
        waiting, sent, under_way = self._texts, self._sent, self._under_way
        for number, name in zip(texts, names, strict=True):
            waited = waiting.pop(number, None)
            if waited is None:
                continue
            link, (text_id, text) = waited
            under_way[text.carrier] -= 1
            of_owner = told.get(link)
            if of_owner is None:
                of_owner = told[link] = Sent(carrier, [], [])
            of_owner.texts.append(text_id)
            of_owner.names.append(name)
            sent[number] = link, text_id
        self._forget_oldest()
        for link, one in told.items():
            if link is not None:
                link.note_sent(one)
            else:
                self.own_settled(one.texts)
                super().note_sent(carrier, one.texts, one.names)
        if self.full or self.busy:
            self._make_room()

    def note_delivered(self, texts: Sequence[int]) -> None:
        """See center.outbox.Outbox: whose they are is told, by their numbers alone."""
        told: dict[ShardLink | None, list[int]] = {}
        early: list[TextNews] = []
        sent = self._sent
        for number in texts:
            whose = sent.pop(number, None)
            if whose is None:
                early.append(TextNews(number, Stage.DELIVERED))
                continue
            link, text_id = whose
            of_owner = told.get(link)
            if of_owner is None:
                told[link] = [text_id]
            else:
                of_owner.append(text_id)
        for link, named in told.items():
            if link is not None:
                link.note((), named)
            else:
                super().note_delivered(named)
        if early:
            # Their carrier has not told yet that it has them, or their last word was said.
            self.note_texts(early)

    def expect(self, number: int, link: ShardLink, text_id: int) -> None:
        """A carrier has a text that an earlier front sent, and its receipt is to come."""
        self._sent[number] = link, text_id
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        """Many at once: finding the first of a dict costs as much as was taken out before it."""
        if len(self._sent) > RECEIPTS_MAX:
            for number in list(islice(self._sent, FORGOTTEN_AT_ONCE)):
                del self._sent[number]

    def next_number(self) -> int:
        """For a text that a carrier has already."""
        self._last += 1
        return self._last

    def texts_without_receipts(self, limit: int) -> list[TextNews]:
        """See center.outbox.Outbox. Those of shards are told when they answer."""
        del limit
        return []
