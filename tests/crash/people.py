"""Buyers who behave as people do: they think before they write, say the same twice, and say it again when nobody replies."""

import asyncio
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from store.sqlite import SqliteStore
from tests.crash.buyers import Buyer, Town

THINKS_S = 0.3, 1.0
"""Before each word."""
PATIENCE_S = 10.0
"""With a shop that is open and has answered what was said: then it is said again."""
STUCK_S = 60.0
"""Who has had no reply for so long, though they said it again, will not get on."""
TICK_S = 0.1
"""Of those who wait."""
SESSIONS_MAX = 1_000_000
"""That are read afterwards."""
SAID = "> "
"""How a line of a session begins that a buyer said."""


@dataclass
class Person(Buyer):
    """Half of their orders have the same word twice in a row."""

    says_again: ClassVar[bool] = True
    pace: random.Random = field(default_factory=random.Random)
    """Apart from what is ordered, which does not depend on it."""
    said: list[str] = field(default_factory=list[str])
    said_again: int = 0
    """Words that had no reply."""
    waits_s: float = 0.0
    """So far, for the next reply."""
    _impatient_at_s: float = field(default=PATIENCE_S, init=False)

    def _open(self) -> None:
        self._go_on()

    def _go_on(self) -> None:
        self.waits_s, self._impatient_at_s = 0.0, PATIENCE_S
        seconds = self.pace.uniform(*THINKS_S)
        asyncio.get_running_loop().call_later(seconds, self._say_then, len(self.waits))

    def _say(self) -> None:
        self.said.append(self.lines[0][0])
        super()._say()

    def _answer_again(self) -> None:
        self.said_again += 1
        super()._answer_again()

    @property
    def is_patient(self) -> bool:
        """See Buyer. By their own time, which a machine that is busy with other tests does not outlast."""
        return not self.done and self.waits_s < STUCK_S

    def wait(self, seconds: float) -> None:
        """A shop that is open and has answered has not replied for so long more."""
        self.waits_s += seconds
        if self.is_patient and self._impatient_at_s <= self.waits_s and self.say_again():
            self._impatient_at_s += PATIENCE_S
            self.said_again += 1


@dataclass(frozen=True)
class Understood:
    """What became of what people said."""

    said: int
    again: int
    """Said again, as there was no reply."""
    unasked: int
    """Turns for what nobody said, or said once less."""
    stuck: int
    """People who did not get on, though they said it again."""
    crossed: int = 0
    """Whose reply came while what they said again for want of it was on its way: how that is read nobody can tell, and it is not held
    against the shop."""
    off: frozenset[str] = frozenset()
    """Who is stuck, or had a turn that nobody asked for."""

    @property
    def right(self) -> bool:
        """Whether all got on, by their own words."""
        return not (self.unasked or self.stuck)

    def __str__(self) -> str:
        return f"of {self.said} words said again {self.again}, turns that nobody asked for {self.unasked}, people stuck {self.stuck}, crossed {self.crossed}"


def understood(
    town: Town, stores: Sequence[SqliteStore], unsettled: Collection[str] = ()
) -> Understood:
    """People's words against the turns that were taken. `unsettled`: numbers that were not waited for."""
    people = {number: one for number, one in town.buyers.items() if isinstance(one, Person)}
    taken: dict[str, Counter[str]] = {number: Counter() for number in people}
    for store in stores:
        for seller in store.published():
            for buyer, _, _, _, lines in store.talks(seller, SESSIONS_MAX):
                if buyer in taken:
                    taken[buyer].update(words_in(lines))
    unasked = {n: (taken[n] - Counter(one.said)).total() for n, one in people.items()}
    stuck = {n for n, one in people.items() if not (one.done or n in unsettled or one.is_crossed)}
    return Understood(
        sum(len(one.said) for one in people.values()),
        sum(one.said_again for one in people.values()),
        sum(unasked.values()),
        len(stuck),
        len(town.crossed),
        frozenset(stuck | {number for number, count in unasked.items() if count}),
    )


def words_in(lines: str) -> Iterable[str]:
    """What a buyer said in a session."""
    return (line.removeprefix(SAID) for line in lines.split("\n") if line.startswith(SAID))


async def wait_for_replies(town: Town) -> None:
    """Time passes for people while a shop is open; for ever."""
    while True:
        await asyncio.sleep(TICK_S)
        if not town.carrier.is_bound:
            continue
        unanswered = town.carrier.unanswered
        for number, buyer in town.buyers.items():
            if isinstance(buyer, Person) and number not in unanswered:
                buyer.wait(TICK_S)
