"""Our ESME against an SMSC made of npm's `smpp`, in a process of its own."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from center.batch import TurnBatch
from center.routing import Routes
from center.shops import Shops
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from store.sqlite import SqliteStore
from tests.end_to_end.shop import WAIT_S, until
from tests.flows.shops import NOON, program_of
from tests.interop import npm


class NpmSmsc:
    """The process and its lines."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def tells(self, key: str) -> dict[str, Any]:
        """The next line that has this key."""
        assert self.process.stdout
        async with asyncio.timeout(WAIT_S):
            while True:
                line = await self.process.stdout.readline()
                assert line, "the SMSC has ended"
                told: dict[str, Any] = json.loads(line)
                if key in told:
                    return told

    def deliver(self, text: str, *, number: str = "13800138000", code: str = "1069") -> None:
        assert self.process.stdin
        line = json.dumps({"from": number, "to": code, "text": text})
        self.process.stdin.write(line.encode() + b"\n")


@asynccontextmanager
async def npm_smsc() -> AsyncIterator[tuple[NpmSmsc, int]]:
    process = await asyncio.create_subprocess_exec(
        *npm.words("smsc.mjs"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=npm.ENVIRONMENT,
    )
    smsc = NpmSmsc(process)
    try:
        yield smsc, int((await smsc.tells("port"))["port"])
    finally:
        assert process.stdin
        process.stdin.close()
        await asyncio.wait_for(process.wait(), WAIT_S)


def test_an_order_through_an_smsc_that_others_wrote(tmp_path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(tmp_path / "shop.db")
        program = program_of()
        store.publish("shop", program, NOON)
        shops = Shops(store.published(), store.program)
        turns = TurnBatch(store, shops, later=asyncio.get_running_loop().call_later)
        channel = SmsChannel(turns, store, Routes([("shop", program)]))
        async with npm_smsc() as (smsc, port):
            carrier = Carrier("npm", "127.0.0.1", port, "dialcart", "secret")
            esme = Esme(carrier, channel, chance=random.Random(1))
            channel.add(esme)
            esme.start()
            assert (await smsc.tells("bound"))["bound"] == "dialcart"
            smsc.deliver("苹果 2")
            # The answer comes only after the commit, and with it the reply.
            assert (await smsc.tells("answered"))["answered"] == 0
            reply = await smsc.tells("submitted")
            assert reply["submitted"] == "共5.00\n1 下单\n2 再加"
            assert (reply["to"], reply["from"]) == ("13800138000", "1069")
            smsc.deliver("1")
            assert (await smsc.tells("submitted"))["submitted"].startswith("订单A0001")
            [order] = store.orders()
            assert order.total == 500
            await until(lambda: not store.waiting_texts(0, 10))
            await esme.close()
            assert (await smsc.tells("unbound"))["unbound"]
        store.close()

    asyncio.run(run())


def test_a_wrong_password_is_refused_and_tried_again_later(tmp_path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(tmp_path / "shop.db")
        later = asyncio.get_running_loop().call_later
        turns = TurnBatch(store, Shops({}, store.program), later=later)
        channel = SmsChannel(turns, store, Routes([]))
        async with npm_smsc() as (smsc, port):
            carrier = Carrier("npm", "127.0.0.1", port, "dialcart", "wrong")
            esme = Esme(carrier, channel, chance=random.Random(1))
            esme.start()
            assert (await smsc.tells("refused"))["refused"] == "dialcart"
            await until(lambda: esme.reconnects == 1)
            assert esme.bound == 0
            await esme.close()
        store.close()

    asyncio.run(run())
