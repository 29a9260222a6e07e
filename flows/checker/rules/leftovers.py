"""V310: answers that are left from an order that was placed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import lru_cache

from flows import expression as e
from flows import program as p
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.ways.graph import Graph, graph_of, reach


@rule("V310", "stale-value", "warning")
def stale_value(subject: Subject) -> Iterator[Finding]:
    """What was answered for one order is put into the next without being asked again.

    What it does
    Follows the ways from every `place order` that went well to `add` and `remove`, and looks whether the product and the
    amount are asked for on each of them. Texts are left alone: a thank-you rightly names what was ordered.

    Why
    A name keeps its value until the session ends. The buyer who goes on shopping would get the last dish once more.

    Example
    ```flow
    step start
      ask what as product of catalog
      ask count as number 1..9
      -> take

    step take
      add count of what to cart
      place order
        when sold out -> start
        when failed -> start
      menu 订单{{ order.number }}，还要吗？
        1 再来一份  -> take
        2 不要了    -> bye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask what as product of catalog
      ask count as number 1..9
      add count of what to cart
      place order
        when sold out -> start
        when failed -> start
      menu 订单{{ order.number }}，还要吗？
        1 再点    -> start
        2 不要了  -> bye

    step bye
      goodbye
    ```
    """
    graph = graph_of(subject)
    placed = [node.next for node in graph.nodes if isinstance(node, p.PlaceOrder)]
    users = {
        index: _names(node)
        for index, node in enumerate(graph.nodes)
        if isinstance(node, p.Add | p.Remove)
    }
    if not placed or not users:
        return
    told: set[int] = set()
    for name in sorted({name for names in users.values() for name in names}):
        reached = _stale(graph, name, tuple(placed))
        for index, names in users.items():
            if name in names and index in reached and index not in told:
                told.add(index)
                yield Finding(
                    subject.compiled.spans[index],
                    f"after an order some way leads here on which `{name}` is still what it was for that order",
                    f"lead those buyers to where `{name}` is asked for",
                )


@lru_cache(maxsize=100)
def _stale(graph: Graph, name: str, placed: tuple[int, ...]) -> frozenset[int]:
    """Nodes that are reached from an order with a name as it was."""
    return frozenset(reach(placed, _without(graph, name)))


def _names(node: p.Add | p.Remove) -> frozenset[str]:
    """The names that an `add` or `remove` reads."""
    found = {node.product}
    if isinstance(node, p.Add):
        # E001 tells of an amount that cannot be read.
        with contextlib.suppress(e.ExpressionError):
            found |= {path.parts[0] for path in e.paths(e.parse_expression(node.amount))}
    return frozenset(found)


def _without(graph: Graph, name: str) -> list[list[int]]:
    """Ways by node, those left out on which a name is given a value."""
    gives = {
        index
        for index, node in enumerate(graph.nodes)
        if (isinstance(node, p.Ask | p.Request) and node.name == name)
        or (isinstance(node, p.Assign) and node.path == name)
        or (isinstance(node, p.Call) and name in node.parameters)
    }
    ways: list[list[int]] = []
    for index, node in enumerate(graph.nodes):
        onward = [to for _, to in graph.edges[index]]
        if isinstance(node, p.Call) and gives & graph.called.get(node.target, frozenset()):
            # The called step asks for it on some way; what follows the call is given the benefit of the doubt.
            onward = [node.target]
        elif index in gives:
            onward = [node.retry.target] if isinstance(node, p.Ask) else []
        ways.append(onward)
    return ways
