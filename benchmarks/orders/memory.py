"""What the system keeps in memory an order, once its tables are full: nothing, or it would grow for ever.

    python -m benchmarks.orders.memory --orders 200000

Channel, turn batch and SQLite run in this process, without sockets, on a clock that goes on a second with each batch of orders:
what is kept for a minute is let go of as in earnest, and an hour of trade takes a minute or two of CPU. Every order is a new
buyer's; the carrier answers and returns receipts. It fails if memory grows by more than GREW_KIB_MAX in the second half.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.orders import sellers
from benchmarks.orders.dialogue import DIALOGUES
from center.batch import TurnBatch
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

GREW_KIB_MAX = 8_192
"""What the allocator and SQLite leave between what comes and goes; a leak of 100 octets an order is 10 MB in 100,000."""
A_SECOND = 100
"""Orders that begin at once; then the clock goes on."""
TOLD = 20
"""So often it is told how much there is."""
NOON = 1_795_492_800


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


class Trade:
    """The system, and the carrier that brings its orders."""

    def __init__(self, folder: Path) -> None:
        database = folder / "orders.db"
        [self._code] = sellers.write(folder / "sellers", 1, database, NOON)
        self.clock = clock = Clock()
        self.store = SqliteStore(database)
        routes = Routes([], None)
        business.publish_all(self.store, [folder / "sellers"], NOON, routes)
        shops = Shops(self.store.published(), self.store.program)
        self.turns = TurnBatch(
            self.store, shops, later=clock.later, guard=Guard(None, self.store.secret())
        )
        channel = SmsChannel(
            self.turns, self.store, routes, clock=lambda: clock.now, ticks=lambda: clock.now
        )
        carrier = Carrier("carrier", "nowhere", 1, "us", "secret", window=10 * A_SECOND)
        self._esme = Esme(carrier, channel, chance=random.Random(1), now=lambda: clock.now)
        channel.add(self._esme)
        self._esme.outgoing.begin()
        self._pipe, self._frames = Pipe(), Frames()
        self._link = Link(self._esme, p.BIND_TRANSCEIVER, 0)
        self._esme.links.append(self._link)
        self._link.connection_made(self._pipe)
        self._pipe.take()
        self._bring(p.BindResp(command=p.BIND_TRANSCEIVER | p.RESPONSE, sequence=1))
        channel.start()
        self._sequence = self._names = self._buyers = 0
        self.texts = 0

    def _bring(self, *pdus: p.Pdu) -> None:
        if pdus:
            self._link.data_received(b"".join(p.encode(pdu) for pdu in pdus))

    def a_second(self) -> None:
        """Orders of so many buyers, from the first word to the last receipt."""
        first, self._buyers = self._buyers, self._buyers + A_SECOND
        for turn in DIALOGUES["line"]:
            said = turn.says.encode("utf-16-be")
            messages = [
                p.DeliverSm(
                    sequence=self._next(),
                    source=p.Address(f"138{number:08d}", 1, 1),
                    destination=p.Address(self._code),
                    data_coding=8,
                    message=said,
                )
                for number in range(first, self._buyers)
            ]
            self._bring(*messages)
            self.turns.flush()
            while receipts := self._take():
                self._bring(*receipts)
                self.turns.flush()
        self.clock.run()
        self.clock.now += 1
        self._link.tick()
        self.store.write_noted()
        self.store.forget_old(int(self.clock.now))

    def _next(self) -> int:
        self._sequence = self._sequence % 0x7FFF_FFFF + 1
        return self._sequence

    def _take(self) -> list[p.DeliverSm]:
        """What the system has written: its texts are answered, and their receipts are what comes next."""
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
            told = (
                f"id:{name} sub:001 dlvrd:001 submit date:2611241200 done date:2611241200 "
                "stat:DELIVRD err:000 text:"
            )
            receipts.append(
                p.DeliverSm(
                    sequence=self._next(),
                    source=asked.destination,
                    destination=asked.source,
                    esm_class=4,
                    message=told.encode(),
                )
            )
        self._bring(*answers)
        return receipts


def memory_kib() -> int:
    """What the process holds, without what only waits for the collector."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() // 1_024


async def run(folder: Path, orders: int) -> int:
    """Trade, and tell; the exit status."""
    trade = Trade(folder)
    seconds = max(2 * TOLD, orders // A_SECOND)
    half_kib = 0
    began = time.process_time()
    for second in range(1, seconds + 1):
        trade.a_second()
        # What the channel left for the loop's next turn.
        await asyncio.sleep(0)
        if second % (seconds // TOLD) == 0:
            sys.stdout.write(f"{second * A_SECOND:9,} orders, {memory_kib() // 1_024:4} MiB\n")
            sys.stdout.flush()
        if second == seconds // 2:
            half_kib = memory_kib()
    grown = memory_kib() - half_kib
    placed, each = seconds * A_SECOND, (time.process_time() - began) / seconds / A_SECOND
    kept = sum(1 for _ in trade.store.orders(limit=placed + 1))
    trade.store.close()
    assert kept == placed, f"{kept} of {placed} orders are kept"
    sys.stdout.write(
        f"{placed:,} orders and {trade.texts:,} texts in {seconds:,} s of the clock, {each * 1e6:.0f} us of CPU each, the carrier's "
        f"part in it: memory grew by {grown} KiB in the second half, at most {GREW_KIB_MAX} allowed\n"
    )
    return 0 if grown <= GREW_KIB_MAX else 1


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=200_000)
    options = parser.parse_args()
    # The disk's pace is nothing to do with it.
    shared = Path("/dev/shm")
    where = shared if shared.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="dialcart-memory-", dir=where) as folder:
        return asyncio.run(run(Path(folder), options.orders))


if __name__ == "__main__":
    sys.exit(main())
