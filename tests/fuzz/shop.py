"""A shop behind the binds of one carrier, as it is in earnest but for sockets: on SQLite, with its limits, on a clock of its own.

It lives for a whole run. What it keeps by right is on disk, and is forgotten by the sweep as the clock goes on.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from benchmarks.orders.stand_ins import Pipe, at_once
from center.batch import TurnBatch
from center.limits.guard import Guard
from center.limits.policy import Policies, Policy
from center.routing import Routes
from center.shops import Shops
from flows.program import Program
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.link import UNACKNOWLEDGED_MAX, Link
from sms.outgoing import QUEUE_MAX
from sms.reassembly import OCTETS_MAX, PARTIALS_MAX
from sms.receipt_book import TEXTS_MAX
from sms.receiving import SEGMENTS_NOTE
from sms.redelivery import ANSWERS_MAX
from sms.smpp import pdu as p
from sms.sorting import Sorting
from sms.ussd.channel import UssdChannel
from sms.ussd.dialogs import DIALOGS_MAX
from sms.ussd.profile import STANDARD
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, ORDER, SHOP, program_of
from tests.fuzz.hostile import Known
from tests.simulation.loop import START_S

MODES = (p.BIND_TRANSCEIVER, p.BIND_TRANSCEIVER, p.BIND_RECEIVER, p.BIND_TRANSMITTER)
"""Of new connections. One that may only send or only receive has a state of its own."""
LINKS = 2
STOCK = 100
"""Of each product, put there anew at each settling: else nothing could be ordered for long."""
QUIET_S = 2 * 3_600.0
"""So long nobody writes before it is looked at what is held: segments are given up, doubts are over, dialogs idle."""

STEP_S = 5.0
"""Of it at a time."""
SWEEP_STEPS = 12
"""Between two sweeps of it."""


def program() -> Program:
    """Whose buyers write and dial."""
    return program_of(
        ORDER, SHOP.replace("  sms code 1069\n", "  sms code 1069\n  ussd code *106#\n")
    )


class Connection:
    """One of the carrier's, and what it has read on it."""

    def __init__(self, link: Link, number: int) -> None:
        self.link = link
        self.pipe = Pipe()
        self.known = Known(number)

    def write(self, data: bytes) -> None:
        """Unless it is gone, or the link reads no more for now."""
        if data and self.link.transport is not None and self.pipe.is_reading():
            self.link.data_received(data)

    def read(self) -> None:
        """All that was written."""
        data = self.pipe.take()
        at = 0
        while at < len(data):
            length, command, _, number = p.HEADER.unpack_from(data, at)
            if not p.is_response(command):
                self.known.asked.append((command, number))
            at += length

    @property
    def is_over(self) -> bool:
        """Whether either end has closed it."""
        return self.link.transport is None or self.pipe.is_closing()


class Shop:
    """See above. To be made in a running SimulatedLoop."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        loop = asyncio.get_running_loop()
        self.store = SqliteStore(folder / "shop.db")
        self.store.publish("shop", program(), NOON)
        guard = Guard(
            Policies(
                Policy(messages_per_sender=100, ussd_per_sender=100, confirm_over={"CNY": 999})
            ),
            b"x",
        )
        shops = Shops(self.store.published(), self.store.program)
        self.turns = TurnBatch(self.store, shops, later=loop.call_later, guard=guard)
        routes = Routes([("shop", program())])
        self.texts = SmsChannel(self.turns, self.store, routes, clock=self.clock, ticks=loop.time)
        self.ussd = UssdChannel(
            self.turns,
            routes,
            self.texts.receiving.redeliveries,
            later=loop.call_later,
            clock=self.clock,
            ticks=loop.time,
        )
        carrier = Carrier("c", "nowhere", 1, "us", "secret", ussd=STANDARD, window=8)
        self._chance = chance
        self.esme = Esme(carrier, Sorting(self.texts, self.ussd), chance=chance, soon=at_once)
        self.texts.add(self.esme)
        self.texts.start()
        self.connected = 0
        self.connections = [self.connect() for _ in range(LINKS)]

    @staticmethod
    def clock() -> float:
        """Unix seconds."""
        return NOON + asyncio.get_running_loop().time() - START_S

    def connect(self, mode: int | None = None) -> Connection:
        """A new one, which the carrier has not let in yet."""
        self.connected += 1
        link = Link(self.esme, mode or self._chance.choice(MODES), 0)
        connection = Connection(link, self.connected)
        connection.link.connection_made(connection.pipe)
        self.esme.links.append(connection.link)
        connection.read()
        return connection

    def accept(self, connection: Connection, status: int = 0) -> None:
        """The carrier answers the bind."""
        command = connection.link.mode | p.RESPONSE
        connection.write(p.encode(p.BindResp(command=command, sequence=1, status=status)))

    def lose(self, connection: Connection) -> None:
        """It is gone."""
        if connection.link.transport is not None:
            connection.link.connection_lost(None)
        if connection.link in self.esme.links:
            self.esme.links.remove(connection.link)

    async def pass_time(self, seconds: float) -> None:
        """What is due comes to pass."""
        await asyncio.sleep(seconds)
        for connection in self.connections:
            connection.link.tick()
            connection.read()
        self.esme.outgoing.pump()

    def sweep(self) -> None:
        """What is done once a second."""
        self.store.write_noted()
        self.store.forget_old(int(self.clock()))

    async def ask(self, number: str) -> None:
        """A buyer who comes by a new bind after all this is served."""
        for connection in self.connections:
            self.lose(connection)
        self.connections = [self.connect(p.BIND_TRANSCEIVER) for _ in range(LINKS)]
        for connection in self.connections:
            self.accept(connection)
        connection = self.connections[0]
        assert connection.link.bound
        before = self.turns.counters.turns
        text = p.DeliverSm(
            sequence=1,
            source=p.Address(number, 1, 1),
            destination=p.Address("1069"),
            message=b"1",
        )
        connection.write(p.encode(text))
        self.turns.flush()
        assert self.turns.counters.turns > before

    async def settle(self) -> None:
        """Let everything come to an end that has an end: nobody writes, and what was sent is taken."""
        for step in range(int(QUIET_S / STEP_S)):
            await self.pass_time(STEP_S)
            if step % SWEEP_STEPS == 0:
                self.sweep()
            for place, connection in enumerate(self.connections):
                if connection.is_over:
                    self.lose(connection)
                    connection = self.connections[place] = self.connect(p.BIND_TRANSCEIVER)
                    self.accept(connection)
                connection.write(b"".join(connection.known.answers()))
        self.turns.flush()
        self.sweep()
        for product in program().products:
            self.store.set_stock("shop", product.code, STOCK)
        # What SQLite keeps of the file is no object of ours, and as much as there is to keep.
        self.store._db.execute("pragma shrink_memory")  # noqa: SLF001

    def check(self) -> None:
        """Every limit holds."""
        receiving = self.texts.receiving
        for connection in self.connections:
            link = connection.link
            # Whether the carrier is there is asked also where the window is full.
            assert link.machine.room() >= -1
            assert link.unacknowledged <= UNACKNOWLEDGED_MAX + 512
        assert len(receiving.reassembly) <= PARTIALS_MAX
        assert receiving.reassembly.octets <= OCTETS_MAX
        assert self.ussd.open_dialogs <= DIALOGS_MAX
        assert self.esme.waiting <= QUEUE_MAX
        assert len(receiving.redeliveries) <= 2 * ANSWERS_MAX
        assert self.texts.deliveries.waiting <= TEXTS_MAX
        assert receiving.counters.unreadable == 0
        assert self.ussd.counters.unreadable == 0
        assert self.turns.counters.set_aside == 0

    def check_segments(self) -> None:
        """What is held of unfinished texts is what is on disk of them."""
        kept = self.store.notes(SEGMENTS_NOTE)
        assert len(kept) == len(self.texts.receiving.reassembly)
