"""A router that was stopped at any instruction offers nobody after another has taken over. `python -m tests.crash.fenced` does it for longer."""

from pathlib import Path

import pytest

from tests.crash.fenced import fence


@pytest.mark.timeout(300)
def test_one_that_was_stopped_under_load_offers_nobody_after_another_has_taken_over(
    tmp_path: Path,
) -> None:
    books = fence(tmp_path, stops=3, seed=1)
    assert books.right, books
    assert books.announced > 0
