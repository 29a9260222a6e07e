"""Questions in the outbox that their buyers have gone past: sent after a start, they would be taken for what is asked now.

That a carrier has a text is known when it has answered, and written with the next batch. Where we fell before that the text is sent
again, which is right of whatever is said once. A question is another matter: who waits for a reply that reads the same takes it for
that, and answers what nobody asks any more (docs/decisions/0030). So a start leaves away what is a question and nothing else, of a turn
of its session that is over; and so does who brings one again whose connection broke, where a later reply waits behind it. Its buyer has
answered it. If they did so before they read it, it never reaches them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from center.changes import OutgoingText
from center.contact import Contact, ContactKey
from center.text_news import Stage, TextNews
from flows.session import unpack

TURNS_MAX: Final = 1 << 12
"""Of a session; a question after so many is sent whatever became of it."""
LOOKED_AT_MAX: Final = 50_000
"""Texts that a start looks at, the oldest: a second's work. Of more, which wait since a carrier was away for long, the others are sent."""
READ_MAX: Final = 1_000
SUPERSEDED: Final = "superseded"
"""Why a text was not sent again, for people."""

log = logging.getLogger(__name__)


class Shelf(Protocol):
    """What is needed of a store."""

    def waiting_texts(self, after: int, limit: int) -> list[tuple[int, OutgoingText]]:
        """See center.outbox.Outbox."""
        ...

    def note_texts(self, news: Sequence[TextNews]) -> None:
        """See center.outbox.Outbox."""
        ...

    def contact(self, key: ContactKey) -> Contact | None:
        """A session as it is kept."""
        ...


def turn_number(serial: int, turns: int, *, asks: bool) -> int:
    """Of a buyer's session after so many turns; it goes up, also from one session to the next. Odd: of a text that `asks` and no more."""
    return (serial * TURNS_MAX + turns) * 2 + asks if turns < TURNS_MAX else 0


def is_superseded(turn: int, later: int) -> bool:
    """Whether a text is a question that its buyer has gone past, when they are at a later turn."""
    return turn % 2 == 1 and later > turn


def part_superseded(
    texts: Sequence[tuple[int, OutgoingText]],
) -> tuple[list[tuple[int, OutgoingText]], list[int]]:
    """Of texts to one phone, first to last, those that are to be sent, and the ids of those that are superseded by others of them."""
    last: dict[str, int] = {}
    """By seller: each counts a buyer's sessions with them alone."""
    kept: list[tuple[int, OutgoingText]] = []
    left: list[int] = []
    for text_id, text in reversed(texts):
        if is_superseded(text.turn, last.get(text.seller, 0)):
            left.append(text_id)
            continue
        kept.append((text_id, text))
        last[text.seller] = max(text.turn, last.get(text.seller, 0))
    return kept[::-1], left[::-1]


def superseded(texts: Iterable[int]) -> list[TextNews]:
    """What is noted of them. Most likely a carrier has them: a receipt may say so yet."""
    return [TextNews(text_id, Stage.SENT, SUPERSEDED) for text_id in texts]


def leave_superseded(store: Shelf) -> int:
    """Note that such questions need not be sent; how many they are. To be called before anything is."""
    after = looked_at = left = 0
    while looked_at < LOOKED_AT_MAX and (texts := store.waiting_texts(after, READ_MAX)):
        past = [text_id for text_id, text in texts if text.turn % 2 and _is_past(text, store)]
        if past:
            store.note_texts(superseded(past))
        left += len(past)
        looked_at += len(texts)
        after = texts[-1][0]
    if left:
        log.warning("%d questions are not sent again: their buyers have gone past them", left)
    return left


def _is_past(text: OutgoingText, store: Shelf) -> bool:
    """Whether its buyer's session has come to a later turn, or is another."""
    contact = store.contact(ContactKey(text.seller, text.destination, "sms"))
    if contact is None:
        return False
    now = turn_number(contact.serial, unpack(contact.session).turns, asks=False)
    return is_superseded(text.turn, now)
