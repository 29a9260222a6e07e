"""E002, E003, E004: margins, and names that are there twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.rules.variables import values_of
from flows.checker.subject import Subject
from grammars.folding import fold


@rule("E002", "bad-margin", "error")
def bad_margin(_: Subject) -> Iterator[Finding]:
    """The blank space before a line is not what its level needs.

    What it does
    While reading, looks for tabs, full-width spaces and uneven steps in the margin. Reading goes on as if two spaces a
    level stood there.

    Why
    The margin says what belongs to what, and a tab looks like any number of spaces.

    Example
    ```flow
    step start
       say 您好。
      goodbye
    ```

    Write instead
    ```flow
    step start
      say 您好。
      goodbye
    ```
    """
    # flows/source.py and flows/parser.py tell of it.
    yield from ()


@rule("E003", "duplicate-name", "error")
def duplicate_name(subject: Subject) -> Iterator[Finding]:
    """Two steps, products, services or grammars share a name.

    What it does
    Compares the names of steps, the codes of products, the names of services and their operations and of grammars, and
    looks for a second `shop` or `defaults`.

    Why
    Only the first counts. What stands in the second is never used.

    Example
    ```flow
    step start
      -> bye

    step bye
      say 再见。
      goodbye

    step bye
      say 谢谢。
      goodbye
    ```

    Write instead
    ```flow
    step start
      -> bye

    step bye
      say 谢谢，再见。
      goodbye
    ```
    """
    blocks = subject.flow.blocks
    services = [block for block in blocks if isinstance(block, s.Service)]
    yield from _twice("step", ((step.name, step.span) for step in subject.steps))
    yield from _twice("product", ((item.code, item.span) for item in subject.items))
    yield from _twice("service", ((block.name, block.span) for block in services))
    for service in services:
        yield from _twice("operation", ((each.name, each.span) for each in service.operations))
    yield from _twice("grammar", ((b.name, b.span) for b in blocks if isinstance(b, s.GrammarFile)))
    for kind in (s.Shop, s.Defaults, s.FlowVersion):
        first, *others = [block for block in blocks if isinstance(block, kind)] or [None]
        for block in others:
            if first is not None and block is not None:
                yield Finding(
                    block.span,
                    "this block stands here a second time",
                    "write what it says in the first",
                    ((first.span, "the first"),),
                )


@rule("E004", "look-alike-name", "warning")
def look_alike_name(subject: Subject) -> Iterator[Finding]:
    """Two names differ only by what the eye takes for the same.

    What it does
    Compares the names of steps, and those of values, without regard to case, to full or half width and to underlines.

    Why
    Sooner or later one is written where the other is meant.

    Example
    ```flow
    step start
      -> Bye

    step Bye
      -> bye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    step start
      -> thanks

    step thanks
      say 谢谢！
      -> bye

    step bye
      goodbye
    ```
    """
    yield from _alike("step", ((step.name, step.span) for step in subject.steps))
    yield from _alike("value", values_of(subject))


def _twice(what: str, named: Iterable[tuple[str, s.Span]]) -> Iterator[Finding]:
    seen: dict[str, s.Span] = {}
    for name, span in named:
        first = seen.setdefault(name, span)
        if first is not span:
            yield Finding(
                span,
                f"there are two {what}s `{name}`",
                "give one of them another name, or take it away",
                ((first, "the first"),),
            )


def _alike(what: str, named: Iterable[tuple[str, s.Span]]) -> Iterator[Finding]:
    seen: dict[str, tuple[str, s.Span]] = {}
    told: set[str] = set()
    for name, span in named:
        first, place = seen.setdefault(fold(name).replace("_", ""), (name, span))
        if first != name and name not in told:
            told.add(name)
            yield Finding(
                span,
                f"the {what}s `{name}` and `{first}` look alike",
                "give one of them a name that cannot be mistaken",
                ((place, f"`{first}`"),),
            )
