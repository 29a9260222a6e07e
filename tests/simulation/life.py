"""One life of the shop's process, from its start to its death."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from center.batch import TurnBatch
from center.ports import Aside
from center.routing import Routes
from center.shops import Shops
from center.superseded import leave_superseded
from commands.serving.cut_off import CutOff
from commands.serving.forgetting import Forgetting
from flows.compiler import compile_flow
from flows.folder import flow_of
from flows.program import Program
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.held import Held
from sms.sorting import Sorting
from sms.ussd.channel import UssdChannel
from sms.ussd.profile import PROFILES
from store.memory import MemoryStore
from tests.simulation.caller import Lines
from tests.simulation.carrier import Twice
from tests.simulation.disk import DiedError, Disk, Moods, SlowDisk
from tests.simulation.partner import ASKING_FLOW, Asking, Depot
from tests.simulation.trouble import Trouble

NOON = 1_795_492_800.0


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


class Life:
    """What `dialcart serve` wires, on a disk that may kill it."""

    def __init__(
        self,
        store: Any,
        trouble: Trouble,
        chance: random.Random,
        *,
        port: int,
        clock: Callable[[], float],
        moods: Moods,
        depot: Depot,
        died: Callable[[], None],
    ) -> None:
        """`store` is what is on disk; `died` is told once."""
        self.store = store
        self._clock = clock
        self._has_callers = trouble.others.callers > 0
        self.disk = Disk(store, moods, died)
        self.asking = Asking(depot, clock, lambda: self.disk.dead)
        self.turns = self._batch(SlowDisk(chance, self.disk, moods, trouble.slow_s))
        self.asking.turns = self.turns
        ticks = asyncio.get_running_loop().time
        self._forgetting = Forgetting(self.disk, clock, ticks) if trouble.sweeps else None
        routes = Routes([("shop", program())])
        self.channel = SmsChannel(self.turns, self.disk, routes, clock=clock, ticks=ticks)
        self.ussd = UssdChannel(
            self.turns,
            routes,
            self.channel.receiving.redeliveries,
            later=later,
            clock=clock,
            ticks=ticks,
        )
        self.lines = Lines(self.turns, shops(), clock, lambda: self.disk.dead)
        carrier = Carrier(
            "carrier",
            "smsc",
            port,
            "dialcart",
            "dialcart",
            binds=trouble.binds,
            rate=trouble.rate,
            ussd=PROFILES[trouble.others.profile],
        )
        sorting = Sorting(self.channel, self.ussd)
        handler = Twice(sorting, random.Random(chance.random()), trouble.doubled)
        self.esme = handler.esme = Esme(carrier, handler, chance=random.Random(chance.random()))

    def _batch(self, aside: Aside) -> TurnBatch:
        """What takes turns."""
        return TurnBatch(self.disk, shops(), later=later, performer=self.asking, aside=aside)

    def start(self) -> None:
        """Bind, and take up what an earlier life left."""
        self.channel.add(self.esme)
        self.leave_superseded()
        self.channel.start()
        self.resume()
        self.esme.start()
        if self._forgetting is not None:
            self._sweep = asyncio.get_running_loop().create_task(self._forgetting.open())

    def resume(self) -> None:
        """Ask again for what an earlier life asked for."""
        self.asking.resume(self.store.awaited())
        if self._has_callers:
            cut_off = CutOff(self.turns, later, self.lines.call_of)
            cut_off.hang_up(self.store, int(self._clock()))

    def leave_superseded(self) -> None:
        """See center.superseded."""
        leave_superseded(self.store)

    def kill(self) -> None:
        """Wherever it is."""
        with suppress(DiedError):
            self.disk.die()

    def die(self) -> float:
        """Nothing of it goes on; only the disk has what it has. When the carrier will have heard of it."""
        self.disk.dead = True
        self.lines.die()
        self.asking.die()
        # It looks after these for ever.
        self.channel.sending._held = Held()  # noqa: SLF001
        self.channel.receiving._has_ended = True  # noqa: SLF001
        for task in self.esme._tasks:  # noqa: SLF001
            task.cancel()
        transports: list[Any] = [link.transport for link in self.esme.links]
        return max((one.die() for one in transports if one is not None), default=0.0)

    async def stop(self) -> None:
        """In order."""
        self.channel.refuse_new()
        self.turns.flush()
        await self.esme.close()
        self.channel.end()
        self.turns.flush()
        if self._forgetting is not None:
            await self._forgetting.close()

    @property
    def waits(self) -> bool:
        """Whether a text is still to be sent."""
        return bool(self.store.waiting_texts(0, 1))


def later(delay_s: float, callback: Any, /) -> asyncio.TimerHandle:
    """See center.ports.Later."""
    return asyncio.get_running_loop().call_later(delay_s, callback)
