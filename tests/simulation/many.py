"""Many seeds one after the other, and what they came to."""

import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.story import Story
from tests.simulation.trouble import Trouble
from tests.simulation.world import World


@dataclass
class Total:
    """Of all seeds tried."""

    seeds: int = 0
    orders: int = 0
    messages: int = 0
    kills: int = 0
    breaks: int = 0
    refused: int = 0
    said_again: int = 0
    excused: list[Story] = field(default_factory=list[Story])
    set_aside: int = 0
    wrong: list[Story] = field(default_factory=list[Story])

    def add(self, story: Story) -> None:
        """Count one."""
        self.seeds += 1
        self.kills += story.lives - 1
        self.breaks += story.broken
        self.refused += story.refused
        self.said_again += story.said_again
        if story.books is not None:
            self.orders += story.books.orders
            self.messages += story.books.acknowledged
        if story.excused:
            self.excused.append(story)
        self.set_aside += story.set_aside
        if not (story.right or story.excused):
            self.wrong.append(story)

    def __str__(self) -> str:
        seeds = ", ".join(" ".join((str(story.seed), *story.failures)) for story in self.wrong[:10])
        verdict = f"WRONG with seeds {seeds}" if self.wrong else "nothing lost, nothing doubled"
        kinds = Counter(kind for story in self.excused for kind in story.excused)
        told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
        misunderstood = f"{len(self.excused)} ({told})" if told else "0"
        return (
            f"{self.seeds} seeds: {self.orders} orders in {self.messages} messages over {self.kills} kills, "
            f"{self.breaks} broken connections and {self.refused} refused batches, {self.set_aside} messages set aside; "
            f"said again {self.said_again}, misunderstood {misunderstood}: {verdict}"
        )


@contextmanager
def quiet() -> Iterator[None]:
    """The product logs what goes wrong, and here most does."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def story_of(seed: int, trouble: Trouble | None = None) -> Story:
    """Run one seed; with what goes wrong if that is not drawn from it."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(
        prefix="dialcart-", dir=memory if memory.is_dir() else None
    ) as folder:
        return World(seed, Path(folder), trouble).run()


def try_all(seeds: Iterable[int], trouble: Callable[[int], Trouble] = Trouble.of) -> Total:
    """Run seeds, with what goes wrong in each; their total."""
    total = Total()
    with quiet():
        for seed in seeds:
            total.add(story_of(seed, trouble(seed)))
    return total
