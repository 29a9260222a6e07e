"""What an order costs from the first turn to its confirmation, by the cheapest, the usual and the worst way.

Where the ways lead is a matter of the flow's shape; its texts only set the prices of turns. So what was found is kept by
shape and prices: an edit that changes no price searches nothing.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import lru_cache

from flows import program as p
from flows import speech
from flows.checker.told.turns import Turns
from flows.checker.ways.runs import Run, Runs
from flows.sample import Size
from grammars.gsm.parts import count_parts

WAITS_MAX = 2_000
"""Questions looked at; a flow with more is not priced."""

Prices = tuple[float, ...]
"""SMS parts or seconds of each run of a plan, in its order."""


@dataclass(frozen=True, slots=True)
class Cost:
    """SMS parts, or seconds of speech."""

    cheapest: float
    usual: float
    usual_turns: int
    """Answers that the buyer gives on the usual way."""
    worst: float


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a turn costs with values of one size, by the node where it ends."""

    least: dict[int, float]
    """By the cheapest way."""
    most: dict[int, float]
    """By the dearest way."""


def path_costs(turns: Turns, channel: str, language: str) -> Cost | None:
    """The cost of an order on a channel in a language; None where no way leads to one."""
    plan = _plan(turns.ways, channel, language)
    usual = _prices(turns, plan, "usual")
    # Nobody waits while an address of 120 characters is read out: calls are priced with usual values.
    most = usual if channel == "voice" else _prices(turns, plan, "longest")
    return _costs(plan, usual, most)


class _Plan:
    """The turns of one shape on a channel that begin and end in a language."""

    def __init__(self, ways: Runs, channel: str, language: str) -> None:
        self.nodes = ways.nodes
        self.start = ways.shape.start
        self.channel = channel
        self.language = language
        self.shortcuts = [
            option.target
            for option in p.offered(ways.shape.anywhere, channel)
            if option.target != p.NOWHERE
        ]
        self.entries: dict[int, list[int]] = {}
        """Node that a turn begins with to its runs, by their places in `runs`."""
        self.runs: list[Run] = []
        for entry in ways.entries(channel):
            found = [run for run in ways.of(entry, channel, language) if run.language == language]
            self.entries[entry] = list(range(len(self.runs), len(self.runs) + len(found)))
            self.runs += found


@lru_cache(maxsize=100)
def _plan(ways: Runs, channel: str, language: str) -> _Plan:
    return _Plan(ways, channel, language)


def _prices(turns: Turns, plan: _Plan, size: Size) -> Prices:
    sayings = turns.sayings(plan.channel, size)
    # The same texts come again with every check of a flow that is being written.
    if plan.channel == "voice":
        return tuple([_seconds(sayings.parts(run), plan.language) for run in plan.runs])
    return tuple(
        [
            _parts(sayings.parts(run))
            + sum(_parts((sayings.said(index, spoken),)) for index, spoken in run.sent)
            for run in plan.runs
        ]
    )


@lru_cache(maxsize=200)
def _costs(plan: _Plan, usual: Prices, most: Prices) -> Cost | None:
    return _Paths(plan, usual, most).costs()


class _Paths:
    def __init__(self, plan: _Plan, usual: Prices, most: Prices) -> None:
        self.plan = plan
        self.nodes = plan.nodes
        self.usual = usual
        self.most = most
        self._least: dict[int, _Turn] = {}
        self._most: dict[int, _Turn] = {}

    def costs(self) -> Cost | None:
        cheapest = self._shortest(self.plan.shortcuts, by_turns=False)
        if cheapest is None:
            return None
        usual = self._shortest([], by_turns=True) or cheapest
        return Cost(cheapest[0], usual[0], usual[1], max(self._worst(), cheapest[0], usual[0]))

    def _turn(self, entry: int, prices: Prices) -> _Turn:
        """The turn that begins with a node, as far as it stays in the language."""
        kept = self._least if prices is self.usual else self._most
        found = kept.get(entry)
        if found is None:
            found = kept[entry] = _Turn({}, {})
            for place in self.plan.entries.get(entry, ()):
                price, end = prices[place], self.plan.runs[place].end
                found.least[end] = min(found.least.get(end, price), price)
                found.most[end] = max(found.most.get(end, price), price)
        return found

    def _ways(self, index: int, *, guarded: bool = True) -> list[int]:
        """Where turns begin that follow a wait on a way to an order."""
        node = self.nodes[index]
        match node:
            case p.Menu(options=options):
                return [
                    option.target
                    for option in p.offered(options, self.plan.channel)
                    if guarded or option.guard is None
                ]
            case p.Ask() | p.Request() | p.Pay():
                return [node.next]
            case _:
                return []

    def _shortest(self, shortcuts: list[int], *, by_turns: bool) -> tuple[float, int] | None:
        """Cost and turns of the way of least cost, or of fewest turns, with the turn that confirms the order."""
        heap: list[tuple[float, float, int, int]] = []

        def push(entry: int, cost: float, turn: int) -> None:
            for end, least in self._turn(entry, self.usual).least.items():
                if end != p.NOWHERE and end not in done:
                    total = cost + least
                    first, second = (turn, total) if by_turns else (total, turn)
                    heapq.heappush(heap, (first, second, end, turn))

        done: set[int] = set()
        push(self.plan.start, 0.0, 0)
        while heap and len(done) < WAITS_MAX:
            first, second, index, turn = heapq.heappop(heap)
            if index in done:
                continue
            done.add(index)
            cost = second if by_turns else first
            node = self.nodes[index]
            if isinstance(node, p.PlaceOrder):
                after = min(self._turn(node.next, self.usual).least.values(), default=0)
                return cost + after, turn
            asks = isinstance(node, p.Menu | p.Ask)
            for entry in self._ways(index, guarded=not by_turns):
                push(entry, cost, turn + asks)
            if asks:
                # A shortcut is cheapest from the first question that is reached.
                for entry in shortcuts:
                    push(entry, cost, turn + 1)
                shortcuts = []
        return None

    def _worst(self) -> float:
        """Every question on a way to an order once, at its dearest."""
        most: dict[int, float] = {}
        follows: dict[int, set[int]] = {}
        orders: set[int] = set()
        last = 0.0
        waiting = [(p.NOWHERE, self.plan.start)]
        seen: set[tuple[int, int]] = set()
        while waiting and len(most) < WAITS_MAX:
            way = waiting.pop()
            if way in seen:
                continue
            seen.add(way)
            before, entry = way
            for end, dearest in self._turn(entry, self.most).most.items():
                if end == p.NOWHERE:
                    continue
                follows.setdefault(end, set()).add(before)
                most[end] = max(most.get(end, 0.0), dearest)
                node = self.nodes[end]
                if isinstance(node, p.PlaceOrder):
                    orders.add(end)
                    last = max(last, *self._turn(node.next, self.most).most.values(), 0.0)
                else:
                    waiting += [(end, way) for way in self._ways(end)]
        # Only questions from which an order can be reached.
        useful = set(orders)
        frontier = list(orders)
        while frontier:
            for before in follows.get(frontier.pop(), ()):
                if before != p.NOWHERE and before not in useful:
                    useful.add(before)
                    frontier.append(before)
        return sum(most[index] for index in useful) + last


@lru_cache(maxsize=20_000)
def _parts(texts: tuple[str, ...]) -> int:
    """SMS parts of texts that are sent as one message."""
    text = "\n".join(texts)
    # The commonest message needs no counting: even in UCS-2 it is one part.
    return min(len(text), 1) if len(text) <= 35 else count_parts(text).parts


@lru_cache(maxsize=20_000)
def _seconds(texts: tuple[str, ...], language: str) -> float:
    return sum(speech.seconds(text, language) for text in texts)
