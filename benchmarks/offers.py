"""Durable offers: events into the router, a journal on disk, and offers that leave only after it.

    python -m benchmarks.offers [--seconds 5] [--agents 80000] [--queues 2000]

Open loop at 4,000 events a second: from the moment an event is due until its offer may leave. Closed loop: as many offers
as go through. The same while the journal is made short. Then the journal is read back into a router, as after kill -9. Beside it: the same events each in a
transaction of its own, and what one commit of this disk takes.
"""

import argparse
import gc
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from center.acd.agent import Agent
from center.acd.decisions import Offer
from center.acd.events import (
    AgentReady,
    AgentSet,
    AgentSignedIn,
    ContactArrived,
    ContactFinished,
    ContractSet,
    Happening,
    OfferAccepted,
    QueueSet,
    WrapUpEnded,
)
from center.acd.journal import decode, encode, rebuild
from center.acd.queue import Queue
from center.acd.router import Router
from store.journal import SqliteJournal
from store.shortening import begin_shortening

RATE = 4_000
BATCH_MAX = 500
ALONE_S = 2.0


class Floor:
    """A router with its journal, and natural traffic: arrive, answer, talk, write up."""

    def __init__(self, journal: SqliteJournal, agents: int, queues: int) -> None:
        self.journal, self.router = journal, Router()
        self.queues, self.now, self.serial = queues, 0.0, 0
        self.offered: deque[Offer] = deque()
        self.next = self._traffic()
        opening: list[Happening] = []
        for n in range(queues):
            opening += [ContractSet(0.0, "pool", f"s{n}"), QueueSet(0.0, Queue(f"q{n}", f"s{n}"))]
        for n in range(agents):
            name = f"a{n}"
            opening.append(AgentSet(0.0, Agent(name, "pool")))
            opening += [AgentSignedIn(0.0, name), AgentReady(0.0, name)]
        self.take(opening)

    def take(self, events: list[Happening]) -> int:
        """Handle events and commit them; how many offers may leave."""
        before = len(self.offered)
        for event in events:
            for decision in self.router.handle(event):
                if isinstance(decision, Offer):
                    self.offered.append(decision)
        self.journal.append([encode(event) for event in events])
        return len(self.offered) - before

    def _traffic(self) -> Iterator[Happening]:
        while True:
            self.serial += 1
            self.now += 0.0005
            yield ContactArrived(
                self.now, f"c{self.serial}", f"q{self.serial % self.queues}", "voice"
            )
            if len(self.offered) > BATCH_MAX:
                offer = self.offered.popleft()
                yield OfferAccepted(self.now, offer.contact, offer.agent)
                yield ContactFinished(self.now, offer.contact, offer.agent)
                yield WrapUpEnded(self.now, offer.contact, offer.agent)


def open_loop(floor: Floor, seconds: float) -> tuple[list[float], int]:
    """Seconds from when each event was due to its commit, at RATE; and offers that left."""
    waits: list[float] = []
    began, done, offers = time.perf_counter(), 0, 0
    while (spent := time.perf_counter() - began) < seconds:
        due = int(spent * RATE) - done
        if due <= 0:
            time.sleep(0.0005)
            continue
        events = [next(floor.next) for _ in range(min(due, BATCH_MAX))]
        offers += floor.take(events)
        now = time.perf_counter() - began
        waits += [now - (done + n) / RATE for n in range(len(events))]
        done += len(events)
    return sorted(waits), offers


def closed_loop(floor: Floor, seconds: float, batch: int) -> tuple[float, float]:
    """Offers and events a second as fast as they go."""
    began, offers, events = time.perf_counter(), 0, 0
    while time.perf_counter() - began < seconds:
        offers += floor.take([next(floor.next) for _ in range(batch)])
        events += batch
    spent = time.perf_counter() - began
    return offers / spent, events / spent


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--agents", type=int, default=80_000)
    parser.add_argument("--queues", type=int, default=2_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        journal = SqliteJournal(Path(folder) / "floor")
        floor = Floor(journal, given.agents, given.queues)
        gc.collect()
        gc.freeze()
        waits, offers = open_loop(floor, given.seconds)
        print(
            f"{RATE:,} events a second, open loop: due to committed p50 {waits[len(waits) // 2] * 1e3:.1f} ms,"
            f" p99 {waits[len(waits) * 99 // 100] * 1e3:.1f} ms, {offers / given.seconds:,.0f} offers a second (goal: p99 <= 20 ms)"
        )
        began, shortening = time.perf_counter(), begin_shortening(Path(folder) / "floor")
        waits, _ = open_loop(floor, given.seconds)
        shortening.join()
        print(
            f"the same while the journal is made short, for {time.perf_counter() - began:.0f} s at most: p50"
            f" {waits[len(waits) // 2] * 1e3:.1f} ms, p99 {waits[len(waits) * 99 // 100] * 1e3:.1f} ms, longest {waits[-1] * 1e3:.1f} ms"
        )
        rate, events = closed_loop(floor, given.seconds, BATCH_MAX)
        print(
            f"closed loop, {BATCH_MAX} events a commit: {rate:,.0f} durable offers a second of {events:,.0f} events (goal: 10,000)"
        )
        alone, _ = closed_loop(floor, ALONE_S, 1)
        print(f"each event a commit of its own: {alone:,.0f} durable offers a second")
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < ALONE_S:
            journal.append([b""])
            count += 1
        print(f"one commit of this disk: {ALONE_S / count * 1e3:.2f} ms")
        records = [record for record in journal.records() if record]
        began = time.perf_counter()
        again = rebuild(decode(record) for record in records)
        print(f"rebuilt from {len(records):,} records in {time.perf_counter() - began:.1f} s")
        assert len(again.tickets) == len(floor.router.tickets)
        journal.close()


if __name__ == "__main__":
    main()
