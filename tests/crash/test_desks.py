"""Desks of a shop that is killed, and stopped for a moment and for long, never share a buyer. `python -m tests.crash.desks` does it for longer."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.desks import run


@pytest.mark.timeout(600)
def test_no_buyer_is_with_two_agents_while_the_shop_is_killed_and_stopped(tmp_path: Path) -> None:
    books = asyncio.run(run(tmp_path, stops=3, seed=41))
    assert books.right, books
    assert (books.kills, books.short, books.long) == (1, 1, 1)
    assert books.served > 10
    assert books.not_answered > 0
    assert books.broken > 0
