"""One simulation: a carrier, buyers, and a shop that dies and starts again, all from one seed."""

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from commands.shards.front_store import FrontStore
from sms.smsc import exchange
from sms.smsc.phone import Phone
from sms.smsc.server import Settings, Smsc
from sms.ussd.profile import PROFILES
from store.memory import MemoryStore
from store.sqlite import SqliteStore
from tests.crash.buyers import CODE, Buyer, Town
from tests.crash.carrier import Simulated
from tests.simulation.caller import Caller, Lines
from tests.simulation.carrier import Tardy, brings, change_order, heed_screens
from tests.simulation.dialler import Dialler
from tests.simulation.disk import DiedError, Moods
from tests.simulation.excuses import (
    Carried,
    counting_what_is_doubted,
    leaving_out_what_breaks_under_an_answer,
    watching_what_comes_behind,
    watching_what_crosses,
    watching_what_is_carried,
    watching_what_is_ignored,
    watching_what_is_lost_within,
    watching_what_is_mistaken,
    watching_what_is_overtaken,
)
from tests.simulation.insister import Insister
from tests.simulation.life import NOON, Life, program
from tests.simulation.loop import NothingLeftError, SimulatedLoop
from tests.simulation.network import Network, Weather
from tests.simulation.partner import Depot
from tests.simulation.poison import POISON, numbers, poisonous
from tests.simulation.spread import Spread
from tests.simulation.story import Story
from tests.simulation.trouble import Trouble
from tests.simulation.verdict import judge
from tests.simulation.wonderer import Wonderer

Opened = TypeVar("Opened", bound=SqliteStore)

ENDS_S_MAX = 7_200.0
"""Of simulated time, for buyers to get what they ordered."""
TROUBLE_S = 20.0
"""So long things go wrong; then the world is kind, and everything must come to its end."""
STARTS_AGAIN_S = (0.5, 1.5)
"""Longer than the carrier needs to hear that the connections are gone, unless one stalls: then so much longer."""
SETTLES_S = 5.0
"""After the last buyer has what they ordered, and nothing more is under way either way."""
SETTLES_S_MAX = 120.0
SAYS_AGAIN_S = 120.0
"""A buyer who has no reply for so long in a kind world says it again, as people do."""
SAYS_AGAIN_MAX = 20
WITHIN_S = 0.0001
"""From one process to another of the same machine."""
LOOKS_S = 0.25
"""How often it is looked whether all is over."""


class World:
    """Everything there is."""

    def __init__(self, seed: int, folder: Path, trouble: Trouble | None = None) -> None:
        self.trouble = trouble or Trouble.of(seed)
        self.chance = random.Random(seed * 7_919 + 1)
        self.story = Story(seed, self.trouble)
        self.folder = folder
        self.network = Network(self.chance, copy(self.trouble.weather))
        self.moods = Moods(
            self.chance,
            dies=self.trouble.dies,
            refuses=self.trouble.refuses,
            stalls=self.trouble.disk_stalls,
            sweeping=random.Random(f"{seed} sweeping"),
        )
        self.far = random.Random(f"{seed} far")
        """How far the clock is set, where what is old is forgotten."""
        self.depot = Depot(
            self.chance,
            slow_s=self.trouble.partner_s,
            dead=self.trouble.partner_dead,
            breaks=self.trouble.partner_breaks,
        )
        self.within = Network(self.chance, Weather(latency_s=WITHIN_S))
        """One machine, whose processes talk over sockets of their own."""
        self.loop = SimulatedLoop(self.network, self.within)
        self.loop.set_exception_handler(self._failed)
        self.memory: MemoryStore | None = None
        self.opened: dict[str, SqliteStore] = {}
        """By the last life, which may have died of its first look."""
        self._left: list[SqliteStore] = []
        """By lives before: held, or the collector would close them in the midst of another, and closed at the end."""
        self.life: Life | None = None
        self.smsc: Smsc | None = None
        self.town: Town | None = None
        self.port = 0
        self.offset_s = 0.0
        self.calm = False
        self.unwritten = numbers(self.trouble.poisoned)
        """Of whom there is poison to come."""

    def _failed(self, _: Any, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, DiedError):
            self.story.failures.append(f"{context.get('message')}: {error!r}")

    def clock(self) -> float:
        """The time of day, as the machine has it."""
        return NOON + self.loop.time() + self.offset_s

    def carrier_time(self) -> datetime:
        """The same at the carrier, whose clock is right: it writes it into receipts."""
        return datetime.fromtimestamp(NOON + self.loop.time(), UTC)

    # --- from the beginning to the end ---

    def run(self) -> Story:
        """All of it."""
        asyncio.set_event_loop(self.loop)
        excuses, carried = self.story.excuses, Carried()
        try:
            with (
                patient_carriers(),
                poisonous(),
                watching_what_is_ignored(excuses.ignored),
                watching_what_is_carried(carried),
                watching_what_comes_behind(excuses.behind, carried, lambda: self.story.lives),
                watching_what_is_lost_within(excuses.within, carried),
                watching_what_is_overtaken(excuses.overtaken, carried, lambda: self.smsc),
                watching_what_is_mistaken(excuses.mistaken, carried),
                leaving_out_what_breaks_under_an_answer(carried),
                counting_what_is_doubted(excuses, carried),
                watching_what_crosses(carried, lambda: self.smsc, lambda: self.town),
            ):
                self.loop.run_until_complete(self._run())
        except NothingLeftError:
            self.story.failures.append("everybody waits for somebody")
        finally:
            tasks = asyncio.all_tasks(self.loop)
            for task in tasks:
                task.cancel()
            if tasks:
                self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self.loop.close()
            asyncio.set_event_loop(None)
            for store in (*self._left, *self.opened.values()):
                store.close()
        return self.story

    async def _run(self) -> None:
        trouble, story = self.trouble, self.story
        profile = PROFILES[trouble.others.profile]
        settings = Settings(port=0, faults=trouble.faults, ussd=profile)
        async with Smsc(settings, local_time=self.carrier_time) as smsc:
            self.smsc, self.port = smsc, smsc.port
            town = Town(
                Simulated(smsc),
                trouble.buyers,
                story.seed,
                orders=trouble.orders,
                say_it_twice=trouble.twice,
                kind=self._kind(),
            )
            self.town = town
            for number, buyer in town.buyers.items():
                if isinstance(buyer, Insister):
                    buyer.is_answered = partial(self._is_answered, number)
            if trouble.disorder:
                change_order(smsc, random.Random(f"{story.seed} order"), trouble.disorder)
            heed_screens(smsc, profile)
            tardy = Tardy(smsc, self.chance, trouble.late_s)
            self._invite(smsc, town)
            self._start()
            town.begin()
            await self._live(smsc, town)
            await self._settle(smsc, tardy)
            story.ended_s = self.loop.time()
            life = self.life
            if life is None or life.disk.dead:
                # Why no other took its place was told to the loop: a store that cannot be opened, as on a disk of this machine that is full.
                story.failures.append("no shop is up at the end")
                return
            await life.stop()
        story.events += life.turns.counters.turns
        story.broken, story.refused = self.network.broken, self.moods.refused
        if trouble.on_disk:
            life.store.close()
        store: Any = SqliteStore(self.folder / "shop.db") if trouble.on_disk else life.store
        judge(story, store, town, self.depot)
        if trouble.on_disk:
            store.close()

    def _kind(self) -> type[Buyer]:
        if self.trouble.insists:
            return Insister
        return Wonderer if self.trouble.wonders else Buyer

    def _is_answered(self, number: str) -> bool:
        return self.town is not None and number not in self.town.carrier.unanswered

    def _invite(self, smsc: Smsc, town: Town) -> None:
        """Who comes by other channels."""
        others, network = self.trouble.others, smsc.network
        given: dict[str, Any] = {"orders": others.orders, "drops": others.drops}

        def chance(number: str) -> random.Random:
            return random.Random(f"{self.story.seed} {number}")

        for number in (f"137{place:08d}" for place in range(others.diallers)):
            jumps = self.trouble.jumps
            town.others[number] = Dialler(network, number, chance(number), jumps=jumps, **given)
        for number in (f"136{place:08d}" for place in range(others.callers)):
            town.others[number] = Caller(network, number, chance(number), self._lines, **given)

    def _lines(self) -> Lines | None:
        """Who takes calls, if anybody does."""
        return self.life.lines if self.life is not None and not self.life.disk.dead else None

    async def _live(self, smsc: Smsc, town: Town) -> None:
        """Until the trouble is over and every buyer has what they ordered."""
        troubles = asyncio.create_task(self._trouble(smsc))
        deadline = self.loop.time() + ENDS_S_MAX
        again_at = self.loop.time() + TROUBLE_S + SAYS_AGAIN_S
        while not self._is_over(town) and self.loop.time() < deadline:
            await asyncio.sleep(LOOKS_S)
            if self.loop.time() >= again_at and self.story.said_again < SAYS_AGAIN_MAX:
                again_at += SAYS_AGAIN_S
                self.story.said_again += town.say_again()
        troubles.cancel()

    def _is_over(self, town: Town) -> bool:
        return self.calm and town.done and self.life is not None and not self.life.disk.dead

    async def _settle(self, smsc: Smsc, tardy: Tardy) -> None:
        """Until all that is under way has come, be it brought late, and a while longer."""
        deadline = self.loop.time() + SETTLES_S_MAX
        quiet_from = self.loop.time()
        while self.loop.time() < min(deadline, quiet_from + SETTLES_S):
            assert self.life is not None
            expected = not self.trouble.faults.lost_receipt and self.life.channel.deliveries.waiting
            if tardy.late or expected or self.life.waits or brings(smsc):
                quiet_from = self.loop.time()
            await asyncio.sleep(LOOKS_S)

    # --- the shop's lives ---

    def _start(self) -> None:
        """Another life begins. If it dies at once, its disk has told."""
        self.story.lives += 1
        with suppress(DiedError):
            given: dict[str, Any] = {
                "port": self.port,
                "clock": self.clock,
                "moods": self.moods,
                "depot": self.depot,
                "died": self._died,
            }
            if self.trouble.spread:
                front_store = self._open(FrontStore, "front.db")
                self.life = Spread(
                    self._open_store,
                    self.trouble,
                    self.chance,
                    front_store=front_store,
                    within=self.within,
                    **given,
                )
            else:
                self.life = Life(self._open_store(), self.trouble, self.chance, **given)
            self.life.start()

    def _died(self) -> None:
        """The process is dead; whoever looks after it starts it again."""
        heard_at = 0.0
        if self.life is not None:
            self.story.events += self.life.turns.counters.turns
            heard_at = self.life.die()
        again_s = self.chance.uniform(*STARTS_AGAIN_S)
        self.loop.call_at(max(self.loop.time() + again_s, heard_at), self._start)

    def _open_store(self) -> Any:
        """What is on disk, and that alone."""
        if not self.trouble.on_disk:
            if self.memory is None:
                self.memory = MemoryStore()
                self.memory.publish("shop", program(), int(NOON))
            return self.memory
        store = self._open(SqliteStore, "shop.db")
        if not store.published():
            store.publish("shop", program(), int(NOON))
        return store

    def _open(self, kind: type[Opened], name: str) -> Opened:
        """A database as a killed process leaves it: nothing more is written, and the kernel lets go of its locks."""
        before = self.opened.get(name)
        if before is not None:
            # The collector may come upon the batch that was open in the midst of this, and undo it first.
            with suppress(sqlite3.OperationalError):
                before._rollback()  # noqa: SLF001
            self._left.append(before)
        store = self.opened[name] = kind(self.folder / name)
        return store

    # --- what goes wrong ---

    async def _trouble(self, smsc: Smsc) -> None:
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
                if trouble.sweeps:
                    # Past what is kept, too (store.inbox.INBOX_KEPT_S).
                    self.offset_s *= self.far.choice((1, 12))
            if self.unwritten and chance.random() < 0.2:
                Phone(smsc.network, self.unwritten.pop()).text(CODE, POISON)
            if trouble.kills_s and pause_s < 1.0 and self.life and not self.life.disk.dead:
                self.life.kill()
        for number in self.unwritten:
            Phone(smsc.network, number).text(CODE, POISON)
        self._be_kind(smsc)

    def _be_kind(self, smsc: Smsc) -> None:
        """From now on everything comes to its end."""
        self.moods.full = False
        self.moods.dies = self.moods.refuses = self.moods.stalls = 0.0
        self.network.weather.breaks = 0.0
        chance = smsc.network.chance
        chance.change(
            replace(
                chance.faults,
                lost_delivery=0.0,
                lost_answer=0.0,
                ignored_answer=0.0,
                lost_response=0.0,
            )
        )
        self.calm = True


@contextmanager
def patient_carriers() -> Iterator[None]:
    """Carriers try for days what is refused for now."""
    attempts_max = exchange.ATTEMPTS_MAX
    exchange.ATTEMPTS_MAX = 1_000_000  # type: ignore[misc]
    try:
        yield
    finally:
        exchange.ATTEMPTS_MAX = attempts_max  # type: ignore[misc]
