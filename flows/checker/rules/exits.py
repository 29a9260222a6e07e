"""F106, F107, F108: whether every question has a way out, and how far it is to an order."""

from __future__ import annotations

from collections.abc import Iterator

from flows import program as p
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.ways.graph import backwards, distance, graph_of, lost, reach

TURNS_TO_ORDER_MAX = 8
"""Answers a buyer gives before the order is placed; more, and many give up on the way. Ours: the sample sellers, which
ask for product, amount, address and consent, need three to seven."""


@rule("F106", "no-exit", "error")
def no_exit(subject: Subject) -> Iterator[Finding]:
    """Buyers cannot get away from a question: no order, no person and no goodbye follow.

    What it does
    Follows all answers of each question, and what works `anywhere` (the way off the list left aside). A question that
    can be left by failing its tries alone is a warning. A way back out counts on every channel by itself.

    Why
    A buyer who goes round in menus hangs up, or stops answering, and does not come back.

    Example
    ```flow
    step start
      menu 请选择：
        1 地址  -> where
        tries 3 then -> start

    step where
      say 文三路1号。
      -> start
    ```

    Write instead
    ```flow
    step start
      menu 请选择：
        1 地址  -> where
        9 再见  -> bye
        tries 3 then -> bye

    step where
      say 文三路1号。
      -> start

    step bye
      goodbye
    ```
    """
    graph = graph_of(subject)
    nodes = graph.nodes
    ends = [
        index
        for index, node in enumerate(nodes)
        if isinstance(node, p.PlaceOrder | p.HandOver | p.Goodbye)
        or (isinstance(node, p.Return) and index in graph.uncalled)
    ]
    missing = lost(graph, tuple(ends))
    if not missing:
        return
    all_ways = [[to for _, to in ways] for ways in graph.edges]
    # Tries that nothing is said of end the session.
    by_failing = [i for i in graph.questions if p.NOWHERE in all_ways[i]]
    sooner_or_later = reach([*ends, *by_failing], backwards(all_ways))
    for index, channels in missing.items():
        everywhere = len(channels) == len(subject.program.channels)
        where = "" if everywhere else f" on {' and '.join(channels)}"
        fails = index in sooner_or_later
        yield Finding(
            subject.compiled.spans[index],
            f"the only way out of this question{where} is to fail its tries"
            if fails
            else f"no answer to this question{where} ever leads to an order, a person or `goodbye`",
            "add an option that leads to a person or to `goodbye`, or put one under `anywhere`",
            severity="warning" if fails else None,
        )


@rule("F107", "no-way-to-order", "warning")
def no_way_to_order(subject: Subject) -> Iterator[Finding]:
    """Buyers on a channel cannot order.

    What it does
    Follows all ways from the first step and from `anywhere` to `place order`, on each channel of the shop. A flow
    without a catalog sells nothing and is left out.

    Why
    Mostly an arrow was forgotten, or an option stands behind `on sms` that callers need, too.

    Example
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      say 您好。
      goodbye
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      add 1 of what to cart
      menu 共{{ cart.total|money }}
        1 下单  -> order
        2 算了  -> bye

    step order
      place order
        when sold out -> bye
        when failed -> bye
      say 订单{{ order.number }}
      goodbye

    step bye
      goodbye
    ```
    """
    if not subject.items or not subject.steps:
        return
    graph = graph_of(subject)
    orders = _orders(graph.nodes)
    missing = [
        channel
        for channel in subject.program.channels
        if not orders
        & reach([subject.program.start, *graph.shortcuts(channel)], graph.taken(channel))
    ]
    if missing:
        every = len(missing) == len(subject.program.channels)
        yield Finding(
            subject.steps[0].span,
            "no way leads from here to `place order`"
            if every
            else f"no way leads from here to `place order` on {' and '.join(missing)}",
            "lead buyers to a step with `place order`" if every else "give those buyers a way, too",
        )


@rule("F108", "far-to-order", "warning")
def far_to_order(subject: Subject) -> Iterator[Finding]:
    """Buyers answer many questions before they can order.

    What it does
    Counts the answers on the shortest way from the first step to `place order`, without the short cuts of `anywhere`.
    More than 8 are told.

    Why
    Each question costs a message or half a minute of a call, and at each some buyers leave.

    Example
    ```flow
    step start
      ask a1 as number 1..9
      ask a2 as number 1..9
      ask a3 as number 1..9
      ask a4 as number 1..9
      ask a5 as number 1..9
      ask a6 as number 1..9
      ask a7 as number 1..9
      ask a8 as number 1..9
      ask a9 as number 1..9
      place order
        when sold out -> bye
        when failed -> bye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      add 1 of what to cart
      menu 共{{ cart.total|money }}
        1 下单  -> order
        2 算了  -> bye

    step order
      place order
        when sold out -> bye
        when failed -> bye
      goodbye

    step bye
      goodbye
    ```
    """
    if not subject.steps:
        return
    graph = graph_of(subject)
    orders, costs = frozenset(_orders(graph.nodes)), frozenset(graph.questions)
    found = {
        channel: answers
        for channel in subject.program.channels
        if (answers := distance(subject.program.start, orders, graph.taken(channel), costs))
    }
    far = max(found.values(), default=0)
    if far > TURNS_TO_ORDER_MAX:
        yield Finding(
            subject.steps[0].span,
            f"a buyer answers at least {far} questions from here to the order",
            f"ask for less, or offer a short cut such as `<dish:product> <qty:number>` under `anywhere`;"
            f" up to {TURNS_TO_ORDER_MAX} are usual",
        )


def _orders(nodes: tuple[p.AnyNode, ...]) -> set[int]:
    return {index for index, node in enumerate(nodes) if isinstance(node, p.PlaceOrder)}
