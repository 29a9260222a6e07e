"""Durable offers at the platform's size: events into the kept router, a journal on disk, and offers that leave only after it.

    python -m benchmarks.offers [--seconds 5] [--agents 80000] [--queues 40000] [--waiting 200000]

Everybody is busy and so many wait, so that every talk that is written up gives the next offer: arrive, answer, finish, write
up. Open loop at 4,000 events a second: from the moment an event is due until its offer may leave, and of that how long it was
gathered with others, decided upon and written. Closed loop: as many as go through. The open loop again while the journal is made
short. Then the journal, long and short, is read back into a router, as after kill -9. Beside it: the same events each in a
transaction of its own, and what one commit of this disk takes.
"""

import argparse
import asyncio
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from center.acd.agent import Agent
from center.acd.decisions import Decision, Offer
from center.acd.events import (
    AgentReady,
    AgentSet,
    AgentSignedIn,
    ContactArrived,
    ContactFinished,
    ContractSet,
    Happening,
    OfferAccepted,
    Passed,
    QueueSet,
    WrapUpEnded,
)
from center.acd.kept import KeptRouter
from center.acd.queue import ANSWER_S_MAX, WAIT_S_MAX, Queue
from commands.serving.running import settle_memory
from store.journal import SqliteJournal
from store.shortening import begin_shortening, shorten

RATE = 4_000
BATCH = 500
ALONE_S = 2.0
TICK_S = 0.0005
DRAIN_S_MAX = 5.0


class TimedJournal(SqliteJournal):
    """A journal that knows when it was last asked to write, and keeps its length as it is."""

    began = 0.0

    def append(self, records: Sequence[bytes]) -> None:
        """See Journal."""
        self.began = time.perf_counter()
        super().append(records)

    def shorten(self) -> None:
        """See Journal: here it is made short when we say so."""


class TimedRouter(KeptRouter):
    """A kept router that knows when it last began to decide."""

    began = 0.0

    def flush(self) -> None:
        """See KeptRouter."""
        self.began = time.perf_counter()
        super().flush()


class Floor:
    """A floor of this size at work, and what happens on it next."""

    def __init__(self, path: Path, agents: int, queues: int, waiting: int) -> None:
        self.journal = TimedJournal(path)
        self.kept = TimedRouter(
            self.journal,
            later=asyncio.get_running_loop().call_later,
            now=time.time,
            decided=self._decided,
        )
        self.queues, self.serial = queues, 0
        self.offered: deque[Offer] = deque()
        self.offers = 0
        self.due: deque[float] = deque()
        """When those that are under way were due."""
        self.waits: list[tuple[float, float, float]] = []
        """Of those that are done: gathered, decided and encoded, written; seconds."""
        self.next = self._traffic()
        self._open(agents)
        while len(self.kept.router.tickets) < agents + waiting:
            self.take([self._arrival() for _ in range(BATCH)])

    def _open(self, agents: int) -> None:
        now = time.time()
        events: list[Happening] = []
        for n in range(self.queues):
            queue = Queue(f"q{n}", f"s{n}", wait_s_max=WAIT_S_MAX, answer_s=ANSWER_S_MAX)
            events += [ContractSet(now, "pool", f"s{n}"), QueueSet(now, queue)]
        for n in range(agents):
            name = f"a{n}"
            events += [AgentSet(now, Agent(name, "pool")), AgentSignedIn(now, name)]
            events.append(AgentReady(now, name))
        self.take(events)

    def take(self, events: Sequence[Happening]) -> None:
        """Have events decided upon and kept at once."""
        for event in events:
            self.kept.post(event)
        self.kept.flush()

    def _decided(self, events: Sequence[Happening], decisions: Sequence[Decision]) -> None:
        now = time.perf_counter()
        self.offered += [one for one in decisions if isinstance(one, Offer)]
        self.offers += sum(isinstance(one, Offer) for one in decisions)
        if not self.due:
            return
        decide_s, write_s = self.journal.began - self.kept.began, now - self.journal.began
        for event in events:
            if not isinstance(event, Passed):
                self.waits.append((self.kept.began - self.due.popleft(), decide_s, write_s))

    def _arrival(self) -> ContactArrived:
        self.serial += 1
        queue = f"q{self.serial % self.queues}"
        return ContactArrived(time.time(), f"c{self.serial}", queue, "voice")

    def _traffic(self) -> Iterator[Happening]:
        while True:
            yield self._arrival()
            if self.offered:
                offer = self.offered.popleft()
                for event in (OfferAccepted, ContactFinished, WrapUpEnded):
                    yield event(time.time(), offer.contact, offer.agent)


async def open_loop(floor: Floor, seconds: float) -> float:
    """Events at RATE, each by itself; offers a second."""
    floor.waits, offers, began, posted = [], floor.offers, time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < seconds:
        for n in range(posted, int(spent * RATE)):
            floor.due.append(began + n / RATE)
            floor.kept.post(next(floor.next))
        posted = int(spent * RATE)
        await asyncio.sleep(TICK_S)
    async with asyncio.timeout(DRAIN_S_MAX):
        while floor.due:  # noqa: ASYNC110 - a handful of milliseconds
            await asyncio.sleep(TICK_S)
    return (floor.offers - offers) / seconds


def closed_loop(floor: Floor, seconds: float, batch: int) -> tuple[float, float, float]:
    """As fast as they go: offers and events a second, and offers a second of CPU."""
    offers, events, began, busy_s = floor.offers, 0, time.perf_counter(), time.process_time()
    while (spent := time.perf_counter() - began) < seconds:
        floor.take([next(floor.next) for _ in range(batch)])
        events += batch
    busy_s = time.process_time() - busy_s
    done = floor.offers - offers
    return done / spent, events / spent, done / busy_s


def split(waits: list[tuple[float, float, float]]) -> str:
    """Due to committed, and its three parts."""
    parts = [sorted(map(sum, waits)), *(sorted(wait[n] for wait in waits) for n in range(3))]
    names = ("due to committed", "gathered", "decided", "written")
    return "; ".join(
        f"{name} p50 {part[len(part) // 2] * 1e3:.1f} ms, p99 {part[len(part) * 99 // 100] * 1e3:.1f} ms"
        + (f", longest {part[-1] * 1e3:.0f} ms" if name == names[0] else "")
        for name, part in zip(names, parts, strict=True)
    )


def read_again(path: Path, contacts: int) -> str:
    """Make the router anew from its file, as the next process does after kill -9."""
    journal = TimedJournal(path)
    kept = KeptRouter(
        journal,
        later=asyncio.get_running_loop().call_later,
        now=time.time,
        decided=lambda _events, _decisions: None,
    )
    began, busy_s = time.perf_counter(), time.process_time()
    kept.load()
    spent = time.perf_counter() - began
    busy_s = time.process_time() - busy_s
    kept.stop()
    journal.close()
    assert len(kept.router.tickets) == contacts, "as many as before"
    return f"{kept.recorded:,} records in {spent:.1f} s ({busy_s:.1f} s of CPU)"


async def measure(folder: Path, seconds: float, agents: int, queues: int, waiting: int) -> None:
    """Print the figures."""
    path = folder / "floor"
    began = time.perf_counter()
    floor = Floor(path, agents, queues, waiting)
    print(
        f"{agents:,} agents, all busy, {queues:,} queues, {waiting:,} waiting, opened in {time.perf_counter() - began:.0f} s"
    )
    settle_memory()
    offers = await open_loop(floor, seconds)
    print(
        f"{RATE:,} events a second, {offers:,.0f} offers: {split(floor.waits)} (goal: p99 <= 20 ms)"
    )
    began, shortening = time.perf_counter(), begin_shortening(path)
    await open_loop(floor, seconds)
    await asyncio.to_thread(shortening.join)
    print(
        f"the same while the journal is made short, for {time.perf_counter() - began:.0f} s at most: {split(floor.waits)}"
    )
    rate, events, of_cpu = closed_loop(floor, seconds, BATCH)
    print(
        f"closed loop, {BATCH} events a commit: {rate:,.0f} durable offers a second of {events:,.0f} events,"
        f" {of_cpu:,.0f} a second of CPU (goal: 10,000)"
    )
    alone = closed_loop(floor, ALONE_S, 1)[0]
    print(f"each event a commit of its own: {alone:,.0f} durable offers a second")
    began, count = time.perf_counter(), 0
    blank = SqliteJournal(folder / "blank")
    while time.perf_counter() - began < ALONE_S:
        blank.append([b""])
        count += 1
    blank.close()
    print(f"one commit of this disk: {ALONE_S / count * 1e3:.2f} ms")
    floor.kept.stop()
    floor.journal.close()
    contacts = len(floor.kept.router.tickets)
    del floor
    print(f"rebuilt after kill -9 from {read_again(path, contacts)}")
    shorten(path)
    print(f"the same after it was made short: {read_again(path, contacts)}")


def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--agents", type=int, default=80_000)
    parser.add_argument("--queues", type=int, default=40_000)
    parser.add_argument("--waiting", type=int, default=200_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        asyncio.run(measure(Path(folder), given.seconds, given.agents, given.queues, given.waiting))


if __name__ == "__main__":
    main()
