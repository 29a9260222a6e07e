"""What happened in one simulation, and whether that is right."""

from dataclasses import dataclass, field

from tests.crash.books import Books
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
    misread: frozenset[str] = frozenset()
    """Writers of poison whose message the seller was not given to read, or not once."""
    forgotten: frozenset[str] = frozenset()
    """Buyers of a message without a name whose answer the carrier had and ignored, on a connection that lived on."""
    behind: frozenset[str] = frozenset()
    """Buyers whose message without a name came again after a crash, later than replies are held, and behind what they had said since."""
    refused_copies: list[int] = field(default_factory=list[int])
    """Numbers of copies that we refused by one bind, and took by another: they may come again or not (decision 0030)."""
    failures: list[str] = field(default_factory=list[str])
    events: int = 0
    """Turns, in all lives."""

    @property
    def off(self) -> frozenset[str]:
        """Who has not what they ordered, was told something else, or was read wrongly."""
        return (
            self.waiting
            | self.misread
            | (self.books.off if self.books is not None else frozenset[str]())
        )

    @property
    def right(self) -> bool:
        """Whether everything held."""
        books = self.books
        return books is not None and books.right and not self.failures and not self.off

    @property
    def excused(self) -> bool:
        """Whether nothing is off but the orders of buyers whose message the carrier brought again after it had our answer, or so late.

        Nobody can tell that from a buyer who says the same again (decision 0030, first row and sixth). No order is announced
        and absent, and no stock is off then either.
        """
        books = self.books
        return (
            not self.right
            and books is not None
            and not (self.failures or books.absent or books.stock_off)
            and self.off <= self.forgotten | self.behind
        )
