"""A shop open for business in this process: real sockets, the simulator, a database file."""

import asyncio
import contextlib
import random
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from center.batch import TurnBatch
from center.limits.guard import Guard
from center.routing import Routes
from center.shops import Shops
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.smsc.faults import Faults
from sms.smsc.handset import Heard
from sms.smsc.phone import Phone
from sms.smsc.server import Settings, Smsc
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of

WAIT_S = 120.0
"""Nothing here takes a hundredth of this."""


@dataclass
class Handset:
    """A phone whose messages can be waited for."""

    phone: Phone
    heard: asyncio.Queue[Heard] = field(default_factory=asyncio.Queue[Heard])

    def text(self, text: str, code: str = "1069") -> None:
        self.phone.text(code, text)

    async def hears(self) -> str:
        """The next message."""
        return (await asyncio.wait_for(self.heard.get(), WAIT_S)).text


@dataclass
class OpenShop:
    """What a test can reach."""

    smsc: Smsc
    esme: Esme
    channel: SmsChannel
    store: SqliteStore

    def phone(self, number: str = "13800138000") -> Handset:
        queue: asyncio.Queue[Heard] = asyncio.Queue()
        return Handset(Phone(self.smsc.network, number, queue.put_nowait), queue)


async def until(condition: object) -> None:
    """Wait until a condition holds, looking at every turn of the loop."""
    assert callable(condition)
    async with asyncio.timeout(WAIT_S):
        while not condition():  # noqa: ASYNC110
            # Many parties may make it true, none of which knows of this test.
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def open_shop(
    path: Path,
    *,
    faults: Faults | None = None,
    carrier: Carrier | None = None,
    tls: ssl.SSLContext | None = None,
    guard: Guard | None = None,
) -> AsyncIterator[OpenShop]:
    """Open the shop of tests.flows.shops on a database file."""
    store = SqliteStore(path)
    program = program_of()
    store.publish("shop", program, NOON)
    shops = Shops(store.published(), store.program)
    turns = TurnBatch(store, shops, later=asyncio.get_running_loop().call_later, guard=guard)
    channel = SmsChannel(turns, store, Routes([("shop", program)]))
    async with Smsc(Settings(port=0, faults=faults or Faults(), tls=tls)) as smsc:
        base = carrier or Carrier("carrier", "127.0.0.1", 0, "dialcart", "dialcart")
        esme = Esme(replace(base, port=smsc.port), channel, chance=random.Random(1))
        channel.add(esme)
        channel.start()
        esme.start()
        await until(lambda: esme.bound == len(esme.links) > 0)
        try:
            yield OpenShop(smsc, esme, channel, store)
        finally:
            await esme.close()
            channel.end()
            turns.flush()
            store.close()
