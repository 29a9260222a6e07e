"""A telephone at an endpoint of ours, which remembers what it hears and lets a test wait for it."""

import asyncio

from ivr.sip.numbers import AllowList
from tests.interop.shop_floor import Operator

ALLOWED = AllowList(("4*",))
WAIT_S = 120


class Caller(Operator):
    """Remembers, and lets a test wait for what it wants to hear."""

    def received(self, events):
        super().received(events)
        self.news.set()

    async def hear(self, kind):
        while True:
            found = [event for event in self.told if isinstance(event, kind)]
            if found:
                return found[-1]
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), WAIT_S)


def caller():
    made = Caller()
    made.news = asyncio.Event()
    return made
