"""What is on disk later than a carrier waits: it is refused for now, and surely comes again."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

import pytest

from center.contact import Arrival
from center.ports import Batch, StoreFullError
from center.taken import Fate, Taken
from sms.answer import GIVEN_UP_S, Answer
from sms.held import REFUSED_HOLD_S
from sms.smpp.status import Status
from store.memory import MemoryStore
from tests.simulation.loop import SimulatedLoop
from tests.sms.channels import Line, Slow, open_channel, text


def test_what_is_kept_too_late_is_refused_and_answered_at_once_when_it_comes_again() -> None:
    channel, store, line = open_channel()
    now = [0.0]
    channel.ticks = channel.receiving.ticks = lambda: now[0]

    async def run() -> None:
        channel.received(cast("Any", line), text(1, "苹果"))
        now[0] = GIVEN_UP_S
        channel.turns.flush()
        assert line.answers == {1: Status.X_T_APPN}
        # It is on disk, which may be as slow again.
        channel.received(cast("Any", line), text(2, "苹果"))
        assert line.answers[2] == Status.OK

    asyncio.run(run())
    assert len(store.waiting_texts(0, 10)) == 1


class Fills:
    """A store that has room for so many batches."""

    is_behind = True

    def __init__(self, store: MemoryStore, room: int) -> None:
        self._store = store
        self._room = room

    def batch(self, arrivals: Sequence[Arrival]) -> AbstractContextManager[Batch]:
        if not self._room:
            raise StoreFullError("the disk is full")
        self._room -= 1
        return self._store.batch(arrivals)


def test_what_is_kept_too_late_is_refused_though_a_copy_of_it_is_not_kept(poison: str) -> None:
    channel, store, line = open_channel()
    now = [0.0]
    channel.ticks = channel.receiving.ticks = lambda: now[0]
    told: list[tuple[int, int]] = []
    line.acknowledge = told.extend  # type: ignore[method-assign]

    async def run() -> None:
        # Twice under one number, and something that makes the batch fail.
        both = text(1, "苹果") * 2
        channel.received(cast("Any", line), [*both, *text(2, poison, "13900139000")])
        now[0] = GIVEN_UP_S
        channel.turns.store = Fills(store, 2)
        channel.turns.flush()
        refused = int(Status.X_T_APPN)
        assert sorted(told) == [(1, refused), (1, refused), (2, refused)]
        told.clear()
        # It is on disk since, and known there at once, and no doubt is left.
        channel.turns.store = store
        channel.received(cast("Any", line), text(3, "苹果"))
        assert told == [(3, int(Status.OK))]
        line.asked = line.answered = 1
        channel.received(cast("Any", line), text(4, "苹果"))
        channel.turns.flush()

    asyncio.run(run())
    # The last was new: the question is asked again.
    assert len(store.waiting_texts(0, 10)) == 2


@pytest.mark.parametrize("together", [True, False])
def test_a_copy_that_is_kept_is_refused_with_the_first_and_comes_again(together: bool) -> None:
    channel, _, line = open_channel()
    going: list[tuple[Answer, Arrival]] = []
    told: list[tuple[int, int]] = []
    line.acknowledge = told.extend  # type: ignore[method-assign]

    def go(arrival: Arrival, ticket: Any, **_: Any) -> None:
        going.append((ticket, arrival))

    async def run() -> None:
        # To a shard, which was full when the first came there, and was not when the copy did.
        channel.turns.add = go  # type: ignore[method-assign]
        channel.received(cast("Any", line), text(1, "苹果") * 2)
        fates = Fate.REFUSED, Fate.KEPT
        taken = [
            Taken(ticket, fate, arrival)
            for (ticket, arrival), fate in zip(going, fates, strict=True)
        ]
        for some in [taken] if together else [taken[:1], taken[1:]]:
            channel.taken(some)
        assert told == [(1, int(Status.X_T_APPN))] * 2
        channel.received(cast("Any", line), text(2, "苹果"))
        assert told[2:] == [(2, int(Status.OK))]

    asyncio.run(run())


@pytest.mark.parametrize("sequence", [1, 2])
def test_what_repeats_a_message_that_fell_with_its_shard_is_refused_with_it(sequence: int) -> None:
    channel, store, line = open_channel()
    other = line if sequence == 1 else Line()
    going: list[tuple[Answer, Arrival]] = []
    told: list[tuple[int, int]] = []
    third = Line()
    for one in (line, other, third):
        one.acknowledge = told.extend  # type: ignore[method-assign]

    def go(arrival: Arrival, ticket: Any, **_: Any) -> None:
        going.append((ticket, arrival))

    async def run() -> None:
        # The shard fell with the first; the second, the same again, found none. Both are told together.
        add, channel.turns.add = channel.turns.add, go  # type: ignore[method-assign]
        channel.received(cast("Any", line), text(1, "苹果"))
        channel.received(cast("Any", other), text(sequence, "苹果"))
        fates = Fate.UNKNOWN, Fate.REFUSED
        channel.taken(
            [Taken(one, fate, arrival) for (one, arrival), fate in zip(going, fates, strict=True)]
        )
        assert [status for _, status in told] == [Status.X_T_APPN] * 2
        # Neither was kept: it is taken when it comes again.
        channel.turns.add = add  # type: ignore[method-assign]
        channel.received(cast("Any", third), text(3, "苹果"))
        channel.turns.flush()

    asyncio.run(run())
    assert told[2:] == [(3, int(Status.OK))]
    assert len(store.waiting_texts(0, 10)) == 1


def test_a_reply_to_what_was_refused_for_being_late_goes_though_the_carrier_gave_up_for_good() -> (
    None
):
    loop = SimulatedLoop(cast("Any", None), cast("Any", None))
    channel, _, line = open_channel()
    carrier = Slow()
    channel.add(cast("Any", carrier))
    channel.ticks = channel.receiving.ticks = loop.time

    async def run() -> None:
        channel.received(cast("Any", line), text(1, "苹果"))
        loop.pass_time(GIVEN_UP_S)
        channel.turns.flush()
        assert line.answers == {1: Status.X_T_APPN}
        await asyncio.sleep(REFUSED_HOLD_S * 0.9)
        assert carrier.waiting == 0, "the message may still come again"
        await asyncio.sleep(REFUSED_HOLD_S * 0.2)
        assert carrier.waiting == 1
        # And it does come, after all.
        channel.received(cast("Any", line), text(2, "苹果"))
        assert line.answers[2] == Status.OK
        assert carrier.waiting == 1

    loop.run_until_complete(run())
    loop.close()
