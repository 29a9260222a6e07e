"""Orders by telephone pass the crash harness too: what was announced is on disk, once, and the stock is right."""

from pathlib import Path

import pytest

from tests.crash.callers import crash_calls


@pytest.mark.timeout(900)
def test_twelve_kills_under_calls_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    books = crash_calls(tmp_path, kills=12, seed=12)
    assert books.right, books
    assert books.announced > 100, books
