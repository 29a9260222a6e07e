"""The text channel as a service: carriers' binds, tied to the business."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence

from commands.serving.business import Business
from commands.serving.service import Measure
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme

DRAIN_LOOK_S = 0.02
"""How often a drain looks whether the carriers have taken everything."""


class Texts:
    """See commands.serving.service.Service."""

    name = "texts"

    def __init__(self, business: Business, carriers: Callable[[], Sequence[Carrier]]) -> None:
        """`carriers` is asked when the service opens: the port of a simulator is known only then."""
        self.channel = SmsChannel(business.turns, business.store, business.routes)
        self.esmes: list[Esme] = []
        self._carriers = carriers

    async def open(self) -> None:
        """Bind to every carrier, and go on with what an earlier run left."""
        for carrier in self._carriers():
            esme = Esme(carrier, self.channel, chance=random.Random())  # noqa: S311  # jitter, not secrets
            self.esmes.append(esme)
            self.channel.add(esme)
        self.channel.start()
        for esme in self.esmes:
            esme.start()

    async def drain(self) -> None:
        """Finish the batch that is open, and wait until carriers have taken its texts."""
        self.channel.turns.flush()
        # Answers come to any of many links, none of which knows of a drain.
        while any(esme.waiting for esme in self.esmes):  # noqa: ASYNC110
            await asyncio.sleep(DRAIN_LOOK_S)

    async def close(self) -> None:
        """Unbind everywhere."""
        self.channel.turns.flush()
        await asyncio.gather(*(esme.close() for esme in self.esmes))

    def unready(self) -> str | None:
        """Without a bind nobody reaches us."""
        down = [esme.carrier.name for esme in self.esmes if not esme.bound]
        return f"no bind to {', '.join(down)}" if down or not self.esmes else None

    def measures(self) -> Iterable[Measure]:
        """What the counters of the channel and its binds say."""
        return ()
