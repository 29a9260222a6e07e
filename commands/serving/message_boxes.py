"""Messages for web telephones, each kept until a page says that it has shown it.

They stay in the outbox meanwhile, so a page that is closed, or a shop that is started anew, loses none: it is told them when it is
opened again. What is told may be told once more; a page knows it by its number. A message that nobody opens a page for fails when
it is old: nothing is forgotten of the texts behind one that waits in the outbox (store.retention), whoever's carrier they are.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from center.changes import OutgoingText
from center.ports import Later
from center.text_news import Stage, TextNews
from web.telephone.exchange import Telephone

CARRIER = "web telephone"
"""Whose texts these are."""
KEPT_MAX = 10_000
"""Messages; past it the oldest counts as failed."""
KEPT_S = 172_800.0
"""For a page that is not opened; other texts are kept for longer, whatever becomes of them."""
LOOK_EVERY_S = 60.0
TOLD_MAX = 100
"""Messages that a page is told and has not shown yet: it cannot take any number at once."""
NOBODY_CAME = "nobody opened the web telephone"

Owner = tuple[str, str]
"""A seller, and a buyer's number: a page is one line to one shop."""


@dataclass(slots=True)
class _Box:
    """Of one owner."""

    telephone: Telephone | None = None
    told: dict[int, str] = field(default_factory=dict[int, str])
    untold: deque[tuple[int, str]] = field(default_factory=deque[tuple[int, str]])


class MessageBoxes:
    """Of all web telephones; `note` is told what became of messages."""

    def __init__(
        self,
        note: Callable[[TextNews], object],
        *,
        later: Later,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` gives Unix seconds, as messages have them."""
        self._note = note
        self._later = later
        self._clock = clock
        self._boxes: dict[Owner, _Box] = {}
        self._kept: OrderedDict[int, tuple[Owner, float]] = OrderedDict()
        """Messages that were not shown yet, by the outbox's name, the oldest first: whose, and until when (Unix seconds)."""
        self._looking = False
        """Whether it is looked, from time to time, which are old."""

    @property
    def waiting(self) -> int:
        """Messages that no page has shown."""
        return len(self._kept)

    def put(self, text_id: int, text: OutgoingText) -> None:
        """A message; one that is kept already stays as it is."""
        if text_id in self._kept:
            return
        owner = (text.seller, text.destination)
        self._kept[text_id] = owner, text.at + KEPT_S
        box = self._boxes.setdefault(owner, _Box())
        box.untold.append((text_id, text.text))
        self._tell(box)
        if len(self._kept) > KEPT_MAX:
            self._give_up(next(iter(self._kept)))
        if not self._looking:
            self._look()

    def open(self, owner: Owner, telephone: Telephone) -> None:
        """A page is there, or the one that is used last of several: what is kept goes to it."""
        box = self._boxes.setdefault(owner, _Box())
        if box.telephone is telephone:
            return
        box.telephone = telephone
        box.untold.extendleft(reversed(box.told.items()))
        box.told.clear()
        self._tell(box)

    def close(self, owner: Owner, telephone: Telephone) -> None:
        """A page has gone."""
        box = self._boxes.get(owner)
        if box is not None and box.telephone is telephone:
            box.telephone = None
            self._let_go(owner, box)

    def shown(self, owner: Owner, text_id: int) -> None:
        """A page has shown a message; one that is not its own it cannot have shown."""
        box = self._boxes.get(owner)
        if box is not None and text_id in box.told:
            self._drop(owner, text_id)
            self._note(TextNews(text_id, Stage.DELIVERED))
            self._tell(box)

    def _look(self) -> None:
        """Give up what is old, and look again as long as there is something."""
        now = self._clock()
        while self._kept and (oldest := next(iter(self._kept.items())))[1][1] <= now:
            self._give_up(oldest[0])
        self._looking = bool(self._kept)
        if self._looking:
            self._later(LOOK_EVERY_S, self._look)

    def _give_up(self, oldest: int) -> None:
        owner, _ = self._kept[oldest]
        self._drop(owner, oldest)
        self._note(TextNews(oldest, Stage.FAILED, NOBODY_CAME))

    def _tell(self, box: _Box) -> None:
        while box.telephone is not None and box.untold and len(box.told) < TOLD_MAX:
            text_id, text = box.untold.popleft()
            box.told[text_id] = text
            box.telephone.texted(text, text_id)

    def _drop(self, owner: Owner, text_id: int) -> None:
        del self._kept[text_id]
        box = self._boxes[owner]
        if box.told.pop(text_id, None) is None:
            # The oldest of all is the first of its own.
            box.untold.popleft()
        self._let_go(owner, box)

    def _let_go(self, owner: Owner, box: _Box) -> None:
        if box.telephone is None and not box.told and not box.untold:
            del self._boxes[owner]
