"""Words that make a seller's program fail, as a defect of ours would, and who writes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from center import turns
from center.visit.visit import Visit
from flows.inputs import Text

POISON = "poison"
SET_ASIDE = f"[not understood] {POISON}"
"""What the seller reads of it."""


@contextmanager
def poisonous() -> Iterator[None]:
    """While this lasts the program fails at POISON, where it would step: a redelivery is known before."""

    class Failing(Visit):
        __slots__ = ()

        def take(self) -> Any:
            given = self.arrival.input
            if isinstance(given, Text) and given.text == POISON:
                raise ZeroDivisionError(POISON)
            return super().take()

    turns.Visit = Failing  # type: ignore[misc]
    try:
        yield
    finally:
        turns.Visit = Visit  # type: ignore[misc]


def numbers(count: int) -> list[str]:
    """Whose phones write it: each once, and nothing else."""
    return [f"139{place:08d}" for place in range(count)]
