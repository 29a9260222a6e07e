"""A shop that is killed under load loses nothing and doubles nothing. `python -m tests.crash` does it for longer."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.harness import Plan, crash


@pytest.mark.timeout(900)
def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    books = asyncio.run(crash(tmp_path, Plan(kills=20, seed=20)))
    assert books.right, books
    assert books.orders > 100
    assert books.repeated > 0


@pytest.mark.timeout(300)
def test_a_shop_that_acknowledges_before_its_commit_is_found_out(tmp_path: Path) -> None:
    plan = Plan(kills=6, seed=3, stalls_s=4.0, mutant="acknowledge before commit")
    books = asyncio.run(crash(tmp_path, plan))
    assert books.lost > 0, books


@pytest.mark.timeout(600)
def test_kills_of_a_front_and_its_shards_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    books = asyncio.run(crash(tmp_path, Plan(kills=5, seed=4, shards=2)))
    assert books.right, books
    assert books.orders > 0
    assert books.repeated > 0
