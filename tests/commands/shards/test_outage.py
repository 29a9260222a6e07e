"""Shards, a front and two carriers through outages: each phone has each text once, and its own in their order."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from center import backlog
from center.batch import TurnBatch
from center.changes import OutgoingText
from center.routing import Routes
from center.shops import Shops
from commands.shards import front as fronts
from commands.shards import front_store
from commands.shards import shard as shards
from commands.shards.front import FrontBatch
from commands.shards.front_store import FrontStore
from commands.shards.shard import FrontLink
from sms import sending
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.submission import Settlement
from store.memory import MemoryStore
from tests.flows.shops import NOON
from tests.sms.channels import Slow, later

SHARDS = 2
PHONES = 6
"""Of each shard."""
DEEDS = 150


class Wire:
    """One way of a connection, until it breaks."""

    def __init__(self, received: Callable[[bytes], object]) -> None:
        self._received = received
        self.is_broken = False

    def write(self, data: bytes) -> None:
        asyncio.get_running_loop().call_soon(self._bring, data)

    def _bring(self, data: bytes) -> None:
        if not self.is_broken:
            self._received(data)

    def abort(self) -> None:
        self.is_broken = True

    def is_closing(self) -> bool:
        return self.is_broken


class World:
    """What is said, and what phones hear."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.chance = chance
        self.store = FrontStore(folder / "front.db")
        paths = [folder / f"shard-{place}.sock" for place in range(SHARDS)]
        self.front = FrontBatch(self.store, paths, later=later)
        self.channel = SmsChannel(self.front, self.store, Routes([]), clock=lambda: NOON)
        rates = [chance.choice([None, 1.0, 3.0]) for _ in "ab"]
        self.carriers = [
            Slow(10**6, Carrier(name, "nowhere", 0, "us", "secret", window=4, rate=rate))
            for name, rate in zip("ab", rates, strict=True)
        ]
        self.turns = [
            TurnBatch(MemoryStore(), Shops({}, cast("Any", None)), later=later) for _ in paths
        ]
        self.ends = [
            FrontLink(cast("Any", SimpleNamespace(turns=turns, store=turns.store)))
            for turns in self.turns
        ]
        self.wires: dict[int, tuple[Wire, Wire]] = {}
        self.count = 0
        self.said: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.heard: dict[tuple[str, str], list[str]] = defaultdict(list)

    def connect(self, place: int) -> None:
        """Anew, if it was connected."""
        ours, theirs = self.front.links[place], self.ends[place]
        for wire in self.wires.get(place, ()):
            wire.abort()
        if place in self.wires:
            theirs.connection_lost(None)
            ours.connection_lost(None)
        there, back = self.wires[place] = Wire(theirs.data_received), Wire(ours.data_received)
        theirs.connection_made(cast("Any", back))
        ours.connection_made(cast("Any", there))
        self.turns[place].flush()

    def say(self, place: int, count: int) -> None:
        texts: list[OutgoingText] = []
        for _ in range(count):
            self.count += 1
            carrier, phone = self.chance.choice("aab"), f"{place}{self.chance.randrange(PHONES)}"
            texts.append(OutgoingText(carrier, "1069", phone, str(self.count), NOON))
            self.said[carrier, phone].append(str(self.count))
        self.turns[place].hold("sms", None, texts=texts)
        self.turns[place].flush()

    def take(self) -> None:
        """Carriers that are there take some of what they have."""
        kept = dict(self.store.waiting_texts(0, 10**6))
        for slow in self.carriers:
            if slow.bound and slow.given:
                count = self.chance.randint(1, len(slow.given))
                taken, slow.given = slow.given[:count], slow.given[count:]
                for one in taken:
                    text = kept[one.key]
                    self.heard[text.carrier, text.destination].append(text.text)
                self.channel.settled(slow.carrier, [Settlement(one.key, "1", 0) for one in taken])

    def deed(self) -> None:
        """Anything that may happen."""
        place, kind = self.chance.randrange(SHARDS), self.chance.random()
        if kind < 0.4:
            self.say(place, self.chance.randrange(1, 6))
        elif kind < 0.75:
            self.take()
        elif kind < 0.85:
            self.connect(place)
        else:
            slow = self.chance.choice(self.carriers)
            slow.bound = not slow.bound

    async def live(self) -> None:
        for place in range(SHARDS):
            self.say(place, self.chance.randrange(30))
            self.connect(place)
        for slow in self.carriers:
            self.channel.add(cast("Any", slow))
        self.channel.start()
        for _ in range(DEEDS):
            self.deed()
            for _ in range(self.chance.randrange(4)):
                await asyncio.sleep(0)
        for slow in self.carriers:
            slow.bound = True
        for _ in range(20 * DEEDS):
            self.take()
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(8))
def test_each_phone_has_each_text_once_and_its_own_in_their_order(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (backlog, sending, shards, fronts):
        monkeypatch.setattr(module, "READ_MAX", 3)
    for module, name, most in (
        (backlog, "PASSED_MAX", 4),
        (backlog, "PASSED_ROOM", 2),
        (front_store, "BEHIND_MAX", 8),
        (front_store, "TEXTS_UNDER_WAY_MAX", 16),
        (sending, "WAITING_MAX", 12),
        (sending, "BEHIND_MAX", 6),
        (sending, "SEGMENTS_PER_REPLY_MAX", 2),
    ):
        monkeypatch.setattr(module, name, most)
    world = World(tmp_path, random.Random(seed))
    asyncio.run(world.live())
    world.store.close()
    assert world.heard == world.said
