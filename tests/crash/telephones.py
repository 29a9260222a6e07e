"""Telephones that order by keys while the media plane, and the process that signals, are killed under their calls.

    python -m tests.crash.telephones --seconds 60

A real `dialcart serve` takes real SIP and RTP. Each call is from a number of its own and orders as many pieces as no other
does; the shop says goodbye when the order is placed. A call that is cut off is at worst a call: its order is there once or not at
all. Planes are killed one after the other, each time the one that works; the whole shop now and then, and started again.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.errors import CommandError
from ivr.sip.events import Answered, Cause, Ended, SipEvent
from ivr.sip.flow import Flow
from ivr.sip.numbers import AllowList
from ivr.sip.offer import LocalMedia, make_offer, settle
from ivr.sip.settings import Settings
from ivr.sip.trunk import Trunk, networks
from tests.crash.phoned import Phoned, command, phoned
from tests.crash.telephone import BETWEEN_ANSWERS_S, ENDS_S_MAX, Telephone
from tests.crash.telephone_shop import NUMBER, ORDERS_ALONE, Shop
from tests.ports import own_port

LINES = 8
"""Calls at once."""
PLANE_KILLED_EVERY_S = 1.5
SHOP_KILLED_EVERY = 8
"""Of so many kills one is the shop's."""
MORE_S_MAX = 150.0
"""A machine that is busy has so long more to come to what a run wants at least."""


@dataclass
class CallsBooks:
    """What came of all calls."""

    planes_killed: int = 0
    shops_killed: int = 0
    finished: int = 0
    """Calls that the shop ended after its goodbye."""
    cut_off: int = 0
    """Calls that ended in another way, or never began."""
    phoned: Phoned = field(default_factory=Phoned)

    @property
    def right(self) -> bool:
        """Whether at worst calls were lost."""
        return self.phoned.right

    def __str__(self) -> str:
        return (
            f"{self.planes_killed} planes and {self.shops_killed} shops killed under calls: {self.finished} calls finished, "
            f"{self.cut_off} cut off, {self.phoned}"
        )


class Exchange:
    """All telephones, on one SIP endpoint."""

    def __init__(self, port: int) -> None:
        self._calls: dict[str, Telephone] = {}
        self._anywhere = AllowList((NUMBER,))
        peer = Flow("udp", "127.0.0.1", port)
        trunk = Trunk("shop", networks("127.0.0.0/8"), peer=peer, allowed=self._anywhere)
        self.endpoint = Endpoint(
            Settings(),
            [trunk],
            self,
            listen=[Listen("udp", "127.0.0.1", 0)],
            chance=random.Random(),
        )

    def received(self, events: Sequence[SipEvent]) -> None:
        """See ivr.signalling.endpoint.Handler."""
        for event in events:
            match event:
                case Answered(call, remote) if remote is not None and call in self._calls:
                    phone = self._calls[call]
                    agreed = settle(make_offer(phone.local), remote, phone.local)
                    phone.there = agreed.host, agreed.port
                    phone.up.set()
                case Ended(call, cause, _, reason) if call in self._calls:
                    phone = self._calls.pop(call)
                    phone.cause, phone.reason = cause, reason
                    phone.up.set()
                    phone.over.set()
                case _:
                    pass

    async def call(self, phone: Telephone) -> bool:
        """Order by one call; whether the shop ended it after the last key."""
        name = ""
        try:
            offer = make_offer(phone.local)
            name = self.endpoint.dial("shop", NUMBER, offer, self._anywhere, caller=phone.number)
            self._calls[name] = phone
            await asyncio.wait_for(phone.up.wait(), ENDS_S_MAX)
            if phone.over.is_set():
                return False
            await phone.order()
        except (TimeoutError, CommandError):
            if name in self._calls:
                self.endpoint.hang_up(name)
                self._calls.pop(name, None)
            return False
        return phone.keyed and phone.cause is Cause.HUNG_UP and '"goodbye"' in phone.reason


async def crash_under_calls(
    folder: Path, seconds: float, seed: int, speech: Path | None = None, *, at_least: int = 0
) -> CallsBooks:
    """Have telephones order for so long, kill what carries their calls, and count.

    `at_least`: so many calls are finished and so many planes killed, and a shop, however long that takes.
    """
    chance, books = random.Random(seed), CallsBooks()
    shop = Shop(folder, own_port(), speech or folder / "speech", flow=ORDERS_ALONE)
    await shop.start()
    exchange = Exchange(shop.port)
    await exchange.endpoint.start()
    ends = time.monotonic() + seconds
    finished: set[str] = set()
    keyed: dict[str, int] = {}

    def is_over(*, is_enough: bool) -> bool:
        now = time.monotonic()
        return now > ends and (is_enough or now > ends + MORE_S_MAX)

    async def line(place: int) -> None:
        pieces = place + 1
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as audio:
            audio.bind(("127.0.0.1", 0))
            audio.setblocking(False)
            local = LocalMedia("127.0.0.1", audio.getsockname()[1], ("PCMA",))
            while not is_over(is_enough=len(finished) >= at_least):
                phone = Telephone(pieces, local, audio)
                pieces += LINES
                keyed[phone.number] = phone.pieces
                if await exchange.call(phone):
                    finished.add(phone.number)
                else:
                    books.cut_off += 1
                    await asyncio.sleep(BETWEEN_ANSWERS_S)

    async def killer() -> None:
        kills = 0
        while True:
            await asyncio.sleep(PLANE_KILLED_EVERY_S * chance.uniform(0.5, 1.5))
            is_enough = books.planes_killed >= at_least and books.shops_killed >= min(at_least, 1)
            if is_over(is_enough=is_enough):
                return
            kills += 1
            if kills % SHOP_KILLED_EVERY == 0:
                await shop.kill()
                books.shops_killed += 1
                await shop.start()
            elif (plane := shop.plane()) is not None:
                os.kill(plane, signal.SIGKILL)
                books.planes_killed += 1

    await asyncio.gather(killer(), *(line(place) for place in range(LINES)))
    await exchange.endpoint.close()
    await shop.stop()
    books.finished = len(finished)
    books.phoned = phoned(folder / "calls.db", finished, keyed)
    return books


if __name__ == "__main__":
    sys.exit(command("telephones", crash_under_calls))
