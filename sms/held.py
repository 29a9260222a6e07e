"""Replies held back until the carrier has had the answers to their messages.

A reply leaves after the answer to its message, so that a buyer who goes on proves that the carrier has our answer (see
sms.redelivery). When the connection broke or we were killed between the two, the carrier brings the message again as soon
as we bind: the reply goes once that is answered. If it does not come the reply goes HOLD_S after the bind, when nothing that
came is unanswered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from center.changes import OutgoingText

HOLD_S: Final = 1.0
"""Carriers bring what waits as soon as they can: a round trip after the bind."""
REFUSED_HOLD_S: Final = 5.0
"""After a refusal: carriers bring again what was refused within seconds."""
HELD_MAX: Final = 10_000
"""Texts held; those behind them go out when these do."""

Texts = list[tuple[int, OutgoingText]]


class Held:
    """Texts by buyer, and when to let them go. `now` only goes forward."""

    def __init__(self, texts: Sequence[tuple[int, OutgoingText]]) -> None:
        self._of_buyer: dict[str, Texts] = {}
        self._bound_at: float | None = None
        self._not_before = 0.0
        self.add(texts)

    def __len__(self) -> int:
        return sum(len(texts) for texts in self._of_buyer.values())

    def add(self, texts: Sequence[tuple[int, OutgoingText]]) -> None:
        """Hold these too, from now on."""
        for text_id, text in texts:
            self._of_buyer.setdefault(text.destination, []).append((text_id, text))
        self._bound_at = None

    def refused(self, now: float) -> None:
        """Messages were refused for now, which may be those of texts held here: they come again first."""
        self._not_before = now + REFUSED_HOLD_S

    def release(self, buyer: str) -> Texts:
        """Something of this buyer was answered: what was held for them goes."""
        return self._of_buyer.pop(buyer, [])

    def release_due(self, now: float, *, is_bound: bool, unanswered: int) -> Texts:
        """All that is held, in its order, when it is time; else nothing."""
        if not is_bound:
            self._bound_at = None
            return []
        if self._bound_at is None:
            self._bound_at = now
        if now - self._bound_at < HOLD_S or now < self._not_before or unanswered:
            return []
        texts = sorted(
            (text for texts in self._of_buyer.values() for text in texts), key=lambda text: text[0]
        )
        self._of_buyer.clear()
        return texts
