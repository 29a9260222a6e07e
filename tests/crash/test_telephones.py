"""A media plane or a whole shop that is killed under calls costs calls, and never an order."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.telephones import crash_under_calls
from tests.interop.shop_floor import unhurried


@pytest.mark.timeout(900)
def test_what_carries_calls_may_be_killed_and_no_order_is_lost_or_doubled(tmp_path: Path) -> None:
    with unhurried():
        books = asyncio.run(crash_under_calls(tmp_path, seconds=20, seed=4, at_least=3))
    assert books.right, books
    assert books.planes_killed >= 3, books
    assert books.shops_killed >= 1, books
    assert books.finished >= 3, books
