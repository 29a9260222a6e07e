"""Texts that wait in the outbox behind others of their carrier, read oldest first while there is room for them.

Each carrier has a place of its own: one that takes nothing keeps its own texts waiting, and nobody else's. What waits is read
a part at a time, since an outage leaves more than one turn of the loop can take.

A text that is new goes before all that waits, to a phone that has nothing waiting: who writes now is answered now, and
everybody has their own texts in their order. What waits is not forgotten over that: behind PASSED_MAX such texts some of it goes.
After a start it is not known whose texts wait: their phones are read first, a million in less than a second, and what is new waits
that long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from center.changes import OutgoingText
from center.waiting_phones import WaitingPhones

READ_MAX = 1_000
"""Texts read from the outbox in one turn of the loop."""
LOOK_MAX = 10_000
"""Texts of which only the phones are read in one, or a few more: 5 ms."""
PASSED_MAX = 300
"""New texts of a carrier that go past those that wait, until PASSED_ROOM of these go though there is no room for them."""
PASSED_ROOM = 100

Texts = Sequence[tuple[int, OutgoingText]]
"""With the outbox's names for them, oldest first."""

Read = Callable[[int, int], Texts]
"""See center.outbox.Outbox.waiting_texts."""
ReadPhones = Callable[[int, int, "int | None"], tuple[Sequence[str], int]]
"""See center.outbox.Outbox.waiting_phones."""


class Backlog:
    """Between the outbox and who takes its texts."""

    def __init__(
        self,
        read: Read,
        read_phones: ReadPhones,
        give: Callable[[Texts], None],
        *,
        is_full: Callable[[str], bool],
        room: Callable[[str], int],
        may_read: Callable[[], bool],
        soon: Callable[[Callable[[], None]], object],
        give_waited: Callable[[Texts], None] | None = None,
    ) -> None:
        """`read` and `read_phones` read the outbox, `give` takes texts, `is_full` tells whether there is no room for any more of a carrier, `room` how many
        there is room for of those that wait, `may_read` whether the outbox may be read now, `soon` calls in the next turn of the loop.
        `give_waited` takes those that have waited, where who takes them has a backlog of their own.
        """
        self._read = read
        self._read_phones = read_phones
        self._give = give
        self._give_waited = give_waited or give
        self._is_full = is_full
        self._room = room
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
        self._phones = WaitingPhones()
        self._passed: dict[str, int] = {}
        """New texts of each carrier that went past since some that waited went."""
        self._ahead: set[int] = set()
        """Those of them of which it is not known what became of them: they are read with what waits, and do not."""
        self._looked_to = 0
        """Of all that waits up to here it is known to whom."""
        self._is_looking = False
        """Whether more waits than that."""
        self._new_from: int | None = None
        """Meanwhile: the first text that was told of."""
        self._is_reading = False
        """Whether the next part is read in the next turn of the loop."""

    def begin(self, after: int) -> None:
        """All texts after this one wait, whosever they are."""
        self._forget()
        self._after.clear()
        self._ahead.clear()
        self._others_after = self._looked_to = after
        self._is_looking = True

    def tell(self, texts: Texts) -> None:
        """Texts that were just kept: given, or left where they are behind others."""
        full = {name for name in {text.carrier for _, text in texts} if self._is_full(name)}
        if not full and not self._waits and texts[0][0] > self._read_to:
            self._give(texts)
        elif self._is_looking:
            if self._new_from is None:
                self._new_from = texts[0][0]
        else:
            # One that settles between the commit and here has others read that are not told of yet.
            given = self._pick((one for one in texts if one[0] > self._looked_to), full)
            if given:
                self._give(given)

    def _pick(
        self, texts: Iterable[tuple[int, OutgoingText]], full: set[str]
    ) -> list[tuple[int, OutgoingText]]:
        """Those of new texts that go at once; the others wait from now on."""
        given: list[tuple[int, OutgoingText]] = []
        for one in texts:
            text_id, text = one
            carrier = text.carrier
            after = self._after.get(carrier, self._others_after)
            waits = after is not None
            if after is None:
                after = self._given_to.get(carrier, self._others_given_to)
            if text_id <= after:
                continue
            if carrier in full:
                if not waits:
                    self._after[carrier] = text_id - 1
                self._phones.mark((text.destination,), text_id)
            elif not waits:
                given.append(one)
            elif self._phones.waits(text.destination, after):
                self._phones.mark((text.destination,), text_id)
            else:
                self._ahead.add(text_id)
                self._passed[carrier] = self._passed.get(carrier, 0) + 1
                given.append(one)
        return given

    def leave(self, texts: Texts) -> None:
        """Texts that were given and not taken: they wait again."""
        for text_id, text in texts:
            before = self._after.get(text.carrier, self._others_after)
            # One that went ahead waits where it was, behind the others.
            after = text_id - 1 if before is None else min(before, text_id - 1)
            self._after[text.carrier] = after
            self._ahead.discard(text_id)
            self._phones.mark((text.destination,), text_id)

    def settled(self, texts: Iterable[int]) -> None:
        """What became of these is noted, so that they are read no more."""
        if self._ahead:
            self._ahead.difference_update(texts)

    def read_on(self) -> None:
        """Give what waits for carriers with room, a part now and the next in the next turn of the loop."""
        if self._is_reading or not self._waits or not self._may_read():
            return
        if self._is_looking:
            self._look_at_part()
        # What has waited for long waits a moment more, and not who writes now.
        is_more = self._is_looking or self._read_part()
        if not self._waits:
            self._forget()
        elif is_more:
            self._is_reading = True
            self._soon(self._read_next)

    def _read_part(self) -> bool:
        """A part of what waits, for carriers with room; whether there is more for them."""
        rooms = {name: room for name in self._after if (room := self._room_of(name)) > 0}
        others = self._others_after
        if not rooms and others is None:
            return False
        begins = [self._after[name] for name in rooms]
        begin = min(begins if others is None else [*begins, others])
        waiting = self._read(begin, READ_MAX)
        given = self._sort(waiting, rooms)
        end = waiting[-1][0] if waiting else begin
        self._read_to = max(self._read_to, end)
        is_all = len(waiting) < READ_MAX
        for name in rooms:
            if is_all:
                del self._after[name]
                self._given_to[name] = end
            else:
                self._after[name] = max(self._after[name], end)
        if others is not None:
            if is_all:
                self._others_after, self._others_given_to = None, end
            else:
                self._others_after = max(others, end)
        if given:
            for name in {text.carrier for _, text in given}:
                self._passed.pop(name, None)
            self._give_waited(given)
        return not is_all

    def _room_of(self, carrier: str) -> int:
        room = self._room(carrier)
        if room <= 0 and self._passed.get(carrier, 0) >= PASSED_MAX and not self._is_full(carrier):
            return PASSED_ROOM
        return room

    def _sort(self, waiting: Texts, rooms: dict[str, int]) -> list[tuple[int, OutgoingText]]:
        """Those of carriers with room, which stay in `rooms` if that is enough; a carrier that is met for the first time has a place from here."""
        given: list[tuple[int, OutgoingText]] = []
        others = self._others_after
        for one in waiting:
            text_id, text = one
            carrier = text.carrier
            room = rooms.get(carrier)
            if room is None:
                if others is None or text_id <= others or carrier in self._after:
                    continue
                self._after[carrier] = text_id - 1
                room = self._room_of(carrier)
                if room <= 0:
                    continue
            if text_id <= self._after[carrier] or text_id in self._ahead:
                continue
            if not room:
                # It goes on here when there is some again.
                self._after[carrier] = text_id - 1
                del rooms[carrier]
                continue
            rooms[carrier] = room - 1
            given.append(one)
        return given

    def _look_at_part(self) -> None:
        """To whom some more of what waits is to go. What is told of meanwhile is there behind it."""
        phones, last = self._read_phones(self._looked_to, LOOK_MAX, self._new_from)
        if phones:
            self._phones.mark(phones, last)
            self._looked_to = last
        if len(phones) >= LOOK_MAX:
            return
        new = self._read(self._looked_to, READ_MAX) if self._new_from is not None else ()
        if new:
            self._looked_to = new[-1][0]
        if len(new) < READ_MAX:
            self._is_looking, self._new_from = False, None
        full = {name for name in {text.carrier for _, text in new} if self._is_full(name)}
        given = self._pick(new, full)
        if given:
            self._give(given)

    def _forget(self) -> None:
        """Nothing waits."""
        self._phones.clear()
        self._passed.clear()
        self._is_looking, self._new_from = False, None

    @property
    def is_reading(self) -> bool:
        """Whether the next part is read in the next turn of the loop; else all has been given for which there is room."""
        return self._is_reading

    @property
    def _waits(self) -> bool:
        return bool(self._after) or self._others_after is not None or self._new_from is not None

    def _read_next(self) -> None:
        self._is_reading = False
        self.read_on()
