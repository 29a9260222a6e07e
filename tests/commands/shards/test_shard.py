"""A shard's end of the socket: what it tells the front, and in which order."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from center.batch import TurnBatch
from center.contact import Arrival, ContactKey
from center.shops import Shops
from commands.shards.shard import FrontLink
from commands.shards.wire import FrameReader, ToFront, ToShard, brought, frame, to_front_decoder
from flows.inputs import Text
from store.memory import MemoryStore
from tests.flows.shops import NOON, program_of


class Socket:
    """What a front would read."""

    def __init__(self) -> None:
        self.reader = FrameReader()
        self.frames: list[ToFront] = []

    def write(self, data: bytes) -> None:
        self.frames += [to_front_decoder().decode(body) for body in self.reader.feed(data)]


def test_a_reply_is_told_after_its_message_also_to_a_front_that_has_just_come() -> None:
    async def run() -> list[ToFront]:
        store, due = MemoryStore(), list[Callable[[], object]]()
        store.publish("shop", program_of(), NOON)
        turns = TurnBatch(
            store,
            Shops(store.published(), store.program),
            later=lambda _, callback: cast("Any", due.append(callback)),
        )
        link = FrontLink(cast("Any", SimpleNamespace(turns=turns, store=store)))
        socket = Socket()
        link.connection_made(cast("Any", socket))
        arrival = Arrival(
            ContactKey("shop", "13800138000", "sms"), Text("苹果 2"), "1069", "c", b"k", 1, NOON
        )
        # In the same batch as what the front is to hear because it came.
        link.data_received(frame(ToShard([cast("Any", brought(1, arrival))])))
        turns.flush()
        await asyncio.sleep(0)
        return socket.frames

    frames = asyncio.run(run())
    told = next(place for place, one in enumerate(frames) if one.told)
    texts = [place for place, one in enumerate(frames) if one.texts]
    assert texts
    assert told < min(texts)
