"""A seller's order system beside a shop that is killed: slow, dead, breaking off, away and back; and its books.

Half of the buyers order from a seller whose flow has each order held there first; the order's address is the number of its hold,
or what became of the request instead. So the books tell of each order whether the partner's and ours agree.
"""

import asyncio
import contextlib
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from center.orders.order import PlacedOrder
from tests.crash.buyers import FLOW
from tests.gateway.server import Asked, PartnerServer, Says, says

SERVICE = """\
[[service]]
name = "depot"
url = "{url}"
operations = {{ hold = "hold" }}
timeout_s = 3
at_once = 16
failures_max = 20
rest_s = 0.5
"""
ASKING_FLOW = FLOW.replace(
    "step start\n", "service depot\n  hold(buyer, count) -> number text\n\nstep start\n", 1
).replace(
    "    1 Order -> place\n",
    "    1 Order -> hold\n",
    1,
).replace(
    "step place\n",
    """\
step hold
  request kept = depot.hold(buyer.number, cart.count)
    when timeout
      set buyer.address = "timeout"
      -> place
    when failed
      set buyer.address = "failed"
      -> place
  set buyer.address = kept.number
  -> place

step place
""",
    1,
)  # fmt: skip
AWAY_S = (0.3, 2.0)
"""So long it is away, each time."""


@dataclass(frozen=True)
class Mood:
    """How it is."""

    slow_s: float = 0.0
    """It answers after up to twice as long."""
    dead: float = 0.0
    """Of requests, those that are never answered."""
    broken: float = 0.0
    """Those that it does, and breaks off instead of an answer."""
    busy: float = 0.0
    """Those to which it says 503, and does nothing."""
    away_every_s: float = 0.0
    """It is away as often; 0: never."""


def parse_mood(text: str) -> Mood:
    """`slow=0.3 dead=10% broken=5% busy=5% away=4`. Raises ValueError."""
    names = {"slow": "slow_s", "away": "away_every_s"}
    values: dict[str, float] = {}
    for word in text.split():
        match = re.fullmatch(r"(slow|dead|broken|busy|away)=([\d.]+)(%?)", word)
        if match is None:
            raise ValueError(
                f"`{word}` is no mood; write slow=0.3 dead=10% broken=5% busy=5% away=4"
            )
        values[names.get(match[1], match[1])] = float(match[2]) / (100 if match[3] else 1)
    return Mood(**values)


@dataclass(frozen=True)
class Hold:
    """Something that it holds for a buyer."""

    buyer: str
    count: int


@dataclass(frozen=True)
class DepotBooks:
    """Its books against ours. Each figure from `changed` on must be nought."""

    requests: int
    """Keys that it was asked under."""
    asked: int
    """How often in all."""
    holds: int
    outcomes: Counter[str]
    """Of orders: ok, timeout, failed."""
    changed: int
    """Keys under which something else was asked the second time."""
    mixed_up: int
    """Orders that bear a hold of another buyer, or of other goods, or none that there is."""
    doubled: int
    """Holds that two orders bear."""
    unaccounted: int
    """Holds beyond those that a buyer's orders bear, and those of which nobody knows what became (`timeout`)."""
    waits_ms: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """How long replies took while nothing was killed: others' at the middle and at 99 of 100, then those of who asked it."""

    @property
    def right(self) -> bool:
        """Whether both agree."""
        return not (self.changed or self.mixed_up or self.doubled or self.unaccounted)

    def __str__(self) -> str:
        outcomes = ", ".join(
            f"{self.outcomes[name]} {name}" for name in ("ok", "timeout", "failed")
        )
        middle, most, own_middle, own_most = self.waits_ms
        return (
            f"its order system was asked {self.asked} times under {self.requests} keys, and holds {self.holds}: orders {outcomes}; "
            f"keys of something else {self.changed}, orders mixed up {self.mixed_up}, holds doubled {self.doubled}, "
            f"unaccounted for {self.unaccounted}; others' replies p50 {middle:.0f} ms, p99 {most:.0f} ms, "
            f"its own buyers' {own_middle:.0f} and {own_most:.0f} ms"
        )


@dataclass
class Depot:
    """Outlives every kill."""

    mood: Mood
    chance: random.Random
    server: PartnerServer = field(init=False)
    holds: dict[str, tuple[str, Hold]] = field(default_factory=dict[str, tuple[str, Hold]])
    """By key: the number of each, and what it is of."""
    asked: dict[str, list[Hold]] = field(default_factory=dict[str, list[Hold]])

    def __post_init__(self) -> None:
        self.server = PartnerServer(self._answer)

    def _answer(self, asked: Asked) -> Says:
        arguments = asked.body["arguments"]
        hold = Hold(arguments["buyer"], arguments["count"])
        self.asked.setdefault(asked.key, []).append(hold)
        luck, mood = self.chance.random(), self.mood
        if (luck := luck - mood.busy) < 0:
            return Says(503)
        number, _ = self.holds.setdefault(asked.key, (f"H{len(self.holds)}", hold))
        if (luck := luck - mood.dead) < 0:
            return Says(hangs=True)
        if luck < mood.broken:
            return Says(hangs_up=True)
        answer = says(number=number)
        return Says(body=answer.body, after_s=self.chance.uniform(0, 2 * mood.slow_s))

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Serve, with pauses; where."""
        listening = await self._listen(0)
        self.server.port = listening.sockets[0].getsockname()[1]
        task = asyncio.create_task(self._come_and_go(listening))
        try:
            yield self.server.url
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.server.hang_up()

    async def _listen(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self.server.serve, "127.0.0.1", port)

    async def _come_and_go(self, listening: asyncio.Server) -> None:
        try:
            while True:
                await asyncio.sleep(self.mood.away_every_s or 1e6)
                listening.close()
                await self.server.hang_up()
                await asyncio.sleep(self.chance.uniform(*AWAY_S))
                listening = await self._listen(self.server.port)
        finally:
            listening.close()

    def books(self, orders: Iterable[PlacedOrder], waits_s: dict[bool, list[float]]) -> DepotBooks:
        """Against the orders of who asked it; `waits_s`: of replies, by whether their buyers did."""
        outcomes: Counter[str] = Counter()
        borne: Counter[str] = Counter()
        by_buyer: dict[str, Counter[str]] = {}
        by_number = dict(self.holds.values())
        mixed_up = 0
        for order in orders:
            told = order.address if order.address in ("timeout", "failed") else "ok"
            outcomes[told] += 1
            by_buyer.setdefault(order.buyer, Counter())[told] += 1
            if told == "ok":
                borne[order.address] += 1
                wanted = Hold(order.buyer, sum(line.quantity for line in order.lines))
                mixed_up += by_number.get(order.address) != wanted
        held = Counter(hold.buyer for _, hold in self.holds.values())
        unaccounted = 0
        for buyer, count in held.items():
            told = by_buyer.get(buyer, Counter())
            unaccounted += max(0, count - told["ok"] - told["timeout"])
        return DepotBooks(
            requests=len(self.asked),
            asked=sum(map(len, self.asked.values())),
            holds=len(self.holds),
            outcomes=outcomes,
            changed=sum(len(set(asked)) > 1 for asked in self.asked.values()),
            mixed_up=mixed_up,
            doubled=sum(count > 1 for count in borne.values()),
            unaccounted=unaccounted,
            waits_ms=(*_spread_ms(waits_s[False]), *_spread_ms(waits_s[True])),
        )


def _spread_ms(waits_s: list[float]) -> tuple[float, float]:
    """The middle, and 99 of 100."""
    ranked = sorted(waits_s) or [0.0]
    return ranked[len(ranked) // 2] * 1e3, ranked[
        min(len(ranked) - 1, len(ranked) * 99 // 100)
    ] * 1e3
