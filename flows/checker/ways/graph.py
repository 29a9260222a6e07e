"""A program as a graph: what can be reached, what goes round, and how far it is.

An `if` is taken both ways, and so is the guard of an option: a way counts if some buyer can take it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from flows import program as p
from flows.checker.subject import Subject
from flows.checker.ways.shape import Shape
from flows.checker.written.opting_out import opt_out_steps

Ways = Sequence[Sequence[int]]
"""Nodes that a node leads to, by node."""
Changed = Callable[[p.AnyNode], str | None]
"""Gives what a node changes."""


def graph_of(subject: Subject) -> Graph:
    """The graph of a flow, worked out once for all flows of its shape."""
    steps = subject.program.steps
    return _graph(
        subject.shape, frozenset(steps[name] for name in opt_out_steps(subject) if name in steps)
    )


@lru_cache(maxsize=16)
def _graph(shape: Shape, leaving: frozenset[int]) -> Graph:
    return Graph(shape, leaving)


class Graph:
    """Ways through programs of one shape."""

    def __init__(self, shape: Shape, leaving: frozenset[int]) -> None:
        self.shape = shape
        self.nodes = shape.nodes
        self.edges = shape.edges
        self._leaving = leaving
        """Where steps begin that take buyers off the list."""
        self._taken: dict[str, Ways] = {}

    @cached_property
    def questions(self) -> tuple[int, ...]:
        """Nodes at which a buyer answers."""
        return tuple(i for i, node in enumerate(self.nodes) if isinstance(node, p.Menu | p.Ask))

    @cached_property
    def calls(self) -> tuple[int, ...]:
        """Nodes that call a step."""
        return tuple(i for i, node in enumerate(self.nodes) if isinstance(node, p.Call))

    @cached_property
    def entries(self) -> tuple[int, ...]:
        """Nodes that a session begins at or comes to without being led: the start, `anywhere`, `max turns`."""
        found = [self.shape.start, self.shape.turns_target]
        found += [option.target for option in self.shape.anywhere]
        return tuple(dict.fromkeys(index for index in found if index != p.NOWHERE))

    @cached_property
    def reached(self) -> frozenset[int]:
        """Nodes that some session comes to."""
        return frozenset(reach(self.entries, [[to for _, to in ways] for ways in self.edges]))

    @cached_property
    def uncalled(self) -> frozenset[int]:
        """Nodes that a session comes to with nothing to return to."""
        ways = [[to for label, to in ways if label != "call"] for ways in self.edges]
        return frozenset(reach(self.entries, ways))

    def taken(self, channel: str) -> Ways:
        """Ways that a buyer on a channel can choose: tries that run out are left aside, returns are followed."""
        found = self._taken.get(channel)
        if found is None:
            found = self._taken[channel] = self._choose(channel)
        return found

    def shortcuts(self, channel: str) -> list[int]:
        """Where `anywhere` leads on a channel, the way off the list left aside."""
        return [
            option.target
            for option in p.offered(self.shape.anywhere, channel)
            if option.target not in self._leaving
        ]

    @cached_property
    def silent_cycles(self) -> tuple[list[int], ...]:
        """Nodes that lead round to themselves without a question."""
        return tuple(self._cycles(lambda _: (), _changed))

    @cached_property
    def failing_cycles(self) -> tuple[list[int], ...]:
        """Nodes that lead round to themselves where no question is ever answered."""
        return tuple(self._cycles(lambda question: (question.retry.target,), _changed))

    @cached_property
    def refusing_cycles(self) -> tuple[list[int], ...]:
        """Nodes that lead round to themselves where every answer is understood, and nobody chooses where to go."""
        # What a service answers to the same question again is no progress of the flow's own.
        return tuple(self._cycles(_answered, _changed_by_flow))

    def _cycles(
        self, at_question: Callable[[p.Question], Iterable[int]], changed_at: Changed
    ) -> Iterator[list[int]]:
        # A way round that counts (it sets what one of its conditions reads) comes to an end, and is left out.
        ways = self._onward(at_question)
        for component in components(ways, self.reached):
            one = component[0]
            if (len(component) > 1 or one in ways[one]) and not self._counts(
                component, ways, changed_at
            ):
                yield sorted(component)

    # --- building ---

    def _choose(self, channel: str) -> Ways:
        ways: list[Sequence[int]] = []
        for index, node in enumerate(self.nodes):
            match node:
                case p.Menu(options=options):
                    ways.append([option.target for option in p.offered(options, channel)])
                case p.Ask():
                    ways.append([node.next])
                case p.Return():
                    ways.append(self._callers.get(index, ()))
                case _:
                    ways.append([to for _, to in self.edges[index]])
        return ways

    @cached_property
    def called(self) -> dict[int, frozenset[int]]:
        """First node of each called step, to the nodes that are come to before the call returns."""
        inside = [[to for label, to in ways if label != "call"] for ways in self.edges]
        targets = {node.target for node in self.nodes if isinstance(node, p.Call)}
        return {to: frozenset(reach([to], inside)) for to in sorted(targets) if to != p.NOWHERE}

    @cached_property
    def _callers(self) -> dict[int, tuple[int, ...]]:
        """Every `return` and end of a step, to where the calls that reach it go on."""
        nexts: dict[int, list[int]] = {}
        for index in self.calls:
            node = self.nodes[index]
            assert isinstance(node, p.Call)
            nexts.setdefault(node.target, []).append(node.next)
        found: dict[int, dict[int, None]] = {}
        for target, following in nexts.items():
            for index in self.called.get(target, ()):
                if isinstance(self.nodes[index], p.Return):
                    found.setdefault(index, {}).update(dict.fromkeys(following))
        return {index: tuple(following) for index, following in found.items()}

    def _onward(self, at_question: Callable[[p.Question], Iterable[int]]) -> Ways:
        ways: list[list[int]] = []
        for index, node in enumerate(self.nodes):
            if isinstance(node, p.Menu | p.Ask):
                ways.append([to for to in at_question(node) if to != p.NOWHERE])
            elif isinstance(node, p.Call):
                ways.append([])
            else:
                ways.append([to for _, to in self.edges[index] if to != p.NOWHERE])
        # What follows a call is come to only where the called step can come back.
        waiting = list(self.calls)
        for _ in range(len(self.calls)):
            still: list[int] = []
            for index in waiting:
                node = self.nodes[index]
                assert isinstance(node, p.Call)
                if any(isinstance(self.nodes[i], p.Return) for i in reach([node.target], ways)):
                    ways[index].append(node.next)
                else:
                    still.append(index)
            if len(still) == len(waiting):
                break
            waiting = still
        for index in self.calls:
            node = self.nodes[index]
            assert isinstance(node, p.Call)
            if node.target != p.NOWHERE:
                ways[index].append(node.target)
        return ways

    def _counts(self, component: list[int], ways: Ways, changed_at: Changed) -> bool:
        inside = set(component)
        changed = {name for index in component if (name := changed_at(self.nodes[index]))}
        if not changed:
            return False
        for index in component:
            node = self.nodes[index]
            if isinstance(node, p.Branch) and not inside.issuperset(ways[index]):
                read = node.condition
                if any(path.partition(".")[0] in read for path in changed):
                    return True
        return False


def _answered(question: p.Question) -> tuple[int, ...]:
    """Where an answer leads; nowhere from what offers a choice, since a buyer may choose otherwise the next time."""
    if isinstance(question, p.Menu) or question.type in ("product", "choice", "yesno"):
        return ()
    return (question.next,)


def _changed_by_flow(node: p.AnyNode) -> str | None:
    """What a node changes by itself: a variable or the cart."""
    match node:
        case p.Assign(path):
            return path
        case p.Add() | p.Remove() | p.Empty():
            return "cart"
        case _:
            return None


def _changed(node: p.AnyNode) -> str | None:
    """The same, or what a partner's service answers."""
    return node.name if isinstance(node, p.Request) else _changed_by_flow(node)


def reach(starts: Iterable[int], ways: Ways) -> set[int]:
    """Nodes reached from some, those included."""
    waiting = [index for index in starts if index != p.NOWHERE]
    seen = set(waiting)
    while waiting:
        for to in ways[waiting.pop()]:
            if to not in seen and to != p.NOWHERE:
                seen.add(to)
                waiting.append(to)
    return seen


# Several rules ask, and the answer stands as long as the shape does.
@lru_cache(maxsize=64)
def lost(graph: Graph, goals: tuple[int, ...]) -> dict[int, list[str]]:
    """Questions that a buyer can come to and from which no answer leads to any of the goals, with the channels of each."""
    found: dict[int, list[str]] = {}
    for channel in graph.shape.channels:
        ways = graph.taken(channel)
        leads = reach(goals, backwards(ways))
        shortcuts = graph.shortcuts(channel)
        if leads.intersection(shortcuts):
            continue
        on_channel = reach([graph.shape.start, *shortcuts], ways)
        for index in graph.questions:
            if index not in leads and index in on_channel:
                found.setdefault(index, []).append(channel)
    return found


def backwards(ways: Ways) -> list[list[int]]:
    """The same ways, walked from their ends."""
    found: list[list[int]] = [[] for _ in ways]
    for index, targets in enumerate(ways):
        for to in targets:
            if to != p.NOWHERE:
                found[to].append(index)
    return found


def distance(start: int, goals: frozenset[int], ways: Ways, costs: frozenset[int]) -> int | None:
    """How many nodes of `costs` lie on the shortest way from a node to one of the goals; None without a way."""
    if start == p.NOWHERE:
        return None
    known = {start: 0}
    waiting = deque([(0, start)])
    while waiting:
        so_far, index = waiting.popleft()
        if so_far > known[index]:
            continue
        if index in goals:
            return so_far
        step = 1 if index in costs else 0
        for to in ways[index]:
            if to != p.NOWHERE and so_far + step < known.get(to, len(ways) + 1):
                known[to] = so_far + step
                if step:
                    waiting.append((so_far + 1, to))
                else:
                    waiting.appendleft((so_far, to))
    return None


def components(ways: Ways, within: frozenset[int]) -> Iterator[list[int]]:
    """Strongly connected nodes: Tarjan's algorithm (SIAM J. Comput. 1, 1972), without recursion."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_nodes: list[int] = []
    is_open: set[int] = set()
    for root in sorted(within):
        if root in number:
            continue
        number[root] = low[root] = len(number)
        open_nodes.append(root)
        is_open.add(root)
        path: list[tuple[int, Iterator[int]]] = [(root, iter(ways[root]))]
        while path:
            index, rest = path[-1]
            for to in rest:
                if to not in number:
                    number[to] = low[to] = len(number)
                    open_nodes.append(to)
                    is_open.add(to)
                    path.append((to, iter(ways[to])))
                    break
                if to in is_open:
                    low[index] = min(low[index], number[to])
            else:
                path.pop()
                if path:
                    before = path[-1][0]
                    low[before] = min(low[before], low[index])
                if low[index] == number[index]:
                    component: list[int] = []
                    while not component or component[-1] != index:
                        component.append(open_nodes.pop())
                    is_open.difference_update(component)
                    yield component
