"""A shop that is killed while it calls back forgets nobody, rings nobody too often, and keeps what they order."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.call_backs import crash_under_call_backs


@pytest.mark.timeout(200)
def test_kills_while_it_calls_back_forget_nobody_and_ring_nobody_too_often(tmp_path: Path) -> None:
    books = asyncio.run(crash_under_call_backs(tmp_path, seconds=10, seed=7))
    assert books.right, books
    assert books.kills >= 1, books
    assert books.again >= 1, books
    assert books.phoned.orders >= 2, books
