"""All rules over one flow, suppressions applied, findings in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows import program as p
from flows.checker.rule import Finding, Rule
from flows.checker.rules import RULES
from flows.checker.subject import Subject
from flows.compiler import compile_flow
from flows.diagnostic import Diagnostic, locate
from flows.syntax import Flow, Suppression

LAST = "D903"
"""The rule over what the others found: it runs after them."""


def check_flow(
    flow: Flow, found: tuple[Diagnostic, ...] = (), older: p.Program | None = None
) -> tuple[Diagnostic, ...]:
    """Run every rule. `found` is what reading the flow already reported, `older` the program that buyers are in now."""
    subject = Subject(compile_flow(flow), older)
    diagnostics = [*found, *run(subject, RULES.values())]
    silenced = {_target(suppression) for suppression in flow.suppressions}
    kept: list[Diagnostic] = []
    used: set[tuple[str, str, int]] = set()
    for diagnostic in diagnostics:
        where = locate(flow, diagnostic.span)
        target = (diagnostic.code, where.file, where.line)
        if target in silenced:
            used.add(target)
        else:
            kept.append(diagnostic)
    subject.unused = tuple(s for s in flow.suppressions if _target(s) not in used)
    kept += run(subject, [RULES[LAST]])
    return tuple(sorted(kept, key=lambda diagnostic: _order(flow, diagnostic)))


def run(subject: Subject, rules: Iterable[Rule]) -> Iterator[Diagnostic]:
    """What some rules find."""
    for rule in rules:
        for finding in rule.check(subject):
            yield diagnostic_of(rule, finding)


def diagnostic_of(rule: Rule, finding: Finding) -> Diagnostic:
    """A finding with its rule's code and name."""
    return Diagnostic(
        rule.code,
        rule.name,
        finding.severity or rule.severity,
        finding.message,
        finding.span,
        finding.help,
        finding.notes,
    )


def _target(suppression: Suppression) -> tuple[str, str, int]:
    return suppression.code, suppression.place.file, suppression.target_line


def _order(flow: Flow, diagnostic: Diagnostic) -> tuple[int, str, int, int, str]:
    where = locate(flow, diagnostic.span)
    # The seller's own file first, then what it includes.
    own = next(iter(flow.starts.values())).file
    return where.file != own, where.file, where.line, where.column, diagnostic.code
