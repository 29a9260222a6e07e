"""Words that make a seller's program fail, as a defect of ours would, and who writes them."""

from collections.abc import Callable, Iterator
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
    """While this lasts the program fails at POISON."""
    cure = fail_at_poison()
    try:
        yield
    finally:
        cure()


def fail_at_poison() -> Callable[[], None]:
    """From now on the program does, where it would step: a redelivery is known before. Call the result to stop."""
    sound = turns.take

    def fail(visit: Visit) -> Any:
        given = visit.arrival.input
        if isinstance(given, Text) and given.text == POISON:
            raise ZeroDivisionError(POISON)
        return sound(visit)

    def cure() -> None:
        turns.take = sound

    turns.take = fail
    return cure


def numbers(count: int) -> list[str]:
    """Whose phones write it: each once, and nothing else."""
    return [f"139{place:08d}" for place in range(count)]
