"""Orders through an SMSC that others wrote, and that misbehaves. `python -m tests.interop.hostile` does it for longer, with kills."""

import asyncio
from pathlib import Path

import pytest

from tests.interop.hostile import Plan, order


@pytest.mark.timeout(900)
def test_nothing_is_lost_or_doubled_by_an_smsc_that_drops_lines_refuses_and_repeats(
    tmp_path: Path,
) -> None:
    done = asyncio.run(order(tmp_path, Plan(buyers=8, orders=8, binds=3)))
    assert done.right, done
    assert done.books.orders >= 8
    assert done.books.repeated > 0
    assert all(done.faults[name] > 0 for name in ("dropped", "throttled", "early", "twice")), done
