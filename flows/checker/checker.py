"""All rules over one flow, suppressions applied, findings in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows import settings
from flows.checker.beside import Beside
from flows.checker.rule import Finding, Rule
from flows.checker.rules import RULES
from flows.checker.subject import Subject
from flows.compiler import compile_flow
from flows.diagnostic import Diagnostic, locate
from flows.syntax import Flow, Suppression

LAST = "D903"
"""The rule over what the others found: it runs after them."""

ALONE = frozenset(
    (
        *("E001", "E003", "E007", "F101", "F110", "F114", "F116"),
        *("K201", "K203", "O601", "O602", "V302", "V304", "V307"),
    )
)
"""Rules that judge a line by itself. Where other lines could not be read, no other is worth telling: the lines that are
missing would be told a second time by what they leave behind."""
SETTLED = ("T", "C", "K", "S", "E009")
"""Rules of what is said where. Where channels or languages cannot be read, what was assumed is nobody's mistake."""
LINES = frozenset(("E001", "O601", "O602"))
"""Of these, rules that hold also within a block some of whose lines could not be read."""


def check_flow(
    flow: Flow, found: tuple[Diagnostic, ...] = (), beside: Beside | None = None
) -> tuple[Diagnostic, ...]:
    """Run every rule. `found` is what reading the flow already reported, `beside` what else is known of it."""
    broken = {diagnostic.span.block for diagnostic in found if diagnostic.severity == "error"}
    subject = Subject(compile_flow(flow), beside, partly=bool(broken))
    rules = [rule for rule in RULES.values() if not broken or rule.code in ALONE]
    if _unsettled(subject):
        rules = [rule for rule in rules if not rule.code.startswith(SETTLED)]
    diagnostics = [
        *found,
        *(d for d in run(subject, rules) if d.code in LINES or d.span.block not in broken),
    ]
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
    if not broken:
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


def _unsettled(subject: Subject) -> bool:
    """Whether the shop's channels or languages cannot be read."""
    readers = {"channels": settings.channels, "languages": settings.languages}
    for line in subject.shop.settings if subject.shop is not None else ():
        if line.name in readers:
            try:
                readers[line.name](line.value)
            except ValueError:
                return True
    return False


def _target(suppression: Suppression) -> tuple[str, str, int]:
    return suppression.code, suppression.place.file, suppression.target_line


def _order(flow: Flow, diagnostic: Diagnostic) -> tuple[int, str, int, int, str]:
    where = locate(flow, diagnostic.span)
    # The seller's own file first, then what it includes.
    own = next(iter(flow.starts.values())).file
    return where.file != own, where.file, where.line, where.column, diagnostic.code
