"""What is done every so often goes on, whatever becomes of one round."""

import asyncio
import logging

import pytest

from center.ports import StoreError
from commands.serving.rounds import Rounds


def go_round(outcomes: list[Exception | None]) -> int:
    """So many rounds were begun when those outcomes were used up."""
    begun = 0

    async def run() -> None:
        through = asyncio.Event()

        def go() -> None:
            nonlocal begun
            begun += 1
            outcome = outcomes.pop(0)
            if not outcomes:
                through.set()
            if outcome is not None:
                raise outcome

        rounds = Rounds("people", 0.0, go)
        rounds.begin()
        await through.wait()
        await rounds.end()

    asyncio.run(run())
    return begun


def test_a_round_that_fails_is_told_and_the_next_comes(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "dialcart"):
        assert go_round([StoreError("the disk is full"), KeyError("x"), None]) == 3
    assert [record.getMessage() for record in caplog.records] == [
        "people: the disk is full",
        "people: a round failed",
    ]


def test_a_round_may_wait_and_is_cancelled_at_the_end() -> None:
    async def run() -> bool:
        began, cancelled = asyncio.Event(), False

        async def go() -> None:
            nonlocal cancelled
            began.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled = True
                raise

        rounds = Rounds("people", 0.0, go)
        rounds.begin()
        await began.wait()
        await rounds.end()
        return cancelled

    assert asyncio.run(run())


def test_the_first_round_may_come_at_once() -> None:
    async def run() -> int:
        begun = 0

        def go() -> None:
            nonlocal begun
            begun += 1

        rounds = Rounds("books", 3_600.0, go)
        rounds.begin_now()
        for _ in range(3):
            await asyncio.sleep(0)
        await rounds.end()
        return begun

    assert asyncio.run(run()) == 1


def test_what_never_began_ends() -> None:
    asyncio.run(Rounds("people", 0.0, lambda: None).end())
