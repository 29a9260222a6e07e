"""Who orders by menus: what they understand of a screen, a prompt or a text, and what they answer to it.

They read where they are from what they see, for a dialog may drop anywhere: a basket by its total, an order that was placed while
nobody told them by the shop's having nothing to go on with.
"""

import asyncio
import logging
import random
import re

from tests.crash.buyers import PRICE_CENTS

PRODUCT, PLACE, MORE = "1", "1", "2"
GO_ON, START_AGAIN = "1", "2"
GOES_ON = "Go on"
"""Asked of who comes back to a basket."""
SORRY = "Sorry"
log = logging.getLogger(__name__)
_TOTAL = re.compile(r"Total (\d+)\.(\d\d)")
_NUMBER = re.compile(r"Order ([A-Z]+\d+)")


class Shopper:
    """One buyer, who wants one order after another. `read` is told what they see."""

    def __init__(self, number: str, chance: random.Random, orders: int) -> None:
        self.number = number
        self.chance = chance
        self.orders_left = orders
        self.wanted: list[int] = []
        """Pieces of each order begun, in order."""
        self.announced: list[str] = []
        self.wrong: list[str] = []
        self.done = False
        self._first = self._second = 0
        self._seen = 0
        """Pieces in the basket, by the last total of this order."""
        self._began = False
        """Something was chosen for this order."""
        self._held: set[int] = set()
        """Pieces that the basket of this order may have held, by what was answered."""
        self._placed = False
        """It was asked for; whether it is there is not known until the shop says so, or has nothing to go on with."""

    def begin(self) -> None:
        """The next order, if there is one."""
        if not self.orders_left:
            self.done = True
            return
        self.orders_left -= 1
        self._first, self._second = self.chance.randint(1, 3), self.chance.choice((0, 2, 3))
        self.wanted.append(self._first + self._second)
        self._seen, self._began, self._placed = 0, False, False
        self._held.clear()

    def read(self, said: str) -> str | None:
        """The answer to what they see; None where nothing is asked, or they are through."""
        answer = self._read_it(said)
        self.tell(f"sees {said!r}, thinks of {answer}")
        return answer

    def tell(self, what: str) -> None:
        """For who follows one seed."""
        log.info("%.3f %s %s", asyncio.get_running_loop().time(), self.number, what)

    def _read_it(self, said: str) -> str | None:
        if self.done:
            return None
        if found := _NUMBER.search(said):
            if found[1] not in self.announced:
                self.announced.append(found[1])
                self.begin()
            return None
        if said.startswith(SORRY) and not self._placed:
            # Of a session with too many turns, as where its dialogs drop again and again, nothing is left: once more from the beginning.
            self._seen, self._began = 0, False
            return None
        if GOES_ON in said:
            return GO_ON if self._began else START_AGAIN
        if "What would" in said:
            return self._asked_what()
        if "How many" in said:
            more = self._second if self._seen else self._first
            self._held.add(self._seen + more)
            return str(more)
        if found := _TOTAL.search(said):
            return self._told((int(found[1]) * 100 + int(found[2])) // PRICE_CENTS)
        return None

    def _asked_what(self) -> str | None:
        if self._placed:
            # There is nothing to go on with: it is placed.
            self.begin()
        elif self._seen and (self._seen != self._first or not self._second):
            self.wrong.append(f"a basket of {self._seen} is gone")
        self._began = True
        return None if self.done else PRODUCT

    def _told(self, pieces: int) -> str | None:
        self._seen = pieces
        if pieces == self._first + self._second:
            self._placed = True
            return PLACE
        if pieces == self._first:
            return MORE
        self.wrong.append(f"{pieces} pieces for {self._first} and {self._second}")
        return None
