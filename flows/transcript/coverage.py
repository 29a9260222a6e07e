"""Which edges of a flow its transcripts take, for each channel and language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flows import expression as e
from flows import program as p
from flows.compiler import Compiled
from flows.diagnostic import locate
from flows.machine import ANYWHERE, Machine

ANYWHERE_NODE = -1
"""Stands for `anywhere` where an edge names its node."""

Edge = tuple[int, str]
"""Node (or ANYWHERE_NODE) and label, as flows.program.edges names it."""


@dataclass(frozen=True, slots=True, order=True)
class Column:
    """A channel and a language."""

    channel: str
    language: str


@dataclass(slots=True)
class Coverage:
    """Collects edges while talks are played; see flows.machine.Trace."""

    program: p.Program
    column: Column = field(default=Column("", ""))
    """Where edges count now; the player sets it before each step."""
    taken: dict[Column, set[Edge]] = field(default_factory=dict[Column, set[Edge]])

    def edge(self, node: int, label: str) -> None:
        """See flows.machine.Trace."""
        self.taken.setdefault(self.column, set()).add((node, label))

    def answered(self, node: int, chosen: int) -> None:
        """See flows.machine.Trace."""
        if chosen >= ANYWHERE:
            option = self.program.anywhere[chosen - ANYWHERE]
            self.edge(ANYWHERE_NODE, p.option_label(option))
            return
        asked = self.program.nodes[node]
        if isinstance(asked, p.Menu):
            self.edge(node, p.option_label(asked.options[chosen]))
        else:
            self.edge(node, "next")


def columns(program: p.Program) -> list[Column]:
    """Every channel and language that a flow declares."""
    return [Column(c, language) for c in program.channels for language in program.languages]


def possible(program: p.Program, column: Column) -> set[Edge]:
    """Edges that a buyer on this channel and in this language can take, as far as the graph tells."""
    found: set[Edge] = set()
    options = p.offered(program.anywhere, column.channel)
    waiting = [program.start]
    seen: set[int] = set()
    while waiting:
        index = waiting.pop()
        if index < 0 or index in seen:
            continue
        seen.add(index)
        node = program.nodes[index]
        for label, target in p.edges(node, column.channel):
            only = _only_way(node, column) if isinstance(node, p.Branch) else None
            if only is not None and label != only:
                continue
            found.add((index, label))
            waiting.append(target)
        if isinstance(node, p.Menu | p.Ask):
            for option in options:
                found.add((ANYWHERE_NODE, p.option_label(option)))
                waiting.append(option.target)
    return found


def _only_way(node: p.Branch, column: Column) -> str | None:
    """`yes` or `no` where a condition asks only for the language or channel, else None."""
    try:
        tree = e.parse_expression(node.condition)
    except e.ExpressionError:
        return None
    if not isinstance(tree, e.Comparison) or tree.operator not in ("==", "!="):
        return None
    if not isinstance(tree.left, e.Path) or not isinstance(tree.right, e.Literal):
        return None
    value = {"lang": column.language, "channel": column.channel}.get(str(tree.left))
    if value is None:
        return None
    return "yes" if (value == tree.right.value) == (tree.operator == "==") else "no"


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """What of one column is covered."""

    column: Column
    covered: int
    possible: int
    missing: tuple[Edge, ...]


def summarise(coverage: Coverage) -> list[CoverageLine]:
    """Coverage by column."""
    lines: list[CoverageLine] = []
    for column in columns(coverage.program):
        wanted = possible(coverage.program, column)
        taken = coverage.taken.get(column, set()) & wanted
        lines.append(CoverageLine(column, len(taken), len(wanted), tuple(sorted(wanted - taken))))
    return lines


def describe(compiled: Compiled, edge: Edge) -> str:
    """`seller.flow:47 option 3`: an edge as people find it."""
    node, label = edge
    if node == ANYWHERE_NODE:
        return f"anywhere {label}"
    where = locate(compiled.flow, compiled.spans[node])
    return (
        f"{where.file}:{where.line} {type(compiled.program.nodes[node]).__name__.lower()} {label}"
    )


def report(compiled: Compiled, coverage: Coverage) -> Iterator[str]:
    """Lines for people: a line a column, then what is missing."""
    for line in summarise(coverage):
        share = 100 * line.covered / line.possible if line.possible else 100
        yield (
            f"{compiled.program.name} {line.column.channel} {line.column.language}: "
            f"{line.covered} of {line.possible} edges, {share:.0f} %"
        )
        for edge in line.missing:
            yield f"  not covered: {describe(compiled, edge)}"


def tracing_machine(program: p.Program) -> tuple[Machine, Coverage]:
    """A machine whose sessions are counted."""
    coverage = Coverage(program)
    return Machine(program, coverage), coverage
