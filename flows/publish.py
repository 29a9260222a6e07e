"""A new version of a flow beside the old: what becomes of buyers who are in the middle of it.

A question is known by its step and its ordinal in it (`take_order.2`), so an edit elsewhere moves nobody. At their next
turn, buyers at a question that is the same, or that only gained or reworded something, go on in the new version; the
others finish in the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from flows import program as p
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


@dataclass(frozen=True, slots=True)
class _Signature:
    kind: str
    detail: tuple[object, ...]
    """What must be equal for an answer to mean the same."""
    ways: frozenset[tuple[str, str]]
    """Answers and the steps they lead to; more may come."""


MARKS = "~?"
"""What may stand before a question's name in `Session.at`."""


def compare(old: p.Program, new: p.Program) -> dict[str, Verdict]:
    """Each question and wait of the old program: what it is in the new one."""
    return {name: _verdict(old, new, name) for name in old.waits}


def move(session: Session, old: p.Program, new: p.Program) -> Session | None:
    """A waiting session on the new program, or None if it must stay pinned to the old one."""
    if session.at == ENDED:
        return None
    mark = session.at[:1] if session.at[:1] in MARKS else ""
    names = [session.at.removeprefix(mark), *session.calls]
    keep = (Verdict.SAME, Verdict.COMPATIBLE)
    if any(name not in old.waits or _verdict(old, new, name) not in keep for name in names):
        return None
    for name in session.values:
        variable = name.partition(".")[0]
        if old.variables.get(variable) != new.variables.get(variable, old.variables.get(variable)):
            return None
    if any(line.code not in _codes(new) for line in session.cart):
        return None
    at, *calls = (_renamed(name, new) for name in names)
    return replace(session, program=p.fingerprint(new), at=mark + at, calls=tuple(calls))


def _verdict(old: p.Program, new: p.Program, name: str) -> Verdict:
    index = new.waits.get(_renamed(name, new))
    if index is None:
        return Verdict.GONE
    before = _signature(old, old.waits[name], tuple(sorted(new.renamed.items())))
    after = _signature(new, index, ())
    if before.kind != after.kind or before.detail != after.detail:
        return Verdict.CHANGED
    if before.ways == after.ways:
        return Verdict.SAME
    return Verdict.COMPATIBLE if before.ways < after.ways else Verdict.CHANGED


def _renamed(name: str, new: p.Program) -> str:
    step, _, ordinal = name.rpartition(".")
    return f"{new.renamed.get(step, step)}.{ordinal}"


def _signature(program: p.Program, index: int, renamed: tuple[tuple[str, str], ...]) -> _Signature:
    node = program.nodes[index]
    names = dict(renamed)

    def step_of(target: int) -> str:
        name = _steps(program).get(target, _owner(program, target))
        return names.get(name, name)

    ways = frozenset(
        (label, step_of(target)) for label, target in p.edges(program, index) if label != "tries"
    )
    match node:
        case p.Menu():
            return _Signature("menu", (), ways)
        case p.Ask():
            choices = frozenset((choice.key or "", choice.value or "") for choice in node.choices)
            # A wider range or one more choice takes every answer that was possible.
            detail = (node.name, node.type, node.group, node.lower, node.upper)
            return _Signature("ask", detail, ways | choices)
        case p.Request():
            return _Signature("request", (node.service, node.operation, node.results), ways)
        case _:
            return _Signature(type(node).__name__.lower(), (), ways)


def _steps(program: p.Program) -> dict[int, str]:
    return {index: name for name, index in reversed(program.steps.items())}


def _owner(program: p.Program, target: int) -> str:
    """The step that a node inside a step belongs to, as well as it can be told from the waits near it."""
    if target < 0:
        return ""
    for name, index in program.waits.items():
        if index == target:
            return name
    return type(program.nodes[target]).__name__.lower()


def _codes(program: p.Program) -> set[str]:
    return {product.code for product in program.products}
