"""One simulation: a carrier, buyers, and a shop that dies and starts again, all from one seed; and what must hold in the end."""

import asyncio
import random
import sqlite3
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from center.batch import TurnBatch
from center.routing import Routes
from center.shops import Shops
from center.text_news import Stage
from flows.compiler import compile_flow
from flows.folder import flow_of
from flows.program import Program
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.link import Link
from sms.outgoing import Settlement
from sms.sending import NO_ANSWER
from sms.smpp import pdu as p
from sms.smsc import exchange
from sms.smsc.exchange import Delivery
from sms.smsc.faults import Faults
from sms.smsc.server import Settings, Smsc
from store.memory import MemoryStore
from store.sqlite import SqliteStore
from tests.crash.books import Books, count
from tests.crash.buyers import Town
from tests.simulation.disk import DiedError, Disk, Moods, SlowDisk
from tests.simulation.loop import NothingLeftError, SimulatedLoop
from tests.simulation.network import Network, Weather
from tests.simulation.partner import ASKING_FLOW, Asking, Depot

ENDS_S_MAX = 7_200.0
"""Of simulated time, for buyers to get what they ordered."""
TROUBLE_S = 20.0
"""So long things go wrong; then the world is kind, and everything must come to its end."""
STARTS_AGAIN_S = (0.5, 1.5)
"""Longer than the carrier needs to hear that the connections are gone."""
SETTLES_S = 5.0
"""After the last buyer has what they ordered, and nothing more is under way either way."""
SETTLES_S_MAX = 120.0
SAYS_AGAIN_S = 120.0
"""A buyer who has no reply for so long in a kind world says it again, as people do."""
SAYS_AGAIN_MAX = 20
NOON = 1_795_492_800.0
STRANGE_SEQUENCE = 0x7000_0000
"""Of copies that come by another bind; the carrier's own numbers are far below."""


@dataclass(frozen=True)
class Trouble:
    """What goes wrong in one simulation."""

    buyers: int
    orders: int
    """Each buyer begins so many at most."""
    weather: Weather
    faults: Faults
    dies: float
    refuses: float
    """Of batches that the store refuses for now."""
    full_s: float
    """How long the disk is full, once; 0: never."""
    slow_s: float
    """A commit takes so long."""
    kills_s: float
    """The process is killed about so often, wherever it is; 0: never."""
    jumps: bool
    """The clock of day jumps both ways."""
    late_s: float
    """What is brought again after a break comes so late at most, though the connection is back; 0: at once."""
    twice: bool
    """Buyers say the same twice in a row."""
    partner_s: float
    """The seller's order system takes so long to answer."""
    partner_dead: float
    """Of what it is asked that it never answers."""
    doubled: float
    """Of deliver_sm that the carrier brings twice: under the same number, or by two binds at once."""
    binds: int
    on_disk: bool
    """The store is SQLite, else memory."""

    @classmethod
    def of(cls, seed: int) -> "Trouble":
        """Some of everything, and often one thing alone: what hides behind the others shows then."""
        chance = random.Random(seed)

        def now_and_then(share: float, value: Any) -> Any:
            return value if chance.random() < share else 0

        dies = now_and_then(0.4, chance.choice((0.02, 0.1)))
        kills_s = now_and_then(0.4, chance.choice((0.3, 2.0)))
        # A commit that takes longer than sms.held.HOLD_S, and a crash within it, and another: see docs/operations.md.
        slow_s = chance.choice((0.001, 0.001, 0.05, 0.2 if dies or kills_s else 1.0))
        breaks = now_and_then(0.4, chance.choice((0.005, 0.02, 0.05)))
        binds = chance.choice((1, 2, 3))
        disconnect = now_and_then(0.2, 0.02)
        trouble = breaks or dies or kills_s or disconnect
        return cls(
            buyers=chance.randint(1, 5),
            orders=chance.randint(1, 3),
            weather=Weather(
                latency_s=chance.choice((0.0005, 0.005, 0.05)),
                breaks=breaks,
            ),
            faults=Faults(
                seed=seed,
                throttled=now_and_then(0.3, 0.1),
                queue_full=now_and_then(0.3, 0.1),
                receipt_delay_s=chance.choice((0.0, 0.05, 3.0)),
                jitter_s=chance.choice((0.0, 0.02)),
                duplicated_receipt=now_and_then(0.3, 0.2),
                lost_receipt=now_and_then(0.3, 0.2),
                early_receipt=now_and_then(0.3, 0.3),
                duplicated_response=now_and_then(0.2, 0.1),
                disconnect=disconnect,
            ),
            dies=dies,
            refuses=now_and_then(0.3, 0.1),
            full_s=now_and_then(0.2, chance.uniform(1.0, 8.0)),
            slow_s=slow_s,
            kills_s=kills_s,
            jumps=chance.random() < 0.3,
            # After a crash what comes later than sms.held.HOLD_S cannot be told apart (decision 0030).
            late_s=0.0 if dies or kills_s else now_and_then(0.4, chance.choice((2.0, 30.0))),
            twice=chance.random() < 0.3,
            # By two binds, one of which breaks, the copy may come behind what the buyer said next (decision 0030).
            doubled=now_and_then(0.0 if binds > 1 and trouble else 0.3, chance.choice((0.1, 1.0))),
            partner_s=chance.choice((0.0, 0.0, 0.1, 4.0)),
            partner_dead=now_and_then(0.2, chance.choice((0.2, 1.0))),
            binds=binds,
            on_disk=seed % 10 == 0,
        )


@dataclass
class Story:
    """What happened."""

    seed: int
    trouble: Trouble
    lives: int = 0
    broken: int = 0
    refused: int = 0
    ended_s: float = 0.0
    said_again: int = 0
    """Messages that buyers had to say twice: their first was taken for a redelivery that could have come (decision 0030)."""
    beside: int = 0
    """See tests.crash.buyers.Town: with several binds the order of a buyer's messages may have been lost (decision 0030)."""
    books: Books | None = None
    failures: list[str] = field(default_factory=list[str])
    events: int = 0
    """Turns, in all lives; equal for equal seeds, like all here."""

    @property
    def right(self) -> bool:
        """Whether everything held."""
        return self.books is not None and self.books.right and not self.failures

    @property
    def excused(self) -> bool:
        """Whether a buyer was misunderstood as decision 0030 says, and only that.

        Two messages of theirs were under way at once: a reply by one bind had overtaken our answer by another, or they read
        alike over a crash. No order is announced and absent, and no stock is off then either.
        """
        books = self.books
        return (
            not self.right
            and self.beside > 0
            and (self.trouble.binds > 1 or self.trouble.twice)
            and books is not None
            and not (books.absent or books.stock_off)
        )


@cache
def program() -> Program:
    """The flow that all buyers talk to."""
    flow, diagnostics = flow_of("shop", ASKING_FLOW)
    assert not diagnostics, diagnostics
    return compile_flow(flow).program


@cache
def shops() -> Shops:
    """Compiled once for all simulations: it is a cache, and nothing of a run is kept in it."""
    store = MemoryStore()
    store.publish("shop", program(), int(NOON))
    return Shops(store.published(), store.program)


class Twice:
    """See sms.client.Handler: what comes, comes again at once."""

    def __init__(self, life: "Life", chance: random.Random, share: float) -> None:
        self._life = life
        self._chance = chance
        self._share = share
        self._sequence = STRANGE_SEQUENCE

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        """See sms.client.Handler."""
        channel, chance = self._life.channel, self._chance
        for message in messages:
            channel.received(link, [message])
            if chance.random() >= self._share:
                continue
            by = chance.choice([other for other in self._life.esme.links if other.bound] or [link])
            copy = message
            if by is not link:
                self._sequence += 1
                copy = replace(message, sequence=self._sequence)
            by.unacknowledged += 1
            channel.received(by, [copy])

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        """See sms.client.Handler."""
        self._life.channel.settled(carrier, settlements)


class Life:
    """The shop's process from a start to its death."""

    def __init__(self, world: "World") -> None:
        self.world = world
        chance = world.chance
        self.store = world.open_store()
        self.disk = Disk(self.store, world.moods, world.died)
        self.asking = Asking(world.depot, world.clock, lambda: self.disk.dead)
        self.turns = TurnBatch(
            self.disk,
            shops(),
            later=self._later,
            performer=self.asking,
            aside=SlowDisk(chance, self.disk, world.trouble.slow_s),
        )
        loop = asyncio.get_running_loop()
        self.asking.turns = self.turns
        self.channel = SmsChannel(
            self.turns,
            self.disk,
            Routes([("shop", program())]),
            clock=world.clock,
            ticks=loop.time,
        )
        carrier = Carrier(
            "carrier", "smsc", world.port, "dialcart", "dialcart", binds=world.trouble.binds
        )
        twice = Twice(self, random.Random(chance.random()), world.trouble.doubled)
        self.esme = Esme(carrier, twice, chance=random.Random(chance.random()))
        self.channel.add(self.esme)

    def _later(self, delay_s: float, callback: Any, /) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(delay_s, callback)

    def start(self) -> None:
        self.channel.start()
        # What an earlier life asked for, it may not have been told.
        self.asking.perform(self.store.awaited())
        self.esme.start()

    def die(self) -> None:
        """Nothing of it goes on; only the disk has what it has."""
        self.disk.dead = True
        for task in self.esme._tasks:  # noqa: SLF001
            task.cancel()
        for link in self.esme.links:
            if link.transport is not None:
                link.transport.die()  # type: ignore[attr-defined]

    async def stop(self) -> None:
        """In order."""
        self.channel.refuse_new()
        self.turns.flush()
        await self.esme.close()
        self.channel.end()
        self.turns.flush()


class World:
    """Everything there is."""

    def __init__(self, seed: int, folder: Path, trouble: Trouble | None = None) -> None:
        self.trouble = trouble or Trouble.of(seed)
        self.chance = random.Random(seed * 7_919 + 1)
        self.story = Story(seed, self.trouble)
        self.folder = folder
        self.network = Network(self.chance, copy(self.trouble.weather))
        self.moods = Moods(self.chance, dies=self.trouble.dies, refuses=self.trouble.refuses)
        self.depot = Depot(
            self.chance, slow_s=self.trouble.partner_s, dead=self.trouble.partner_dead
        )
        self.loop = SimulatedLoop(self.network)
        self.loop.set_exception_handler(self._failed)
        self.memory: MemoryStore | None = None
        self.opened: SqliteStore | None = None
        """By the last life, which may have died of its first look."""
        self.life: Life | None = None
        self.port = 0
        self.offset_s = 0.0
        self.calm = False
        self.late = 0
        """Connections whose messages are to be brought again."""

    def _failed(self, _: Any, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, DiedError):
            self.story.failures.append(f"{context.get('message')}: {error!r}")

    def clock(self) -> float:
        """The time of day, as the machine has it."""
        return NOON + self.loop.time() + self.offset_s

    def open_store(self) -> Any:
        """What is on disk, and that alone."""
        if not self.trouble.on_disk:
            if self.memory is None:
                self.memory = MemoryStore()
                self.memory.publish("shop", program(), int(NOON))
            return self.memory
        if self.opened is not None:
            # As a killed process leaves it: nothing more is written, and the kernel lets go of its locks. The collector may
            # come upon the batch that was open in the midst of this, and undo it first.
            with suppress(sqlite3.OperationalError):
                self.opened._rollback()  # noqa: SLF001
        store = self.opened = SqliteStore(self.folder / "shop.db")
        if not store.published():
            store.publish("shop", program(), int(NOON))
        return store

    def run(self) -> Story:
        """From the beginning to the end."""
        asyncio.set_event_loop(self.loop)
        attempts_max = exchange.ATTEMPTS_MAX
        # Carriers try for days.
        exchange.ATTEMPTS_MAX = 1_000_000  # type: ignore[misc]
        try:
            self.loop.run_until_complete(self._run())
        except NothingLeftError:
            self.story.failures.append("everybody waits for somebody")
        finally:
            exchange.ATTEMPTS_MAX = attempts_max  # type: ignore[misc]
            tasks = asyncio.all_tasks(self.loop)
            for task in tasks:
                task.cancel()
            if tasks:
                self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self.loop.close()
            asyncio.set_event_loop(None)
        return self.story

    async def _run(self) -> None:
        async with Smsc(Settings(port=0, faults=self.trouble.faults)) as smsc:
            self.port = smsc.port
            town = Town(
                smsc,
                self.trouble.buyers,
                self.story.seed,
                orders=self.trouble.orders,
                say_it_twice=self.trouble.twice,
            )
            if self.trouble.late_s:
                self._bring_late(smsc)
            self._start()
            town.begin()
            troubles = asyncio.create_task(self._trouble())
            deadline = self.loop.time() + ENDS_S_MAX
            again_at = self.loop.time() + TROUBLE_S + SAYS_AGAIN_S
            while not self._is_over(town) and self.loop.time() < deadline:
                await asyncio.sleep(0.25)
                if self.loop.time() >= again_at and self.story.said_again < SAYS_AGAIN_MAX:
                    again_at += SAYS_AGAIN_S
                    self.story.said_again += town.say_again()
            troubles.cancel()
            # What is repeated for safety's sake is still on its way.
            await self._settle(smsc)
            self.story.ended_s = self.loop.time()
            assert self.life is not None
            await self.life.stop()
        life = self.life
        harmless = not (
            self.network.broken or self.trouble.faults.disconnect or self.story.lives > 1
        )
        if harmless and self.story.said_again:
            self.story.failures.append("a message was lost though no connection was")
        self.story.events += life.turns.counters.turns
        self.story.beside = town.beside
        self.story.broken = self.network.broken
        self.story.refused = self.moods.refused
        if self.trouble.on_disk:
            life.store.close()
            store: Any = SqliteStore(self.folder / "shop.db")
        else:
            store = life.store
        for number, buyer in town.buyers.items():
            if buyer.lines:
                self.story.failures.append(f"{number} waits for {buyer.lines[0]}")
        if left := store.waiting_texts(0, 10):
            self.story.failures.append(f"{len(left)} texts were never taken")
        if not self.trouble.faults.lost_receipt:
            # A line that breaks under a text five times is not tried again.
            undelivered = [
                one
                for one in store.texts("shop")
                if one.stage is not Stage.DELIVERED and one.reason != NO_ANSWER
            ]
            if undelivered:
                self.story.failures.append(f"{len(undelivered)} texts are not known as delivered")
        self.story.books = count(store, town, self.story.lives - 1)
        if len(self.depot.held) != self.story.books.orders:
            self.story.failures.append(
                f"{len(self.depot.held)} orders held by the depot, {self.story.books.orders} placed"
            )
        if self.trouble.on_disk:
            store.close()

    async def _settle(self, smsc: Smsc) -> None:
        """Until all that is under way has come, be it brought late, and a while longer."""
        deadline = self.loop.time() + SETTLES_S_MAX
        quiet_from = self.loop.time()
        while self.loop.time() < min(deadline, quiet_from + SETTLES_S):
            assert self.life is not None
            under_way = (
                self.late
                or smsc.network.exchange.waiting
                or self.life.store.waiting_texts(0, 1)
                or (self.life.channel.deliveries.waiting and not self.trouble.faults.lost_receipt)
            )
            if under_way:
                quiet_from = self.loop.time()
            await asyncio.sleep(0.25)

    def _bring_late(self, smsc: Smsc) -> None:
        """A carrier that takes its time with what it lacked our answers to; it keeps their order."""
        exchange = smsc.network.exchange
        leave = exchange.leave

        def later(link: int) -> None:
            bound = exchange._links.get(link)  # noqa: SLF001
            late = list(bound.unanswered.values()) if bound else []
            if bound:
                bound.unanswered.clear()
            leave(link)
            if late:
                self.late += 1
                self.loop.call_later(self.chance.uniform(0, self.trouble.late_s), back, late)

        def back(late: list[Delivery]) -> None:
            self.late -= 1
            for one in late:
                exchange._put_back(one)  # noqa: SLF001
            smsc.network.wake()

        exchange.leave = later  # type: ignore[method-assign]

    def _is_over(self, town: Town) -> bool:
        return self.calm and town.done and self.life is not None and not self.life.disk.dead

    # --- what goes wrong ---

    def _start(self) -> None:
        """Another life begins. If it dies at once, its disk has told."""
        self.story.lives += 1
        with suppress(DiedError):
            self.life = Life(self)
            self.life.start()

    def died(self) -> None:
        """The process is dead; whoever looks after it starts it again."""
        if self.life is not None:
            self.story.events += self.life.turns.counters.turns
            self.life.die()
        self.loop.call_later(self.chance.uniform(*STARTS_AGAIN_S), self._start)

    async def _trouble(self) -> None:
        trouble, chance = self.trouble, self.chance
        ends = self.loop.time() + TROUBLE_S
        full_from = self.loop.time() + chance.uniform(0.1, 5.0)
        while self.loop.time() < ends:
            pause_s = chance.expovariate(1 / trouble.kills_s) if trouble.kills_s else 1.0
            await asyncio.sleep(min(pause_s, 1.0))
            now = self.loop.time()
            self.moods.full = bool(trouble.full_s) and full_from <= now < full_from + trouble.full_s
            if trouble.jumps and chance.random() < 0.3:
                self.offset_s = chance.choice((-3_000.0, -60.0, 0.0, 60.0, 3_000.0))
            if trouble.kills_s and pause_s < 1.0 and self.life and not self.life.disk.dead:
                self.life.disk.dead = True
                self.died()
        self.moods.full = False
        self.moods.dies = self.moods.refuses = 0.0
        self.network.weather.breaks = 0.0
        self.calm = True
