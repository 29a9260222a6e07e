"""Routers that are stopped under load, at any instruction, while another takes their journal over.

    python -m tests.crash.fenced --stops 100 --seed 1

A router (tests.end_to_end.floor_process) works as fast as it can. It is stopped at a random time by SIGSTOP, perhaps in the
middle of a commit: then it holds SQLite's lock, and who wants to take over waits until it goes on for a moment. The other
works a while, longer by the router's clock than desks ring and buyers wait; then the first one goes on and must find out that
it is not the one any more. The other is killed, and the next round begins with what is in the journal.

Counted are: offers that were announced and do not follow from what was kept; offers that the stopped one announced of what came
after it; contacts that the journal has with two agents; slots that it has with two contacts.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from center.acd.decisions import Offer, Withdraw
from center.acd.journal import decode
from center.acd.kept import RECORDS_MAX
from center.acd.router import Router
from store.journal import SqliteJournal

WORKS_S = (0.01, 0.25)
"""Under load before it is stopped."""
OTHER_WORKS_S = (0.05, 0.2)
NUDGE_S = 0.002
"""One that holds the lock goes on for so long, then for twice as long, until the other has it."""
TAKES_S_MAX = 0.5
"""Before the one that holds the lock is nudged."""
TAKEN_S_MAX = 120.0
"""From a router's start until it has the journal, nudges in it; a busy machine takes a few."""
ENDS_S_MAX = 120.0
"""Until one that goes on finds out that it is not the one any more."""
RECORDS_A_JOURNAL_MAX = RECORDS_MAX // 2
"""A round goes on with another journal long before this one is made short: here each record is counted."""
SLOTS = {"voice": 1, "sms": 2}


@dataclass
class Books:
    """What was counted."""

    stops: int = 0
    waited: int = 0
    """Stops after which the other had to wait: they came within a transaction, or the machine was busy."""
    announced: int = 0
    unkept: int = 0
    after: int = 0
    two_agents: int = 0
    two_contacts: int = 0
    unfenced: int = 0
    records: int = 0

    @property
    def right(self) -> bool:
        """Whether nothing is off."""
        return not (
            self.unkept or self.after or self.two_agents or self.two_contacts or self.unfenced
        )

    def __str__(self) -> str:
        return (
            f"{self.stops} stops, after {self.waited} of them the other had to wait; {self.announced} offers announced of"
            f" {self.records} records; announced and not kept {self.unkept}, announced by who was taken over {self.after},"
            f" contacts with two agents {self.two_agents}, slots with two contacts {self.two_contacts}, not fenced {self.unfenced}"
        )


class Process:
    """A router in a process of its own, whose words are read as they come."""

    def __init__(self, path: Path, seed: int) -> None:
        self.lines: list[str] = []
        self.taken = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.floor_process", str(path), str(seed)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.endswith("\n"):
                break
            self.lines.append(line.rstrip("\n"))
            if line.startswith("taken"):
                self.taken.set()

    @property
    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    def take(self) -> None:
        """Wait until it has the journal. Raises TimeoutError."""
        if not self.taken.wait(TAKEN_S_MAX):
            raise TimeoutError(f"a router did not take its journal within {TAKEN_S_MAX} s")

    def kill(self) -> list[str]:
        """All that it said, dead however it was: stopped, too."""
        self._process.kill()
        return self.end()

    def end(self) -> list[str]:
        """All that it said, once it is dead. Raises subprocess.TimeoutExpired."""
        self._process.wait(ENDS_S_MAX)
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return self.lines

    @property
    def records(self) -> int:
        """How many it had read when it took over."""
        return int(self.lines[0].split()[1])


@dataclass
class Truth:
    """The journal lived through: what each record decided, and whether a promise was ever broken."""

    books: Books
    router: Router = field(default_factory=Router)
    offers: list[set[tuple[str, str]]] = field(default_factory=list)
    """By record."""

    def follow(self, path: Path) -> None:
        """Live through what has been kept since the last time."""
        journal = SqliteJournal(path)
        for n, record in enumerate(journal.records()):
            if n >= len(self.offers):
                self._take(record)
        journal.close()

    def _take(self, record: bytes) -> None:
        event, router = decode(record), self.router
        held = {t.name: t.seat.person.agent.name for t in router.tickets.values() if t.seat}
        made = set[tuple[str, str]]()
        for decision in router.handle(event):
            match decision:
                case Withdraw(contact=contact):
                    held.pop(contact, None)
                case Offer(contact=contact, agent=agent):
                    self.books.two_agents += contact in held
                    made.add((contact, agent))
                case _:
                    pass
        for person in self.router.people.values():
            for channel, most in SLOTS.items():
                held = [t for t in person.tickets.values() if t.channel == (channel == "sms")]
                self.books.two_contacts += len(held) > most
        self.offers.append(made)
        self.books.records += 1


def offers_of(lines: list[str]) -> list[tuple[str, str]]:
    return [(w[1], w[2]) for line in lines if (w := line.split())[0] == "offer"]


def fence(folder: Path, stops: int, seed: int) -> Books:
    """Run so many rounds on journals in a folder. Nothing that it started outlives it."""
    chance, books = random.Random(seed), Books()
    path, truth = folder / "floor-0", Truth(books)
    for n in range(stops):
        if len(truth.offers) > RECORDS_A_JOURNAL_MAX:
            path, truth = folder / f"floor-{n}", Truth(books)
        with ExitStack() as started:
            _round(started, path, truth, chance, seed + 2 * n)
    return books


def _round(started: ExitStack, path: Path, truth: Truth, chance: random.Random, seed: int) -> None:
    """One is stopped, another takes over, the first goes on."""

    def start(seed: int) -> Process:
        process = Process(path, seed)
        started.callback(process.kill)
        return process

    books, one = truth.books, start(seed)
    one.take()
    began = one.records
    time.sleep(chance.uniform(*WORKS_S))
    one.signal(signal.SIGSTOP)
    other, nudge_s = start(seed + 1), 0.0
    until = time.monotonic() + TAKEN_S_MAX
    while not other.taken.wait(TAKES_S_MAX):
        if time.monotonic() > until:
            raise TimeoutError(f"nobody took the journal over within {TAKEN_S_MAX} s")
        if other.is_dead:
            # It has given up waiting for the lock; whoever started it starts it again.
            other.end()
            other = start(seed + 1)
        nudge_s = 2 * nudge_s or NUDGE_S
        one.signal(signal.SIGCONT)
        time.sleep(nudge_s)
        one.signal(signal.SIGSTOP)
    time.sleep(chance.uniform(*OTHER_WORKS_S))
    one.signal(signal.SIGCONT)
    lines = one.end()
    more = other.kill()
    upto = other.records
    truth.follow(path)
    books.stops += 1
    books.waited += nudge_s > 0
    books.unfenced += lines[-1] != "fenced"
    before = set[tuple[str, str]]().union(*truth.offers[began:upto])
    since = set[tuple[str, str]]().union(*truth.offers[upto:])
    for offer in offers_of(lines):
        books.announced += 1
        books.unkept += offer not in before | since
        books.after += offer not in before
    for offer in offers_of(more):
        books.announced += 1
        books.unkept += offer not in since


def main() -> int:
    """Run, tell, and fail if anything is off."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.fenced")
    parser.add_argument("--stops", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dialcart-fenced-") as folder:
        books = fence(Path(folder), given.stops, given.seed)
    sys.stdout.write(f"{books}\n")
    return 0 if books.right else 1


if __name__ == "__main__":
    sys.exit(main())
