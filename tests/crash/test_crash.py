"""A shop that is killed under load loses nothing and doubles nothing. `python -m tests.crash` does it for longer."""

import asyncio
from pathlib import Path

import pytest

from sms.smsc.faults import Faults
from tests.crash.harness import Plan, crash

FAULTS = Faults(
    throttled=0.05,
    queue_full=0.05,
    lost_answer=0.1,
    early_receipt=0.3,
    duplicated_receipt=0.2,
    receipt_delay_s=0.05,
    jitter_s=0.05,
)
"""Each lost answer goes down with its connection. No message comes twice by the two binds while one of them breaks: its copy may come
behind what the buyer said next, which decision 0030 leaves out."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("plan", "orders"),
    [(Plan(kills=17, seed=20), 100), (Plan(3, 20, 20, FAULTS, binds=2, shards=2, people=True), 10)],
    ids=["one process", "front and shards"],
)
def test_twenty_kills_lose_nothing_and_double_nothing(
    tmp_path: Path, plan: Plan, orders: int
) -> None:
    books = asyncio.run(crash(tmp_path, plan))
    assert books.right, books
    assert books.orders > orders
    assert books.repeated > 0


@pytest.mark.timeout(900)
def test_a_shop_that_acknowledges_before_its_commit_is_found_out(tmp_path: Path) -> None:
    """It dies where every message of the batch has been acknowledged and none is on disk."""
    mutant = "acknowledge before commit"
    plan = Plan(kills=3, seed=3, stalls_s=4.0, mutant=mutant, point="before commit")
    books = asyncio.run(crash(tmp_path, plan))
    assert books.lost > 0, books
