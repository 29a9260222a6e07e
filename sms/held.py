"""Replies held back until the carrier has had the answers to their messages.

A reply leaves after the answer to its message, so that a buyer who goes on proves that the carrier has our answer (see
sms.redelivery). When the connection broke or we were killed between the two, the carrier brings the message again as soon
as we bind: the reply goes once that is answered. If it does not come the reply goes HOLD_S after the bind. So does what is said meanwhile without being the answer to a message: the outcome of what a session waits
for, an agent's line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from center.changes import OutgoingText
from center.superseded import part_superseded

HOLD_S: Final = 1.0
"""Carriers bring what waits as soon as they can: a round trip after the bind."""
REFUSED_HOLD_S: Final = 5.0
"""After a refusal: carriers bring again what was refused within seconds."""
REFUSED_HOLD_S_MAX: Final = 60.0
"""... and where some are refused again and again, of a shard that is down or on a full disk, a text is held no longer than this for it."""
HELD_MAX: Final = 10_000
"""Texts held; those behind them go out when these do."""

Texts = list[tuple[int, OutgoingText]]


class Held:
    """Texts by buyer, and when to let them go. `now` only goes forward."""

    def __init__(self) -> None:
        self._of_buyer: dict[str, tuple[float, Texts]] = {}
        """With when they may go at the earliest."""
        self._count = 0
        self.superseded: list[int] = []
        """Texts that were held and need not be sent; who takes note of them clears it."""
        self._everybody = False
        self._answered: set[str] = set()
        self._bound_at: float | None = None
        self._bound_first_at: float | None = None
        """Since we have started."""
        self._not_before = 0.0

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return self._everybody or self._count > 0

    def __contains__(self, buyer: str) -> bool:
        return buyer in self._of_buyer

    def texts_to(self, buyer: str) -> Iterator[OutgoingText]:
        """Those that are held for them, first to last."""
        return (text for _, text in self._of_buyer.get(buyer, (0.0, []))[1])

    @property
    def is_new(self) -> bool:
        """Whether we have just started."""
        return self._everybody

    def begin(self) -> None:
        """We have started, and any message may come again: whoever is not answered waits."""
        self._everybody = True

    def waits_for(self, buyer: str) -> bool:
        """Whether their last message, of an earlier run, may still come again."""
        return self._everybody and buyer not in self._answered

    def add(self, text_id: int, text: OutgoingText, from_s: float) -> None:
        """Hold this too; what is held for this buyer may go from then on, or from when the first of it may."""
        held = self._of_buyer.get(text.destination)
        if held is None:
            held = self._of_buyer[text.destination] = from_s, []
        held[1].append((text_id, text))
        self._count += 1

    def refused(self, now: float) -> None:
        """Messages were refused for now, which may be those of texts held here: they come again first."""
        self._not_before = now + REFUSED_HOLD_S

    def release(self, buyer: str) -> Texts:
        """Something of this buyer was answered: what was held for them goes."""
        if self._everybody:
            self._answered.add(buyer)
        _, texts = self._of_buyer.pop(buyer, (0.0, []))
        self._count -= len(texts)
        if self._everybody and len(texts) > 1:
            # Of before the start there may be questions that a carrier has, and that were answered by what came since.
            texts, superseded = part_superseded(texts)
            self.superseded += superseded
        return texts

    def release_due(self, now: float, *, is_bound: bool) -> Texts:
        """What has been held for long enough, in its order."""
        if not is_bound:
            self._bound_at = None
            return []
        if self._bound_at is None:
            self._bound_at = now
        if self._bound_first_at is None:
            self._bound_first_at = now
        if now - self._bound_at < HOLD_S:
            return []
        # What is refused may be the message of one of these, but not for ever.
        before = now if now >= self._not_before else now - REFUSED_HOLD_S_MAX
        if self._bound_first_at > before:
            return []
        due = [buyer for buyer, (from_s, _) in self._of_buyer.items() if from_s <= before]
        texts = [text for buyer in due for text in self.release(buyer)]
        self._everybody = False
        self._answered.clear()
        return sorted(texts, key=lambda one: one[0])
