"""A text channel over a store in memory, and lines and stores that go wrong."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any, cast

from center.batch import TurnBatch
from center.contact import Arrival
from center.ports import Batch, StoreFullError, Timer
from center.routing import Routes
from center.shops import Shops
from sms import segments
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.smpp import pdu as p
from sms.smpp.status import Status
from sms.submission import Settlement
from store.memory import MemoryStore
from tests.flows.shops import NOON, program_of


class Line:
    """A connection that remembers how it was answered."""

    def __init__(self) -> None:
        self.carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
        self.asked = self.answered = self.returned = 0
        self.alive = True
        self.answers: dict[int, int] = {}

    def came_again(self, stamp: int) -> None:
        """It is not known when all has."""

    def acknowledge(self, answers: Sequence[tuple[int, int]]) -> None:
        self.answers.update(answers)


class Full:
    """A store without room."""

    is_behind = True

    def batch(self, arrivals: Sequence[Arrival]) -> AbstractContextManager[Batch]:
        raise StoreFullError("the disk is full")


def open_channel() -> tuple[SmsChannel, MemoryStore, Line]:
    store, program = MemoryStore(), program_of()
    store.publish("shop", program, NOON)
    shops = Shops(store.published(), store.program)
    routes = Routes([("shop", program)])
    turns = TurnBatch(store, shops, later=later)
    return SmsChannel(turns, store, routes, clock=lambda: NOON), store, Line()


def later(delay_s: float, callback: Callable[[], object], /) -> Timer:
    """Tests flush; the loop that would call is closed by then."""
    return asyncio.get_running_loop().call_later(delay_s, callback)


def write(channel: SmsChannel, line: Line, *messages: p.DeliverSm) -> None:
    """Messages that come together, and the batch that takes them."""

    async def run() -> None:
        channel.received(cast("Any", line), list(messages))
        channel.turns.flush()

    asyncio.run(run())


def text(sequence: int, words: str, buyer: str = "13800138000") -> list[p.DeliverSm]:
    """A phone's text as its deliver_sm, numbered from `sequence`."""
    return [
        p.DeliverSm(
            sequence=sequence + place,
            source=p.Address(buyer),
            destination=p.Address("1069"),
            esm_class=segment.esm_class,
            data_coding=segment.data_coding,
            message=segment.short_message,
        )
        for place, segment in enumerate(segments.split(words, reference=7))
    ]


class Slow:
    """A carrier that keeps what it is given until it is told to take it."""

    def __init__(self, queue: int = 1_000, carrier: Carrier | None = None) -> None:
        self.carrier = carrier or Carrier("carrier", "nowhere", 0, "us", "secret")
        self.bound = True
        self.queue = queue
        """Segments that it has room for."""
        self.given: list[Any] = []
        self.heard: list[str] = []
        self.unread: set[str] = set()
        """Phones to which something waits that it has not."""
        self.outgoing: Any = SimpleNamespace(is_unread=lambda phone, _: phone in self.unread)

    @property
    def waiting(self) -> int:
        return len(self.given)

    @property
    def room(self) -> int:
        return self.queue - self.waiting

    def submit(self, submissions: Sequence[Any]) -> None:
        assert len(submissions) <= self.room
        self.given += submissions

    def take_all(self, channel: SmsChannel) -> None:
        """Take what was given so far."""
        taken, self.given = self.given, []
        self.heard += [submission.phone for submission in taken]

        async def run() -> None:
            channel.settled(self.carrier, [Settlement(one.key, "1", Status.OK) for one in taken])
            await asyncio.sleep(0)

        asyncio.run(run())
