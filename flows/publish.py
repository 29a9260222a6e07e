"""A new version of a flow beside the old: what becomes of buyers who are in the middle of it.

A question is known by its step and its ordinal in it (`take_order.2`), so an edit elsewhere moves nobody. At their next
turn, buyers at a question that is the same, or that only gained or reworded something, go on in the new version; the
others finish in the old one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from msgspec.structs import replace

from flows import program as p
from flows.packed import fingerprint
from flows.same import Same
from flows.session import ENDED, Session


class Verdict(StrEnum):
    """What became of a question."""

    SAME = "same"
    """Nothing that a waiting buyer could notice, wording aside."""
    COMPATIBLE = "compatible"
    """Every answer that was possible still is, and leads to the same steps."""
    CHANGED = "changed"
    """Answers mean something else now: buyers who wait here finish in the old version."""
    GONE = "gone"
    """There is no such question any more."""


MARKS = "~?"
"""What may stand before a question's name in `Session.at`."""
CHANGES_MAX = 64
"""Pairs of programs whose comparison is kept."""
_KEEP = (Verdict.SAME, Verdict.COMPATIBLE)


def compare(old: p.Program, new: p.Program) -> dict[str, Verdict]:
    """Each question and wait of the old program: what it is in the new one."""
    return dict(_change(Same(old), Same(new)).verdicts)


def move(session: Session, old: p.Program, new: p.Program) -> Session | None:
    """A waiting session on the new program, or None if it must stay pinned to the old one."""
    if session.at == ENDED:
        return None
    change = _change(Same(old), Same(new))
    mark = session.at[:1] if session.at[:1] in MARKS else ""
    names = [session.at.removeprefix(mark), *session.calls]
    if any(change.verdicts.get(name) not in _KEEP for name in names):
        return None
    if any(name.partition(".")[0] in change.retyped for name in session.values):
        return None
    if any(line.code not in change.codes for line in session.cart):
        return None
    at, *calls = (_renamed(name, new) for name in names)
    return replace(session, program=change.fingerprint, at=mark + at, calls=tuple(calls))


@dataclass(frozen=True, slots=True)
class _Change:
    """What is worked out once for all sessions of a version that another takes the place of."""

    verdicts: Mapping[str, Verdict]
    retyped: frozenset[str]
    """Variables whose type is another now."""
    codes: frozenset[str]
    """Products there are now."""
    fingerprint: bytes
    """Of the new program."""


@lru_cache(maxsize=CHANGES_MAX)
def _change(old: Same[p.Program], new: Same[p.Program]) -> _Change:
    before, after = old.value, new.value
    here, there = _Steps(before, after.renamed), _Steps(after, {})
    return _Change(
        {
            name: _verdict(before.nodes[index], after.waits.get(_renamed(name, after)), here, there)
            for name, index in before.waits.items()
        },
        frozenset(
            name
            for name, kind in before.variables.items()
            if _type(kind) != _type(after.variables.get(name, kind))
        ),
        frozenset(product.code for product in after.products),
        fingerprint(after),
    )


class _Steps:
    """Which step each node of a program is in."""

    def __init__(self, program: p.Program, renamed: Mapping[str, str]) -> None:
        self.program = program
        begins: dict[int, set[str]] = {}
        for name, entry in program.steps.items():
            # A step that only leads on begins where the other does, so a place may have two names.
            begins.setdefault(entry, set()).add(renamed.get(name, name))
        self.entries = sorted(begins)
        self.names = [frozenset(begins[entry]) for entry in self.entries]

    def of(self, target: int) -> frozenset[str]:
        """The step of a node; none for the end of the session."""
        if target == p.NOWHERE:
            return frozenset()
        # The compiler lays steps one after another, each with its end before its first statement.
        position = bisect_right(self.entries, target + 1) - 1
        return self.names[max(position, 0)] if self.names else frozenset()

    def ways(self, node: p.AnyNode) -> dict[tuple[str | None, str], frozenset[str]]:
        """Answers and outcomes of a wait, those of a menu by channel, and the steps they lead to."""
        if not isinstance(node, _WAITS):
            return {}
        found: dict[tuple[str | None, str], frozenset[str]] = {}
        for channel in p.CHANNELS if isinstance(node, p.Menu) else (None,):
            for label, target in p.edges(node, channel):
                # When a buyer has failed too often is the seller's own affair.
                if label != "tries":
                    way = channel, label
                    found[way] = found.get(way, frozenset()) | self.of(target)
        return found


_WAITS = (p.Menu, p.Ask, p.PlaceOrder, p.HandOver, p.Request, p.Pay, p.Call)


def _verdict(node: p.AnyNode, index: int | None, here: _Steps, there: _Steps) -> Verdict:
    if index is None:
        return Verdict.GONE
    other = there.program.nodes[index]
    if _meaning(node) != _meaning(other):
        return Verdict.CHANGED
    before, after = here.ways(node), there.ways(other)
    for label, steps in before.items():
        # A place with two names is the same place if one of them is.
        if label not in after or not (steps & after[label] or steps == after[label]):
            return Verdict.CHANGED
    more = len(after) > len(before)
    if isinstance(node, p.Ask) and isinstance(other, p.Ask):
        choices, offered = _choices(node), _choices(other)
        if not choices <= offered or not _takes(other, node):
            return Verdict.CHANGED
        more = more or choices != offered or not _takes(node, other)
    return Verdict.COMPATIBLE if more else Verdict.SAME


def _meaning(node: p.AnyNode) -> tuple[object, ...]:
    """What must be equal for an answer to mean the same."""
    match node:
        case p.Ask():
            return ("ask", node.name, node.type, node.group)
        case p.Request():
            return ("request", node.name, node.service, node.operation, node.results)
        case p.Call():
            return ("call", node.parameters)
        case _:
            return (type(node).__name__,)


def _choices(ask: p.Ask) -> frozenset[tuple[str, str]]:
    return frozenset((choice.key or "", choice.value or "") for choice in ask.choices)


def _takes(wide: p.Ask, narrow: p.Ask) -> bool:
    """Whether one question's bounds take every answer that the other's do."""
    if wide.type != "number":
        return (wide.lower, wide.upper) == (narrow.lower, narrow.upper)
    lower = wide.lower is None or (narrow.lower is not None and wide.lower <= narrow.lower)
    upper = wide.upper is None or (narrow.upper is not None and wide.upper >= narrow.upper)
    return lower and upper


def _type(kind: str) -> str:
    """A variable's type; which question a choice comes from does not matter to its value."""
    return "choice" if kind.startswith("choice:") else kind


def _renamed(name: str, new: p.Program) -> str:
    step, _, ordinal = name.rpartition(".")
    return f"{new.renamed.get(step, step)}.{ordinal}"
