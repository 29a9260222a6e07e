"""A701, A702, A703, A704: the way to a person, and when there is one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from flows import program as p
from flows import settings
from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.ways.facts import OPEN, facts_of
from flows.checker.ways.graph import graph_of, lost
from flows.checker.written.wording import statements_of
from grammars.names import nearest


@rule("A701", "no-agent", "warning")
def no_agent(subject: Subject) -> Iterator[Finding]:
    """Buyers cannot get to a person.

    What it does
    In a shop that sells or takes calls, looks for `hand over` or `tell shop`, and on each channel for questions from
    which no answer and nothing under `anywhere` leads there.

    Why
    Some buyers cannot say what they need to a machine. They are lost, and so is what they would have told you.

    Example
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      menu 请选择：
        1 地址  -> where

    step where
      say 文三路1号。
      goodbye
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    anywhere
      0 人工  -> agent

    step start
      menu 请选择：
        1 地址  -> where

    step where
      say 文三路1号。
      goodbye

    step agent
      hand over to sales
        when busy -> where
        when timeout -> where
      goodbye
    ```
    """
    graph = graph_of(subject)
    if not subject.items or not subject.steps:
        return
    people = [i for i, node in enumerate(graph.nodes) if isinstance(node, p.HandOver | p.TellShop)]
    reachable = people and graph.reached.intersection(people)
    if not reachable:
        yield Finding(
            subject.steps[0].span,
            "no way leads from here to a person",
            f"write a step with `hand over to sales`, and `0 {_word(subject)} -> agent` under `anywhere`",
        )
        return
    missing = lost(graph, tuple(people))
    for index, channels in list(missing.items())[:1]:
        every = len(channels) == len(subject.program.channels)
        others = f", and from {len(missing) - 1} more" if len(missing) > 1 else ""
        where = "" if every else f" on {' and '.join(channels)}"
        yield Finding(
            subject.compiled.spans[index],
            f"no answer{where} leads from this question to a person{others}",
            f"write `0 {_word(subject)} -> agent` under `anywhere`",
        )


def _word(subject: Subject) -> str:
    """For a person, as buyers of the shop may write it."""
    return "人工" if subject.program.languages[:1] == ("zh",) else "agent"


@rule("A702", "closed-hours-hole", "error")
def closed_hours_hole(subject: Subject) -> Iterator[Finding]:
    """Buyers can be handed over to a person while the shop is closed.

    What it does
    In a shop with opening hours, follows every way to `hand over` and looks whether each asks `shop.is_closed` first,
    or the hand-over has a `when closed` or `when busy`.

    Why
    Nobody is there, and the line would ring until the caller gives up.

    Example
    ```flow
    shop 小店
      channels voice
      open mon-fri 09:00-18:00

    step start
      hand over to sales
        when timeout -> bye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    shop 小店
      channels voice
      open mon-fri 09:00-18:00

    step start
      if shop.is_closed -> bye
      hand over to sales
        when busy -> bye
        when timeout -> bye

    step bye
      say 营业时间{{ shop.hours_text }}。
      goodbye
    ```
    """
    if subject.program.hours is None:
        return
    facts = facts_of(subject)
    for index, node in enumerate(subject.program.nodes):
        if not isinstance(node, p.HandOver) or facts.holds(index, OPEN):
            continue
        if not {"closed", "busy"} & node.outcomes.keys():
            yield Finding(
                subject.compiled.spans[index],
                "some way leads here while the shop is closed",
                "write `if shop.is_closed -> step` before, or `when closed -> step` under it",
            )


@rule("A703", "unknown-queue", "error")
def unknown_queue(subject: Subject) -> Iterator[Finding]:
    """Buyers are handed over to a queue that the shop has not.

    What it does
    Compares the name after `hand over to` with the shop's `queues`. A shop that lists none may use any name.

    Why
    Nobody answers a queue that does not exist.

    Example
    ```flow
    shop 小店
      queues sales, repairs

    step start
      hand over to repair
        when busy -> bye
        when timeout -> bye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    shop 小店
      queues sales, repairs

    step start
      hand over to repairs
        when busy -> bye
        when timeout -> bye

    step bye
      goodbye
    ```
    """
    queues = subject.program.queues
    for _, statement in statements_of(subject):
        if isinstance(statement, s.HandOver) and queues and statement.queue not in queues:
            close = nearest(statement.queue, queues)
            yield Finding(
                statement.span,
                f"the shop has no queue `{statement.queue}`",
                f"did you mean `{close[0]}`?" if close else f"it has {', '.join(queues)}",
            )


@rule("A704", "hours-conflict", "warning")
def hours_conflict(subject: Subject) -> Iterator[Finding]:
    """Closed days overlap, or a hand-over answers `closed` in a shop that never closes.

    What it does
    Compares the days of all `closed` lines, and looks for `when closed` and `shop.is_closed` in a shop without `open`
    and `closed` lines. Steps of included files are shared by shops that differ, and are left out.

    Why
    Mostly a year or a line is mistyped, or the hours were forgotten.

    Example
    ```flow
    shop 小店
      open mon-fri 09:00-18:00
      closed 2027-02-17..2027-02-19
      closed 2027-02-19

    step start
      goodbye
    ```

    Write instead
    ```flow
    shop 小店
      open mon-fri 09:00-18:00
      closed 2027-02-17..2027-02-19

    step start
      goodbye
    ```
    """
    days: list[tuple[str, str, s.Setting]] = []
    for line in subject.shop.settings if subject.shop is not None else ():
        if line.name == "closed":
            try:
                days += [(first, last, line) for first, last in settings.closed_days(line.value)]
            except ValueError:
                continue
    days.sort(key=lambda entry: entry[:2])
    for (_, ends, before), (begins, _, line) in pairwise(days):
        if begins <= ends:
            yield Finding(
                line.span,
                f"{begins} is already a closed day",
                "write each day once",
                ((before.span, "here"),) if before is not line else (),
            )
    if subject.program.hours is not None:
        return
    starts = subject.flow.starts
    own = next(iter(starts.values())).file
    for _, statement in statements_of(subject):
        match statement:
            case s.HandOver(whens=whens):
                found = [when.span for when in whens if when.outcome == "closed"]
            case s.Branch(arms):
                found = [
                    span
                    for condition, _, span in arms
                    if condition in ("shop.is_closed", "not shop.is_closed", "shop.is_open")
                ]
            case _:
                continue
        for span in found:
            if starts[span.block].file == own:
                yield Finding(
                    span,
                    "this shop has no opening hours, so it is never closed",
                    "write `open mon-fri 09:00-18:00` under `shop`",
                )
