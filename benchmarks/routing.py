"""Decisions a second of the router at the platform's size, beside a scan and mod_callcenter's way in the same run.

    python -m benchmarks.routing [--small]

80,000 agents, 40,000 queues, 200,000 waiting. A decision is one event handled: a contact arrives, an agent answers,
ends the talk, has written it up (and is given the next who waits), a buyer hangs up. Two layouts: agents who share
profiles (20 pools, 100 each), and every agent unique with 50 queues of their own. The garbage collector is settled before, as in the server.

The peers do one thing only, with the same agents and queues: choose who is next for a free agent. The scan looks at all
who wait. mod_callcenter asks SQL: all members by score, and for each the agents of its queue by tier and idle time; here
in SQLite in memory, without the index its schema lacks and, to be fair, with one on tiers.
"""

import random
import sqlite3
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator

from center.acd.agent import Agent, Skill
from center.acd.decisions import Offer
from center.acd.events import (
    AgentReady,
    AgentSet,
    AgentSignedIn,
    ContactArrived,
    ContactFinished,
    ContactLeft,
    ContractSet,
    Happening,
    OfferAccepted,
    QueueSet,
    WrapUpEnded,
)
from center.acd.queue import Queue
from center.acd.router import Router
from commands.serving.running import settle_memory

AGENTS, QUEUES, WAITING, EVENTS = 80_000, 40_000, 200_000, 300_000
POOLS, LANGUAGES, TRADES = 20, 6, 40
PROFILES_A_POOL = 100
QUEUES_AN_AGENT = 50
ROUNDS = 3


class Floor:
    """A floor of this size, and traffic for it."""

    def __init__(self, scale: int, unique: bool) -> None:
        self.chance = random.Random(5)
        self.agents, self.queues = AGENTS // scale, QUEUES // scale
        self.waiting, self.unique = WAITING // scale, unique
        self.router, self.now, self.serial = Router(), 0.0, 0
        self.offered: deque[Offer] = deque()
        self.queue_skills: list[tuple[Skill, ...]] = []
        self.agent_skills: list[tuple[Skill, ...]] = []
        for event in self.opening():
            self.note(event)
        while len(self.router.tickets) < self.waiting + self.agents:
            self.note(self.arrival())

    def opening(self) -> Iterator[Happening]:
        chance = self.chance
        for n in range(self.queues):
            if self.unique:
                skills = (Skill(f"queue {n}"),)
                yield ContractSet(0.0, "pool 0", f"seller {n}")
            else:
                skills = (
                    Skill(f"language {chance.randrange(LANGUAGES)}", chance.randint(1, 3)),
                    Skill(f"trade {chance.randrange(TRADES)}", chance.randint(1, 3)),
                )
                yield ContractSet(0.0, f"pool {n % POOLS}", f"seller {n}")
            self.queue_skills.append(skills)
            rate = 1.0 if self.unique else (1.0, 2.0)[n % 2]
            yield QueueSet(0.0, Queue(f"q{n}", f"seller {n}", skills, rate=rate, wait_s_max=6000))
        shared = [self.some_skills() for _ in range(PROFILES_A_POOL)]
        for n in range(self.agents):
            if self.unique:
                own = chance.sample(range(self.queues), QUEUES_AN_AGENT)
                skills = tuple(Skill(f"queue {q}") for q in own)
                pool = "pool 0"
            else:
                skills = shared[n // POOLS % PROFILES_A_POOL]
                pool = f"pool {n % POOLS}"
            self.agent_skills.append(skills)
            yield AgentSet(0.0, Agent(f"a{n}", pool, skills))
            yield AgentSignedIn(0.0, f"a{n}")
            yield AgentReady(float(n) / self.agents, f"a{n}")

    def some_skills(self) -> tuple[Skill, ...]:
        chance = self.chance
        languages = chance.sample(range(LANGUAGES), chance.randint(1, 2))
        trades = chance.sample(range(TRADES), 4)
        return (
            *(Skill(f"language {one}", 3) for one in languages),
            *(Skill(f"trade {one}", chance.randint(2, 3)) for one in trades),
        )

    def arrival(self) -> ContactArrived:
        self.serial += 1
        self.now += 0.001
        queue = f"q{self.chance.randrange(self.queues)}"
        return ContactArrived(self.now, f"c{self.serial}", queue, "voice")

    def note(self, event: Happening) -> None:
        for decision in self.router.handle(event):
            if isinstance(decision, Offer):
                self.offered.append(decision)

    def run(self, events: int) -> list[int]:
        """Nanoseconds of each event: an arrival, and a talk from answer to the next offer, in turn."""
        spent: list[int] = []
        clock, handle = time.perf_counter_ns, self.router.handle

        def timed(event: Happening) -> None:
            began = clock()
            decisions = handle(event)
            spent.append(clock() - began)
            for decision in decisions:
                if isinstance(decision, Offer):
                    self.offered.append(decision)

        while len(spent) < events:
            arrival = self.arrival()
            timed(arrival)
            offer = self.offered.popleft()
            self.now += 0.001
            timed(OfferAccepted(self.now, offer.contact, offer.agent))
            timed(ContactFinished(self.now, offer.contact, offer.agent))
            timed(WrapUpEnded(self.now, offer.contact, offer.agent))
            if len(spent) % 20 == 0:
                arrival = self.arrival()
                timed(arrival)
                timed(ContactLeft(self.now, arrival.contact))
        return spent


def scan(floor: Floor) -> float:
    """Choices a second when each looks at every contact that waits."""
    levels = [dict(skills) for skills in floor.agent_skills]
    waiting = [
        (float(n), floor.queue_skills[floor.chance.randrange(floor.queues)])
        for n in range(floor.waiting)
    ]

    def choose() -> None:
        has = levels[floor.chance.randrange(floor.agents)]
        min(
            (
                since
                for since, needs in waiting
                if all(has.get(name, 0) >= level for name, level in needs)
            ),
            default=None,
        )

    return a_second(choose)


def polling(floor: Floor, *, index: bool) -> float:
    """Choices a second as mod_callcenter makes them: members by score, then for one its queue's agents."""
    store = sqlite3.connect(":memory:")
    store.executescript(
        "CREATE TABLE members (queue TEXT, uuid TEXT, joined INTEGER, base_score INTEGER, state TEXT);"
        "CREATE TABLE agents (name TEXT, status TEXT, state TEXT, last_bridge_end INTEGER);"
        "CREATE TABLE tiers (queue TEXT, agent TEXT, state TEXT, level INTEGER, position INTEGER);"
        "CREATE UNIQUE INDEX agents_name ON agents (name);"
    )
    draw, count = floor.chance.randrange, floor.queues
    store.executemany(
        "INSERT INTO members VALUES (?, ?, ?, 0, 'Waiting')",
        ((f"q{draw(count)}", f"c{n}", n) for n in range(floor.waiting)),
    )
    store.executemany(
        "INSERT INTO agents VALUES (?, 'Available', 'Waiting', ?)",
        ((f"a{n}", n) for n in range(floor.agents)),
    )
    store.executemany(
        "INSERT INTO tiers VALUES (?, ?, 'Ready', 1, 1)",
        ((f"q{draw(count)}", f"a{n}") for n in range(floor.agents) for _ in range(5)),
    )
    if index:
        store.execute("CREATE INDEX tiers_queue ON tiers (queue)")

    def choose() -> None:
        members = store.execute(
            "SELECT queue, uuid, (? - joined) + base_score AS score FROM members"
            " WHERE state = 'Waiting' ORDER BY score DESC",
            (10**6,),
        )
        queue = members.fetchone()[0]
        store.execute(
            "SELECT name FROM agents LEFT JOIN tiers ON agents.name = tiers.agent"
            " WHERE tiers.queue = ? AND agents.status = 'Available' AND agents.state = 'Waiting'"
            " ORDER BY level, last_bridge_end, position",
            (queue,),
        ).fetchall()

    return a_second(choose)


def a_second(choose: Callable[[], None]) -> float:
    """How often in a second, over about two."""
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < 2:
        choose()
        count += 1
    return count / (time.perf_counter() - began)


def main() -> None:
    """Print the figures."""
    scale = 100 if "--small" in sys.argv else 1
    goals = {False: "100,000/s, p99 <= 50 us", True: "10,000/s, p99 <= 200 us"}
    for unique in (False, True):
        began = time.perf_counter()
        floor = Floor(scale, unique)
        name = f"unique agents, {QUEUES_AN_AGENT} queues each" if unique else "shared profiles"
        print(
            f"{name}: {floor.agents:,} agents, {floor.queues:,} queues,"
            f" {len(floor.router.tickets) - floor.agents:,} waiting,"
            f" built in {time.perf_counter() - began:.1f} s (goal: {goals[unique]})"
        )
        settle_memory()
        for _ in range(ROUNDS):
            busy_s = time.process_time()
            spent = sorted(floor.run(EVENTS // scale))
            busy_s = time.process_time() - busy_s
            print(
                f"  dialcart {len(spent) * 1e9 / sum(spent):>12,.0f} decisions a second,"
                f" p50 {spent[len(spent) // 2] / 1e3:.1f} us,"
                f" p99 {spent[len(spent) * 99 // 100] / 1e3:.1f} us;"
                f" {len(spent) / busy_s:,.0f} a second of CPU, the traffic's own and the clock's in it"
            )
        print(f"  scan     {scan(floor):>12,.1f} choices a second")
        if not unique:
            print(f"  SQL polling without index {polling(floor, index=False):,.1f} a second")
            print(f"  SQL polling, tiers indexed {polling(floor, index=True):,.1f} a second")


if __name__ == "__main__":
    main()
