"""What happened in one simulation, and whether that is right."""

from dataclasses import dataclass, field

from tests.crash.books import Books
from tests.simulation.excuses import Excuses
from tests.simulation.trouble import Trouble


@dataclass
class Story:
    """Equal for equal seeds, to the last figure."""

    seed: int
    trouble: Trouble
    lives: int = 0
    broken: int = 0
    refused: int = 0
    ended_s: float = 0.0
    said_again: int = 0
    """Messages that buyers had to say twice: their first was taken for a redelivery that could have come (decision 0030)."""
    set_aside: int = 0
    """Messages that made the program fail, and that the seller was given to read."""
    books: Books | None = None
    waiting: frozenset[str] = frozenset()
    """Buyers who never got their reply."""
    puzzled: frozenset[str] = frozenset()
    """Buyers who were asked the next thing behind an apology: something of theirs was read at another question."""
    misread: frozenset[str] = frozenset()
    """Writers of poison whose message the seller was not given to read, or not once."""
    excuses: Excuses = field(default_factory=Excuses)
    failures: list[str] = field(default_factory=list[str])
    events: int = 0
    """Turns, in all lives."""

    @property
    def off(self) -> frozenset[str]:
        """Who has not what they ordered, was told something else, or was read wrongly."""
        return (
            self.waiting
            | self.puzzled
            | self.misread
            | (self.books.off | self.books.crossed if self.books is not None else frozenset[str]())
        )

    @property
    def right(self) -> bool:
        """Whether everything held."""
        books = self.books
        return books is not None and books.right and not self.failures and not self.off

    @property
    def excused(self) -> tuple[str, ...]:
        """What excuses that something is off: nothing is but the orders of buyers whose message came again as nobody can tell.

        A buyer who says the same again looks the same (decision 0030). No order is announced and absent, and no stock is off
        then either.
        """
        books = self.books
        if self.right or books is None or self.failures or books.absent or books.stock_off:
            return ()
        return self.excuses.of(self.off)
