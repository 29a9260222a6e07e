"""The count afterwards."""

import asyncio

from sms.smsc.server import Settings, Smsc
from store.memory import MemoryStore
from tests.crash.books import Books, count
from tests.crash.buyers import Town
from tests.crash.carrier import Simulated


def test_an_order_that_its_buyer_never_ended_is_lost_once() -> None:
    assert _counted(buyers=2).lost == 2


def test_an_order_that_was_announced_and_is_not_there_is_lost_too() -> None:
    assert _counted(buyers=2, told=True).lost == 2


def _counted(*, buyers: int, told: bool = False) -> Books:
    async def counted() -> Books:
        async with Smsc(Settings(port=0)) as smsc:
            town = Town(Simulated(smsc), buyers, seed=1)
            town.begin()
            for buyer in town.buyers.values():
                if told:
                    buyer.lines.clear()
            return count([MemoryStore()], town, kills=0)

    return asyncio.run(counted())
