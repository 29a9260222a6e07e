"""The system without sockets, and the carrier that brings it orders: channel, turn batch and SQLite in this process, on a
clock of their own.

A carrier answers every text and returns its receipt with the next batch. What the carrier does itself is done aside, so that
`system_ns` is what the system alone has cost.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.orders.dialogue import DIALOGUES
from center.batch import LINGER_S, TurnBatch
from center.limits.guard import Guard
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

NOON = 1_795_492_800
BATCHES_A_SECOND = round(1 / LINGER_S)
WINDOW = 4_000
"""Texts of a batch that may be on their way at once."""
STRIDE = 61_803_399
"""Phones and sellers come in no order, so that no index is favoured."""


class Pipe(asyncio.Transport):
    """A connection whose other end reads when it likes."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """See asyncio.Transport."""
        self._written.append(bytes(data))

    def is_reading(self) -> bool:
        """See asyncio.Transport."""
        return True

    def take(self) -> bytes:
        """What was written since the last time."""
        written, self._written = b"".join(self._written), []
        return written


class Clock:
    """Time that goes when it is told to, and what is due then."""

    def __init__(self) -> None:
        self.now = float(NOON)
        self._due: list[Callable[[], object]] = []

    def later(self, _: float, callback: Callable[[], object], /) -> Clock:
        """See center.ports.Later."""
        self._due.append(callback)
        return self

    def cancel(self) -> None:
        """A batch that was cancelled finds nothing to do."""

    def run(self) -> None:
        """Call what is due."""
        due, self._due = self._due, []
        for callback in due:
            callback()


class Steady:
    """A system, and its carrier. Phones order once each, of the sellers in turn."""

    def __init__(self, database: Path, flows: Path, codes: Sequence[str]) -> None:
        self._codes = codes
        self.system_ns = 0
        self.clock = clock = Clock()
        began = time.process_time_ns()
        self.store = SqliteStore(database)
        routes = Routes([], None)
        business.publish_all(self.store, [flows], NOON, routes)
        shops = Shops(self.store.published(), self.store.program)
        self.turns = TurnBatch(
            self.store, shops, later=clock.later, guard=Guard(None, self.store.secret())
        )
        channel = SmsChannel(
            self.turns, self.store, routes, clock=lambda: clock.now, ticks=lambda: clock.now
        )
        carrier = Carrier("carrier", "nowhere", 1, "us", "secret", window=WINDOW)
        self._esme = Esme(carrier, channel, chance=random.Random(1), now=lambda: clock.now)
        channel.add(self._esme)
        self._esme.outgoing.begin()
        self._pipe, self._frames = Pipe(), Frames()
        self._link = Link(self._esme, p.BIND_TRANSCEIVER, 0)
        self._esme.links.append(self._link)
        self._link.connection_made(self._pipe)
        self._pipe.take()
        self._bring([p.BindResp(command=p.BIND_TRANSCEIVER | p.RESPONSE, sequence=1)])
        channel.start()
        self.start_ns = time.process_time_ns() - began
        """CPU from the database's opening to the bind."""
        self._sequence = self._names = self._buyers = self._batches = 0
        self._at_step: list[range] = [range(0)] * len(DIALOGUES["line"])
        """Buyers who say each line with the next batch."""
        self._receipts: list[p.Pdu] = []
        self.texts = self.orders = 0

    def batch(self, beginning: int) -> None:
        """One turn batch: so many buyers begin, those who began before say their next line, and receipts come for the last."""
        first, self._buyers = self._buyers, self._buyers + beginning
        self._at_step = [range(first, self._buyers), *self._at_step[:-1]]
        messages: list[p.Pdu] = [
            self._message(buyer, turn.says.encode("utf-16-be"))
            for turn, buyers in zip(DIALOGUES["line"], self._at_step, strict=True)
            for buyer in buyers
        ]
        brought = b"".join(map(p.encode, [*self._receipts, *messages]))
        began = time.process_time_ns()
        self._link.data_received(brought)
        self.turns.flush()
        self.clock.run()
        self._batches += 1
        if self._batches % BATCHES_A_SECOND == 0:
            self._link.tick()
            self.store.write_noted()
            self.store.forget_old(int(self.clock.now))
        self.system_ns += time.process_time_ns() - began
        self.clock.now += LINGER_S
        self.orders += len(self._at_step[-1])
        self._answer()

    def end(self) -> None:
        """Those who began end their orders."""
        for _ in self._at_step:
            self.batch(0)

    def _message(self, buyer: int, said: bytes) -> p.DeliverSm:
        return p.DeliverSm(
            sequence=self._next(),
            source=p.Address(f"13{buyer * STRIDE % 10**9:09d}", 1, 1),
            destination=p.Address(self._codes[buyer * STRIDE % len(self._codes)]),
            data_coding=8,
            message=said,
        )

    def _next(self) -> int:
        self._sequence = self._sequence % 0x7FFF_FFFF + 1
        return self._sequence

    def _bring(self, pdus: Sequence[p.Pdu]) -> None:
        brought = b"".join(map(p.encode, pdus))
        began = time.process_time_ns()
        self._link.data_received(brought)
        self.system_ns += time.process_time_ns() - began

    def _answer(self) -> None:
        """What the system has written: its texts are answered now, and their receipts come with the next batch."""
        answers: list[p.Pdu] = []
        self._receipts = []
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
            self._receipts.append(self._receipt(asked, name))
        if answers:
            self._bring(answers)

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
