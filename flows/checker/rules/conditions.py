"""F113: conditions that never differ."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from flows import expression as e
from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.wording import statements_of
from flows.compiler import SLOT
from flows.length import decide

_Range = tuple[int, int]


@rule("F113", "constant-condition", "warning")
def constant_condition(subject: Subject) -> Iterator[Finding]:
    """A condition is always true, or never.

    What it does
    Works out each `if` from the languages and channels of the shop, and from the bounds of the numbers that buyers may
    give. Steps of included files are shared by shops that differ, and are left out.

    Why
    One of its two ways is never taken. Mostly a bound or a code is mistyped.

    Example
    ```flow
    step start
      ask count as number 1..20
      if count > 20
        say 太多了。
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask count as number 1..20
      if count > 10
        say 太多了。
      goodbye
    ```
    """
    program = subject.program
    worlds = [
        {"channel": channel, "lang": language}
        for channel, language in itertools.product(program.channels, program.languages)
    ]
    ranges = _ranges(subject)
    starts = subject.flow.starts
    own = next(iter(starts.values())).file
    for condition, span in _conditions(subject):
        if starts[span.block].file != own:
            continue
        try:
            tree = e.parse_expression(condition)
        except e.ExpressionError:
            continue
        if isinstance(tree, e.Truth):
            truths = {tree.value}
        elif isinstance(tree, e.Comparison) and (found := _bounded(tree, ranges)) is not None:
            truths = {found}
        else:
            truths = {decide(tree, world) for world in worlds}
        if truths == {True} or truths == {False}:
            always = truths == {True}
            yield Finding(
                span,
                f"`{condition}` is {'always' if always else 'never'} true here",
                "take the condition away" if always else "compare with a value that can occur",
            )


def _conditions(subject: Subject) -> Iterator[tuple[str, s.Span]]:
    for option in subject.anywhere:
        if option.guard is not None:
            yield option.guard, option.span
    for _, statement in statements_of(subject):
        match statement:
            case s.Branch(arms):
                for condition, _, span in arms:
                    if condition is not None:
                        yield condition, span
            case s.Menu(options=options):
                for option in options:
                    if option.guard is not None:
                        yield option.guard, option.span
            case _:
                pass


def _ranges(subject: Subject) -> dict[str, _Range]:
    """Numbers that come from questions with bounds alone, and the bounds."""
    unbounded = {name for step in subject.steps for name in step.parameters}
    for option in subject.anywhere:
        unbounded.update(name for name, _ in SLOT.findall(option.label.base))
    found: dict[str, _Range] = {}
    for _, statement in statements_of(subject):
        match statement:
            case s.Ask(name=name, type=s.AnswerType("number", int(lower), int(upper))):
                low, high = found.get(name, (lower, upper))
                found[name] = min(low, lower), max(high, upper)
            case s.Ask(name=name) | s.Request(name=name) | s.Assign(path=name):
                unbounded.add(name)
            case _:
                pass
    return {name: bounds for name, bounds in found.items() if name not in unbounded}


def _bounded(tree: e.Comparison, ranges: Mapping[str, _Range]) -> bool | None:
    """What comparing a bounded number with a fixed one gives, where every answer gives the same."""
    match tree:
        case e.Comparison(operator, e.Path((name,)), e.Number(value)) if name in ranges:
            low, high = ranges[name]
        case _:
            return None
    match operator:
        case "<":
            least, most = high < value, low < value
        case "<=":
            least, most = high <= value, low <= value
        case ">":
            least, most = low > value, high > value
        case ">=":
            least, most = low >= value, high >= value
        case "==":
            least, most = low == high == value, low <= value <= high
        case _:
            least, most = not low <= value <= high, not low == high == value
    return least if least == most else None
