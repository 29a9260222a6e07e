"""The floor as a service: people who take buyers over, the router that says whom, and its journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from center.contact import Contact, ContactKey
from center.desk.deeds import TELLER
from center.desk.person import HOUSE, Person
from center.desk.queues import Queues
from center.desk.switchboard import Switchboard
from center.measure import Measure, Spread, gauge
from center.orders.order import PlacedOrder
from commands.kept_files import journal_file, people_file
from commands.serving.business import Business, later
from commands.serving.calls import Calls
from commands.serving.platform import Platform
from commands.serving.rounds import Rounds
from flows.inputs import Buyer
from store.journal import SqliteJournal
from store.people import People
from store.sqlite import SqliteStore

LOOK_EVERY_S = 0.5
"""People who are entered, changed or let go, and contracts made or ended, are known within so long."""


def midnight(now: float, zone: ZoneInfo) -> float:
    """When the day began there; both in Unix seconds."""
    local = datetime.fromtimestamp(now, zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


class KnownBuyers:
    """See center.desk.ports.Records."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def contact(self, key: ContactKey) -> Contact | None:
        """See Records."""
        return self._store.contact(key)

    def buyer(self, seller: str, number: str) -> Buyer | None:
        """See Records."""
        return self._store.buyer(seller, number)

    def orders_of(self, seller: str, buyer: str, limit: int) -> Sequence[PlacedOrder]:
        """See Records."""
        return self._store.orders(seller, buyer=buyer, limit=limit)

    def stock(self, seller: str) -> dict[str, int]:
        """See Records."""
        return self._store.stock(seller)

    def lines(self, key: ContactKey, serial: int) -> Sequence[str]:
        """See Records."""
        return self._store.talk(key, serial)


@dataclass(frozen=True, slots=True)
class Seen:
    """People and contracts, as they were seen last."""

    version: object = None
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    contracts: frozenset[tuple[str, str]] = frozenset()


class FloorService:
    """See commands.serving.service.Service."""

    name = "floor"

    def __init__(
        self,
        business: Business,
        database: Path,
        extra: Sequence[Person] = (),
        calls: Calls | None = None,
        queues: Queues | None = None,
        timezone: str = "UTC",
    ) -> None:
        """`extra` are people of this run alone, such as the one of a demonstration; `calls` opens before the floor; at midnight in
        this time zone (IANA) a day of its figures begins.
        """
        self._calls = calls
        self.people = People(people_file(database))
        self._journal = SqliteJournal(journal_file(database))
        self._business = business
        self._extra = tuple(extra)
        self.changed: Callable[[Collection[str]], object] = lambda _: None
        """Told of people who have changed, or are let go, once the floor knows it."""
        self._zone = ZoneInfo(timezone)
        self._known = Seen()
        self._rounds = Rounds("people cannot be read", LOOK_EVERY_S, self.look)
        self.switchboard = Switchboard(
            business.turns,
            business.shops,
            KnownBuyers(business.store),
            self._journal,
            later=later,
            now=time.time,
            queues=queues,
        )

    def tie(self, platform: Platform) -> None:
        """Seats and conferences come from a platform, and go with its boards."""
        switchboard = self.switchboard
        switchboard.sitting.gate = switchboard.conferences.gate = platform.gate
        platform.seat_lost = switchboard.sitting.lose_seat
        platform.conference_lost = switchboard.conferences.lost

    def person(self, name: str) -> Person | None:
        """Somebody who may sign in."""
        found = next((person for person in self._extra if person.agent.name == name), None)
        return found or self.people.person(name)

    async def open(self) -> None:
        """Take up the floor as it was, and let flows hand over to it."""
        self._journal.take_over()
        seen = self._known = self._see()
        self.switchboard.voice = self._calls.lines if self._calls is not None else None
        self.switchboard.start(
            [person.agent for person in seen.people.values()],
            sorted(seen.contracts),
            self._business.store.asked(),
        )
        self.switchboard.begin_day(midnight(time.time(), self._zone))
        self._business.turns.open(TELLER, self.switchboard)
        self._business.performers.people = self.switchboard
        self._rounds.begin()

    def _version(self) -> object:
        return self.people.version(), [seller.seller for seller in self._business.sellers]

    def _see(self) -> Seen:
        # Asked first: what changes while we read is read again at the next look.
        version = self._version()
        people = {p.agent.name: p for p in (*self.people.people(), *self._extra)}
        house = ((HOUSE, seller.seller) for seller in self._business.sellers)
        return Seen(version, people, frozenset((*self.people.contracts(), *house)))

    def look(self) -> None:
        """Tell the switchboard of people and contracts that are not as they were at the last look, of a day that begins, or that we
        have the floor no more.
        """
        if not self._journal.is_ours():
            self.switchboard.kept.lose()
            return
        self.switchboard.begin_day(midnight(time.time(), self._zone))
        if self._version() == self._known.version:
            return
        before, now = self._known, self._see()
        self._known = now
        changed = [n for n, person in now.people.items() if before.people.get(n) != person]
        gone = before.people.keys() - now.people.keys()
        for name in changed:
            self.switchboard.set_agent(now.people[name].agent)
        for pool, seller in sorted(now.contracts - before.contracts):
            self.switchboard.contract(pool, seller)
        for pool, seller in sorted(before.contracts - now.contracts):
            self.switchboard.end_contract(pool, seller)
        for name in gone:
            self.switchboard.sitting.let_go(name)
        self.changed({*changed, *gone})

    async def drain(self) -> None:
        """Keep what was gathered; who waits or talks goes on at the next start."""
        self.switchboard.kept.flush()

    async def close(self) -> None:
        """Let go of the files."""
        await self._rounds.end()
        self.switchboard.kept.flush()
        self.switchboard.kept.stop()
        self._journal.close()
        self.people.close()

    def unready(self) -> str | None:
        """Ready as long as the floor is ours: without agents flows go on by their ways for busy."""
        return "another process has the floor" if self.switchboard.kept.is_lost else None

    def measures(self) -> Iterable[Measure | Spread]:
        """How many wait, and how many serve."""
        census = self.switchboard.census
        yield gauge("dialcart_floor_waiting", "Buyers who wait for an agent.", census.waiting)
        yield gauge("dialcart_floor_agents_ready", "Agents who are ready.", census.ready)
        yield gauge("dialcart_floor_talking", "Buyers who are with an agent.", census.talks)
