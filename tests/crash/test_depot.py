"""An order system's books against ours: each way in which they can differ is found."""

import asyncio
import random
from pathlib import Path

import pytest

from center.orders.order import OrderLine, PlacedOrder
from tests.crash.depot import Depot, Hold, Mood, parse_mood
from tests.crash.harness import Plan, crash

ANN, BEN = "13800000000", "13800000001"


def order(buyer: str, pieces: int, address: str) -> PlacedOrder:
    line = OrderLine("1", "Apple", pieces, 250)
    return PlacedOrder(
        "shop", 1, buyer, "sms", 1, 1, (line,), 250 * pieces, "CNY", address, 0, None
    )


def off(holds: dict[str, tuple[str, Hold]], *orders: PlacedOrder) -> tuple[int, int, int]:
    """Orders mixed up, holds doubled, holds unaccounted for."""
    depot = Depot(Mood(), random.Random(1))
    depot.holds = holds
    books = depot.books(orders, {True: [], False: []})
    assert books.right is not any((books.mixed_up, books.doubled, books.unaccounted))
    return books.mixed_up, books.doubled, books.unaccounted


def test_books_that_agree_are_right() -> None:
    held = {"a": ("H0", Hold(ANN, 2)), "b": ("H1", Hold(ANN, 3)), "c": ("H2", Hold(BEN, 1))}
    orders = order(ANN, 2, "H0"), order(ANN, 3, "timeout"), order(BEN, 1, "H2")
    assert off(held, *orders, order(BEN, 1, "failed")) == (0, 0, 0)


def test_each_way_to_differ_is_found() -> None:
    held = {"a": ("H0", Hold(ANN, 2))}
    assert off(held, order(BEN, 2, "H0"), order(ANN, 1, "timeout"))[0] == 1
    assert off(held, order(ANN, 3, "H0")) == (1, 0, 0)
    assert off(held, order(ANN, 2, "H0"), order(BEN, 2, "H7")) == (1, 0, 0)
    assert off(held, order(ANN, 2, "H0"), order(ANN, 2, "H0")) == (0, 1, 0)
    assert off(held, order(ANN, 2, "failed")) == (0, 0, 1)
    assert off(held) == (0, 0, 1)


def test_moods_are_read_and_slips_told() -> None:
    assert parse_mood("slow=0.3 dead=10% away=4") == Mood(0.3, 0.1, away_every_s=4.0)
    with pytest.raises(ValueError, match="`slw=1` is no mood; write slow="):
        parse_mood("slw=1")


@pytest.mark.timeout(900)
def test_an_order_system_in_trouble_and_a_shop_that_is_killed_agree_in_the_end(
    tmp_path: Path,
) -> None:
    mood = Mood(slow_s=0.05, dead=0.02, broken=0.1, busy=0.1)
    plan = Plan(kills=2, seed=4, buyers=20, partner=mood, replies_watched=20)
    books = asyncio.run(crash(tmp_path, plan))
    assert books.right, books
    assert books.depot is not None
    assert min(books.depot.waits_ms) > 0, books
    assert books.depot.asked >= books.depot.requests >= books.depot.outcomes["ok"] > 0, books
