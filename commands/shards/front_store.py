"""The front's own store, and beside its own the texts of all shards, numbered and in memory until a carrier has them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from center.changes import OutgoingText
from center.text_news import Stage, TextNews
from commands.shards.shard_link import ShardLink
from store.sqlite import SqliteStore

TEXTS_UNDER_WAY_MAX = 200_000
"""Texts in memory that no carrier has; past it shards are not read from."""
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

    def number_all(
        self, link: ShardLink, texts: Sequence[tuple[int, OutgoingText]]
    ) -> list[tuple[int, OutgoingText]]:
        """A shard's texts by our numbers, without those that are known here: a shard may give again what it has given."""
        known, sent, kept, last = link.under_way, link.sent, self._texts, self._last
        numbered: list[tuple[int, OutgoingText]] = []
        for text_id, text in texts:
            if text_id in known or text_id in sent:
                continue
            last += 1
            kept[last] = link, text_id, text
            known[text_id] = last
            numbered.append((last, text))
        self._last = last
        return numbered

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
        texts, sent, delivered = self._texts, self._sent, Stage.DELIVERED
        for one in news:
            number = one.text
            if one.stage == delivered and number in sent:
                link, text_id = sent.pop(number)
                if link is not None:
                    link.delivered(text_id)
                    continue
            elif number in texts:
                link, text_id, _ = texts.pop(number)
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
