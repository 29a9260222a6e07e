"""A carrier and its phones on one connection without sockets: orders at the system's own pace, on a clock that is told to go on.

`Trade` takes an order from its first word to its last receipt in a second of the clock; benchmarks.orders.steady mixes phones
at all steps. What the system does is timed, what the carrier does is not, so that a figure is the system's alone on any machine.
"""

from __future__ import annotations

import random
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from benchmarks.orders.dialogue import DIALOGUES
from benchmarks.orders.stand_ins import NOON, Clock, Pipe, at_once
from center.batch import TurnBatch
from center.limits.guard import Guard
from center.limits.policy import Policies
from center.routing import Routes
from center.shops import Shops
from commands.serving import business
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.link import Link
from sms.smpp import pdu as p
from sms.smpp.frames import Frames
from store.sqlite import SqliteStore

ROUNDS_MAX = 100
"""Exchanges after which a message must be through."""


class Watch:
    """CPU time by who took it."""

    def __init__(self) -> None:
        self.spent_ns: dict[str, int] = {}

    @contextmanager
    def on(self, name: str, /) -> Generator[None]:
        """Whatever is done within."""
        began = time.process_time_ns()
        try:
            yield
        finally:
            took = time.process_time_ns() - began
            self.spent_ns[name] = self.spent_ns.get(name, 0) + took


class System(Protocol):
    """What carriers' messages come to."""

    channel: SmsChannel
    watch: Watch
    name: str
    """Of the part that has the carriers' binds, for the watch."""

    async def settle(self) -> None:
        """Until all that came is kept and told."""
        ...

    def sweep(self, now: int) -> None:
        """What is done once a second."""
        ...


class OneProcess:
    """See System: channel, turn batch and SQLite as a shop without shards has them."""

    name = "one process"

    def __init__(
        self,
        database: Path,
        sellers: Path,
        clock: Clock,
        policies: Policies | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.watch = watch or Watch()
        self._clock = clock
        with self.watch.on(self.name):
            self.store = SqliteStore(database)
            routes = Routes([], None)
            business.publish_all(self.store, [sellers], NOON, routes)
            shops = Shops(self.store.published(), self.store.program)
            guard = Guard(policies, self.store.secret())
            self.turns = TurnBatch(self.store, shops, later=clock.later, guard=guard)
            self.channel = SmsChannel(
                self.turns, self.store, routes, clock=lambda: clock.now, ticks=lambda: clock.now
            )

    def flush(self) -> None:
        """Keep what came, and tell."""
        with self.watch.on(self.name):
            self.turns.flush()

    async def settle(self) -> None:
        """See System."""
        self.flush()

    def sweep(self, now: int) -> None:
        """See System."""
        with self.watch.on(self.name):
            self.store.write_noted()
            self.store.forget_old(now)


class CarrierEnd:
    """A carrier at the other end of a system's only bind: it answers every text, and makes its receipt."""

    def __init__(self, system: System, clock: Clock, window: int) -> None:
        self._system = system
        self._sequence = self._names = 0
        self.texts = 0
        carrier = Carrier("carrier", "nowhere", 1, "us", "secret", window=window)
        channel = system.channel
        self._esme = Esme(
            carrier, channel, chance=random.Random(1), now=lambda: clock.now, soon=at_once
        )
        channel.add(self._esme)
        self._pipe, self._frames = Pipe(), Frames()
        self._link = Link(self._esme, p.BIND_TRANSCEIVER, 0)
        self._esme.links.append(self._link)
        self._link.connection_made(self._pipe)
        self._pipe.take()
        self.bring([p.BindResp(command=p.BIND_TRANSCEIVER | p.RESPONSE, sequence=1)])
        channel.start()

    def bring(self, pdus: Sequence[p.Pdu]) -> None:
        """Write these."""
        data = b"".join(map(p.encode, pdus))
        with self._system.watch.on(self._system.name):
            self._link.data_received(data)

    def tick(self) -> None:
        """Time has passed."""
        with self._system.watch.on(self._system.name):
            self._link.tick()

    def message(self, phone: str, code: str, said: str) -> p.DeliverSm:
        """A text of a phone."""
        return p.DeliverSm(
            sequence=self._next(),
            source=p.Address(phone, 1, 1),
            destination=p.Address(code),
            data_coding=8,
            message=said.encode("utf-16-be"),
        )

    def answer(self) -> list[p.DeliverSm]:
        """Read what the system has written, and answer its texts; their receipts, to be brought."""
        answers: list[p.Pdu] = []
        receipts: list[p.DeliverSm] = []
        for frame in self._frames.feed(self._pipe.take()):
            asked = p.decode(frame)
            if isinstance(asked, p.EnquireLink):
                answers.append(p.EnquireLinkResp(sequence=asked.sequence))
            if not isinstance(asked, p.SubmitSm):
                continue
            self.texts += 1
            self._names += 1
            name = f"{self._names:010d}"
            answers.append(p.SubmitSmResp(sequence=asked.sequence, message_id=name))
            receipts.append(self._receipt(asked, name))
        if answers:
            self.bring(answers)
        return receipts

    def _receipt(self, text: p.SubmitSm, name: str) -> p.DeliverSm:
        told = (
            f"id:{name} sub:001 dlvrd:001 submit date:2611241200 done date:2611241200 "
            "stat:DELIVRD err:000 text:"
        )
        return p.DeliverSm(
            sequence=self._next(),
            source=text.destination,
            destination=text.source,
            esm_class=4,
            message=told.encode(),
        )

    def _next(self) -> int:
        self._sequence = self._sequence % 0x7FFF_FFFF + 1
        return self._sequence


class Trade:
    """Phones of a carrier, each a new buyer's."""

    def __init__(self, system: System, codes: list[str], clock: Clock, at_once: int) -> None:
        """`at_once` orders begin in a second."""
        self._system = system
        self._codes = codes
        self._clock = clock
        self._at_once = at_once
        self._carrier = CarrierEnd(system, clock, 10 * at_once)
        self._buyers = 0

    @property
    def texts(self) -> int:
        """That the system has sent."""
        return self._carrier.texts

    async def a_second(self) -> None:
        """Orders of so many buyers, from the first word to the last receipt."""
        carrier, codes = self._carrier, self._codes
        first, self._buyers = self._buyers, self._buyers + self._at_once
        for turn in DIALOGUES["line"]:
            carrier.bring(
                [
                    carrier.message(f"138{number:08d}", codes[number % len(codes)], turn.says)
                    for number in range(first, self._buyers)
                ]
            )
            await self._system.settle()
            for _ in range(ROUNDS_MAX):
                receipts = carrier.answer()
                if not receipts:
                    break
                carrier.bring(receipts)
                await self._system.settle()
        self._clock.run()
        self._clock.now += 1
        carrier.tick()
        self._system.sweep(int(self._clock.now))
