"""Every way from an answer to the next question: the nodes on it that say something, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flows import expression as e
from flows import program as p
from flows.checker.ways.shape import Shape
from flows.length import decide

RUNS_MAX = 64
"""Ways through one turn that are looked at; a flow with more has them differ by little."""
NODES_PER_RUN_MAX = 100
"""As flows.engine.STEPS_PER_TURN_MAX."""

WAITS = (p.Menu, p.Ask, p.PlaceOrder, p.HandOver, p.Request, p.Pay)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One way through a turn."""

    said: tuple[tuple[int, str], ...]
    """Nodes that say something, each with the language it is said in."""
    sent: tuple[tuple[int, str], ...]
    """Nodes that send an SMS."""
    end: int
    """The node where the turn ends: a wait, or NOWHERE."""
    language: str
    """At the end of the turn."""


@lru_cache(maxsize=16)
def runs_of(shape: Shape) -> Runs:
    """The runs of all programs of a shape, worked out once."""
    return Runs(shape)


class Runs:
    """All runs of one shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.nodes = shape.nodes
        self._found: dict[tuple[int, str, str], tuple[Run, ...]] = {}
        self._returns: dict[int, tuple[int, ...]] | None = None
        self._all: dict[str, tuple[Run, ...]] = {}
        self._by_channel = any(
            isinstance(node, p.Branch) and "channel" in node.condition for node in shape.nodes
        )

    def entries(self, channel: str) -> list[int]:
        """Every node that a turn can begin with on a channel, each once, in order."""
        found: dict[int, None] = {self.shape.start: None}
        for node in self.nodes:
            for target in _targets(node, channel):
                found[target] = None
        for option in p.offered(self.shape.anywhere, channel):
            found[option.target] = None
        found[self.shape.turns_target] = None
        found.pop(p.NOWHERE, None)
        return list(found)

    def of(self, entry: int, channel: str, language: str) -> tuple[Run, ...]:
        """Every way through the turn that begins with `entry`."""
        key = (entry, channel if self._by_channel else "", language)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(self._walk(entry, channel, language))
        return found

    def all(self, channel: str) -> tuple[Run, ...]:
        """Every run of every turn in every language, each once."""
        found = self._all.get(channel)
        if found is None:
            entries, languages = self.entries(channel), self.shape.languages
            found = self._all[channel] = tuple(
                {
                    (run.said, run.end, run.language): run
                    for entry in entries
                    for language in languages
                    for run in self.of(entry, channel, language)
                }.values()
            )
        return found

    def _walk(self, entry: int, channel: str, language: str) -> Iterator[Run]:
        nodes = self.nodes
        states: list[_State] = [(entry, language, (), (), (), 0)]
        seen: set[tuple[object, ...]] = set()
        given = 0
        while states:
            index, spoken, said, sent, calls, depth = states.pop()
            while True:
                node = nodes[index] if index != p.NOWHERE else _END
                following: list[tuple[int, str]] = []
                if isinstance(node, p.Say):
                    said = (*said, (index, spoken))
                elif isinstance(node, p.SendSms):
                    sent = (*sent, (index, spoken))
                if not isinstance(node, WAITS) and depth < NODES_PER_RUN_MAX:
                    if isinstance(node, p.Call):
                        calls = (*calls, index)
                    following = self._next(index, channel, spoken, calls)
                    if isinstance(node, p.Return):
                        calls = calls[:-1]
                depth += 1
                if len(following) != 1:
                    break
                index, spoken = following[0]
            if not following:
                end = index if isinstance(node, WAITS) else p.NOWHERE
                yield Run(said, sent, end, spoken)
                given += 1
                if given >= RUNS_MAX:
                    return
            for target, tongue in following:
                # Ways that have said the same and meet again are one from there on.
                state = (target, tongue, said, sent, calls)
                if state not in seen:
                    seen.add(state)
                    states.append((*state, depth))

    def _next(
        self, index: int, channel: str, language: str, calls: tuple[int, ...]
    ) -> list[tuple[int, str]]:
        node = self.nodes[index]
        match node:
            case p.Branch(condition, yes, no):
                truth = _decide(condition, channel, language)
                ways = [
                    way for way, on in ((yes, truth is not False), (no, truth is not True)) if on
                ]
                return [(way, language) for way in dict.fromkeys(ways)]
            case p.Assign("lang", value, following):
                return [(following, tongue) for tongue in self._tongues(value, language)]
            case p.Call(target=target):
                return [(target, language)]
            case p.Return():
                if calls:
                    caller = self.nodes[calls[-1]]
                    return [(caller.next, language)] if isinstance(caller, p.Call) else []
                # The turn began inside a called step: it may go back to any of its callers.
                return [(following, language) for following in self._callers().get(index, ())]
            case p.Goodbye() | p.Menu() | p.Ask():
                return []
            case _:
                return [(node.next, language)]

    def _callers(self) -> dict[int, tuple[int, ...]]:
        """Every `return`, explicit or at a step's end, to where the calls that reach it come back."""
        if self._returns is None:
            found: dict[int, dict[int, None]] = {}
            for call in self.nodes:
                if isinstance(call, p.Call):
                    for index in self._within(call.target):
                        if isinstance(self.nodes[index], p.Return):
                            found.setdefault(index, {})[call.next] = None
            self._returns = {index: tuple(nexts) for index, nexts in found.items()}
        return self._returns

    def _within(self, entry: int) -> set[int]:
        """Nodes that are reached from a node without entering a called step."""
        seen: set[int] = set()
        waiting = [entry]
        while waiting:
            index = waiting.pop()
            if index in seen or index == p.NOWHERE:
                continue
            seen.add(index)
            waiting += [to for label, to in p.edges(self.nodes[index]) if label != "call"]
        return seen

    def _tongues(self, value: str, language: str) -> tuple[str, ...]:
        """Languages that `set lang = VALUE` may lead to."""
        try:
            tree = e.parse_expression(value)
        except e.ExpressionError:
            return (language,)
        if isinstance(tree, e.Literal):
            return (tree.value if tree.value in self.shape.languages else language,)
        return self.shape.languages


_State = tuple[
    int, str, tuple[tuple[int, str], ...], tuple[tuple[int, str], ...], tuple[int, ...], int
]
"""Node, language, said, sent, calls, nodes walked."""

_END = p.Goodbye()


def _targets(node: p.AnyNode, channel: str) -> Iterator[int]:
    match node:
        case p.Menu(options=options, retry=retry):
            for option in p.offered(options, channel):
                yield option.target
            yield retry.target
        case p.Ask(retry=retry, next=following):
            yield following
            yield retry.target
        case p.PlaceOrder() | p.HandOver() | p.Request() | p.Pay():
            yield node.next
            yield from node.outcomes.values()
        case p.Call(next=following):
            # A turn may begin inside the called step and come back here.
            yield following
        case _:
            pass


@lru_cache(maxsize=50_000)
def _decide(condition: str, channel: str, language: str) -> bool | None:
    try:
        tree = e.parse_expression(condition)
    except e.ExpressionError:
        return None
    return decide(tree, {"channel": channel, "lang": language})
