"""The front's own store, and beside its own the texts of all shards, numbered and in memory until a carrier has them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from center.changes import OutgoingText
from center.text_news import Stage, TextNews
from commands.shards.shard_link import ShardLink
from store.sqlite import SqliteStore

TEXTS_UNDER_WAY_MAX = 50_000
"""A carrier's texts in memory; past it shards keep the others of that carrier until half of them have gone."""
RECEIPTS_MAX = 200_000
"""Texts of all shards whose receipts are to come; of more the oldest are not known any more."""


class FrontStore(SqliteStore):
    """The front's own store, and the texts of all shards beside its own. See center.outbox.Outbox."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._texts: dict[int, tuple[ShardLink | None, int, OutgoingText]] = {}
        """By our numbers, oldest first: whose they are, and the owner's numbers."""
        self._sent: OrderedDict[int, tuple[ShardLink | None, int]] = OrderedDict()
        """Texts that carriers have and whose receipts are to come, likewise."""
        self._under_way: dict[str, int] = {}
        """How many of each carrier."""
        self.full: set[str] = set()
        """Carriers of which there is no room for more."""
        self.full_changed: Callable[[], None] = lambda: None
        self._last = 0
        for text_id, text in super().waiting_texts(0, TEXTS_UNDER_WAY_MAX):
            self.number(None, text_id, text)

    def number(self, link: ShardLink | None, text_id: int, text: OutgoingText) -> int:
        """Our number for a text."""
        self._last += 1
        self._texts[self._last] = link, text_id, text
        self._come({text.carrier: 1})
        if link is not None:
            link.under_way[text_id] = self._last
        return self._last

    def number_all(
        self, link: ShardLink, texts: Sequence[tuple[int, OutgoingText]]
    ) -> list[tuple[int, OutgoingText]]:
        """A shard's texts by our numbers, without those that are known here: a shard may give again what it has given."""
        known, sent, kept, last = link.under_way, link.sent, self._texts, self._last
        numbered: list[tuple[int, OutgoingText]] = []
        of_carrier: dict[str, int] = {}
        for text_id, text in texts:
            if text_id in known or text_id in sent:
                continue
            last += 1
            kept[last] = link, text_id, text
            known[text_id] = last
            numbered.append((last, text))
            of_carrier[text.carrier] = of_carrier.get(text.carrier, 0) + 1
        self._last = last
        self._come(of_carrier)
        return numbered

    def _come(self, of_carrier: Mapping[str, int]) -> None:
        """So many more of each are under way."""
        before = len(self.full)
        for carrier, count in of_carrier.items():
            self._under_way[carrier] = count = self._under_way.get(carrier, 0) + count
            if count >= TEXTS_UNDER_WAY_MAX:
                self.full.add(carrier)
        if len(self.full) > before:
            self.full_changed()

    def _make_room(self) -> None:
        """Texts have gone."""
        room = {name for name in self.full if self._under_way[name] <= TEXTS_UNDER_WAY_MAX // 2}
        if room:
            self.full -= room
            self.full_changed()

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """See center.outbox.Outbox."""
        waiting = ((number, kept[2]) for number, kept in self._texts.items() if number > after)
        return list(islice(waiting, limit))

    def note_texts(self, news: Sequence[TextNews]) -> None:
        """See center.outbox.Outbox: whose they are is told."""
        own: list[TextNews] = []
        texts, sent, delivered = self._texts, self._sent, Stage.DELIVERED
        under_way = self._under_way
        for one in news:
            number = one.text
            if one.stage == delivered and number in sent:
                link, text_id = sent.pop(number)
                if link is not None:
                    link.delivered(text_id)
                    continue
            elif number in texts:
                link, text_id, text = texts.pop(number)
                under_way[text.carrier] -= 1
            elif number in sent:
                link, text_id = sent.pop(number)
            else:
                continue
            renamed = TextNews(text_id, one.stage, one.reason, one.carrier, one.names)
            if link is not None:
                link.note(renamed)
            else:
                own.append(renamed)
            if one.names:
                self.expect(number, link, text_id)
        if own:
            super().note_texts(own)
        if self.full:
            self._make_room()

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
