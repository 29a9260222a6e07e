"""Two processes of one shard do not meet on its file."""

import logging
import os
import threading
from pathlib import Path

import pytest

from commands.shards.alone import alone_on


class Waits(logging.Handler):
    """Hears that somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = threading.Event()
        self.said = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.said = record.getMessage()
        self.heard.set()


@pytest.fixture
def waits() -> Waits:
    handler = Waits()
    logging.getLogger("dialcart").addHandler(handler)
    yield handler
    logging.getLogger("dialcart").removeHandler(handler)


def test_who_comes_while_another_is_within_says_so_and_waits(tmp_path: Path, waits: Waits) -> None:
    path = tmp_path / "shop.shards" / "shard-0-of-2.lock"
    within: list[str] = []

    def come() -> None:
        with alone_on(path):
            within.append("second")

    second = threading.Thread(target=come)
    with alone_on(path):
        second.start()
        assert waits.heard.wait(30)
        assert waits.said == f"shard-0-of-2 waits for process {os.getpid()} to end"
        within.append("first")
    second.join(30)
    assert within == ["first", "second"]


def test_who_comes_after_another_has_left_is_let_in(tmp_path: Path, waits: Waits) -> None:
    for _ in range(2):
        with alone_on(tmp_path / "shard-0-of-2.lock"):
            pass
    assert not waits.said
