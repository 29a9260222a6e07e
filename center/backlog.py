"""Texts that wait in the outbox behind others of their carrier, read oldest first while there is room for them.

Each carrier has a place of its own: one that takes nothing keeps its own texts waiting, and nobody else's. What waits is read
a part at a time, since an outage leaves more than one turn of the loop can take. Nothing newer of a carrier is given before
all that waits for it; from then on its texts are given as they are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from center.changes import OutgoingText

READ_MAX = 1_000
"""Texts read from the outbox in one turn of the loop."""

Texts = Sequence[tuple[int, OutgoingText]]
"""With the outbox's names for them, oldest first."""

Read = Callable[[int, int], Texts]
"""See center.outbox.Outbox.waiting_texts."""


class Backlog:
    """Between the outbox and who takes its texts."""

    def __init__(
        self,
        read: Read,
        give: Callable[[Texts], None],
        *,
        is_full: Callable[[str], bool],
        may_read: Callable[[], bool],
        soon: Callable[[Callable[[], None]], object],
    ) -> None:
        """`read` reads the outbox, `give` takes texts, `is_full` tells whether there is no room for more of a carrier, `may_read` whether the
        outbox may be read now, `soon` calls in the next turn of the loop.
        """
        self._read = read
        self._give = give
        self._is_full = is_full
        self._may_read = may_read
        self._soon = soon
        self._after: dict[str, int] = {}
        """Carriers that have texts waiting here: up to where the outbox was read for each."""
        self._others_after: int | None = None
        """The same of all that are not named there; None: nothing waits for them."""
        self._given_to: dict[str, int] = {}
        """Carriers for which all was read that waited: the last text that this was."""
        self._others_given_to = 0
        self._read_to = 0
        """The last text that was read for anybody."""
        self._is_reading = False
        """Whether the next part is read in the next turn of the loop."""

    def begin(self, after: int) -> None:
        """All texts after this one wait, whosever they are."""
        self._after.clear()
        self._others_after = after

    def tell(self, texts: Texts) -> None:
        """Texts that were just kept: given, or left where they are behind others."""
        full = [name for name in {text.carrier for _, text in texts} if self._is_full(name)]
        if not full and not self._waits and texts[0][0] > self._read_to:
            self._give(texts)
        elif self._others_after is None:
            given: list[tuple[int, OutgoingText]] = []
            for one in texts:
                text_id, text = one
                carrier = text.carrier
                # A text that settles between the commit and here has others read that are not told of yet.
                read_to = self._given_to.get(carrier, self._others_given_to)
                if carrier in self._after or text_id <= read_to:
                    continue
                if carrier in full:
                    self._after[carrier] = text_id - 1
                else:
                    given.append(one)
            if given:
                self._give(given)

    def leave(self, texts: Texts) -> None:
        """Texts that were given and not taken: they wait again."""
        for text_id, text in texts:
            after = text_id - 1
            self._after[text.carrier] = min(after, self._after.get(text.carrier, after))

    def read_on(self) -> None:
        """Give what waits for carriers with room, a part now and the next in the next turn of the loop."""
        if self._is_reading or not self._waits or not self._may_read():
            return
        places = {name: after for name, after in self._after.items() if not self._is_full(name)}
        others = self._others_after
        if not places and others is None:
            return
        begin = min([*places.values()] if others is None else [*places.values(), others])
        waiting = self._read(begin, READ_MAX)
        given = self._sort(waiting, places)
        end = waiting[-1][0] if waiting else begin
        self._read_to = max(self._read_to, end)
        if len(waiting) < READ_MAX:
            for name in places:
                del self._after[name]
                self._given_to[name] = end
            if others is not None:
                self._others_after, self._others_given_to = None, end
        else:
            for name, after in places.items():
                self._after[name] = max(after, end)
            if others is not None:
                self._others_after = max(others, end)
            self._is_reading = True
            self._soon(self._read_next)
        if given:
            self._give(given)

    def _sort(self, waiting: Texts, places: dict[str, int]) -> list[tuple[int, OutgoingText]]:
        """Those of carriers with room, which are in `places`; a carrier that is met for the first time has a place from here."""
        given: list[tuple[int, OutgoingText]] = []
        others = self._others_after
        for one in waiting:
            text_id, text = one
            carrier = text.carrier
            after = places.get(carrier)
            if after is None:
                if others is None or text_id <= others or carrier in self._after:
                    continue
                after = self._after[carrier] = text_id - 1
                if self._is_full(carrier):
                    continue
                places[carrier] = after
            if text_id > after:
                given.append(one)
        return given

    @property
    def _waits(self) -> bool:
        return bool(self._after) or self._others_after is not None

    def _read_next(self) -> None:
        self._is_reading = False
        self.read_on()
