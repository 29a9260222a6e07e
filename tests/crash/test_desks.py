"""Desks of a shop that is killed, and stopped for a moment and for long, never share a buyer. `python -m tests.crash.desks` does it for longer."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.crash import desks


@pytest.mark.timeout(900)
def test_no_buyer_is_with_two_agents_while_the_shop_is_killed_and_stopped(tmp_path: Path) -> None:
    books = asyncio.run(desks.run(tmp_path, stops=3, seed=41, served=20))
    assert books.right, books
    assert (books.kills, books.short, books.long) == (1, 1, 1)
    assert books.served > 10
    assert books.not_answered > 0
    assert books.broken > 0


def test_a_run_that_fails_leaves_no_shop_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[asyncio.subprocess.Process] = []
    create = asyncio.create_subprocess_exec

    async def kept(*words: str, **given: Any) -> asyncio.subprocess.Process:
        started.append(await create(*words, **given))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", kept)
    monkeypatch.setattr(desks, "OPENS_S_MAX", 0.0)
    with pytest.raises(TimeoutError):
        asyncio.run(desks.run(tmp_path, stops=1, seed=1))
    assert [process.returncode for process in started] == [-signal.SIGKILL]
