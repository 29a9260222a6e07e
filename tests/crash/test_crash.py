"""A shop that is killed under load loses nothing and doubles nothing. `python -m tests.crash` does it for longer."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.harness import Plan, crash


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("shards", "kills", "orders"),
    [(1, 17, 100), (2, 3, 20)],
    ids=["one process", "front and shards"],
)
def test_twenty_kills_lose_nothing_and_double_nothing(
    tmp_path: Path, shards: int, kills: int, orders: int
) -> None:
    books = asyncio.run(crash(tmp_path, Plan(kills, seed=20, shards=shards)))
    assert books.right, books
    assert books.orders > orders
    assert books.repeated > 0


@pytest.mark.timeout(300)
def test_a_shop_that_acknowledges_before_its_commit_is_found_out(tmp_path: Path) -> None:
    plan = Plan(kills=6, seed=3, stalls_s=4.0, mutant="acknowledge before commit")
    books = asyncio.run(crash(tmp_path, plan))
    assert books.lost > 0, books
