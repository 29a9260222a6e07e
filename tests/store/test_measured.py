"""A measured store keeps what the store keeps, and counts it."""

import pytest

from center.changes import Changes
from center.measure import Measure, Spread
from center.ports import StoreFullError
from store.measured import REFUSED_S, MeasuredStore
from store.memory import MemoryStore


def figures(store: MeasuredStore) -> dict[str, float]:
    """Values by name; of spreads how many were observed, and their sum."""
    found: dict[str, float] = {}
    for measure in store.measures():
        match measure:
            case Measure(name=name, samples=samples):
                found[name] = samples[0][1]
            case Spread(name=name, counts=counts, sum=total):
                found[name] = sum(counts)
                found[f"{name}_sum"] = total
    return found


def test_a_batch_is_kept_and_counted() -> None:
    ticks = iter(range(100))
    store = MeasuredStore(MemoryStore(), clock=lambda: next(ticks))
    with store.batch([]) as batch:
        batch.commit(Changes(notes={"x": b"1"}))
    found = figures(store)
    assert found["dialcart_batch_arrivals"] == 1
    # Opened at 0, commit from 1 to 2, over at 3.
    assert found["dialcart_commit_seconds_sum"] == 1
    assert found["dialcart_batch_seconds_sum"] == 3


def test_a_batch_that_the_store_cannot_keep_is_counted_apart() -> None:
    store = MeasuredStore(MemoryStore())
    with pytest.raises(StoreFullError), store.batch([]):
        raise StoreFullError("full")
    found = figures(store)
    assert found["dialcart_batches_refused"] == 1
    assert found["dialcart_batch_arrivals"] == 0


def test_why_the_last_batch_was_not_kept_is_told_until_one_is_or_for_a_while() -> None:
    now = [0.0]
    store = MeasuredStore(MemoryStore(), clock=lambda: now[0])

    def refuse() -> None:
        with pytest.raises(StoreFullError), store.batch([]):
            raise StoreFullError("full")

    assert store.wrong() is None
    refuse()
    assert store.wrong() == "full"
    with store.batch([]) as batch:
        batch.commit(Changes())
    assert store.wrong() is None
    refuse()
    now[0] = REFUSED_S
    assert store.wrong() == "full"
    now[0] += 1
    assert store.wrong() is None
