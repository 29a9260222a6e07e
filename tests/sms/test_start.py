"""What an earlier run left, and goes out when its messages have had their answers."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import pytest

from center.batch import TurnBatch
from center.contact import Arrival
from center.ports import Batch, StoreFullError
from center.routing import Routes
from center.shops import Shops
from sms.channel import SmsChannel
from sms.smpp.status import Status
from sms.sorting import Sorting
from store.memory import MemoryStore
from tests.flows.shops import NOON, program_of
from tests.sms.channels import Line, Slow, later, open_channel, text, write


def start(store: MemoryStore) -> SmsChannel:
    """A second run on what the first left."""
    shops, routes = Shops(store.published(), store.program), Routes([("shop", program_of())])
    turns = TurnBatch(store, shops, later=later)
    return SmsChannel(turns, store, routes, clock=lambda: NOON + 1)


def test_a_reply_waits_though_what_was_said_before_its_message_came_again() -> None:
    before, store, line = open_channel()
    # Neither answer was had.
    write(before, line, *text(1, "苹果"))
    write(before, line, *text(2, "2"))
    channel = start(store)
    carrier = Slow()
    channel.sending.esmes["carrier"] = cast("Any", carrier)

    async def run() -> list[int]:
        channel.start()
        went: list[int] = []
        for place, words in enumerate(("苹果", "2", "1"), 1):
            channel.received(cast("Any", Line()), text(place, words))
            channel.turns.flush()
            await asyncio.sleep(0)
            went.append(len(carrier.given))
        return went

    # What is new is no message of before the start: with it they have the answers to all.
    assert asyncio.run(run()) == [0, 0, 1]
    # And have gone past both questions.
    assert [one.text.text[:7] for one in carrier.given] == ["订单A0001"]


def test_what_was_lost_with_its_connection_is_known_behind_what_its_buyer_said_after_a_crash() -> (
    None
):
    before, store, line = open_channel()
    write(before, line, *text(1, "苹果"))
    line.alive = False

    async def lose() -> None:
        Sorting(before, cast("Any", None)).lost(cast("Any", line))
        before.turns.flush()

    asyncio.run(lose())
    channel, line = start(store), Line()
    # They have the reply, for the carrier was late.
    write(channel, line, *text(1, "2"))
    write(channel, line, *text(2, "苹果"))
    assert list(line.answers.values()) == [Status.OK, Status.OK]
    assert len(list(store.texts("shop"))) == 2


class Full:
    """A disk without room: all that is on it can be read."""

    is_behind = True

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    @contextmanager
    def batch(self, arrivals: Sequence[Arrival]) -> Generator[Batch]:
        """See center.ports.Store."""
        with self._store.batch(arrivals) as batch:
            batch.write = self.write  # type: ignore[method-assign]
            yield batch

    def write(self, _changes: object) -> None:
        """See center.ports.Batch."""
        raise StoreFullError("no room")


@pytest.mark.parametrize("copies", [1, 2])
def test_a_copy_that_a_full_disk_refused_is_known_though_its_buyer_has_gone_on_when_it_comes_again(
    copies: int,
) -> None:
    before, store, line = open_channel()
    # The reply is on disk too, and goes though there is no room: they read it before the carrier brings this again.
    write(before, line, *text(1, "苹果"))
    channel, line = start(store), Line()

    async def run() -> None:
        channel.start()
        channel.turns.store = Full(store)
        for sequence in (1, 2):
            channel.received(cast("Any", line), text(sequence, "苹果") * copies)
            channel.turns.flush()
        assert line.answers == {1: Status.X_T_APPN, 2: Status.X_T_APPN}
        channel.turns.store = store
        for sequence, words in ((3, "2"), (4, "苹果")):
            channel.received(cast("Any", line), text(sequence, words))
            channel.turns.flush()
        assert line.answers[4] == Status.OK

    asyncio.run(run())
    assert [one.text[:2] for _, one in store.waiting_texts(0, 9)] == ["要几", "共5"]
