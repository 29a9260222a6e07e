"""All rules over one flow, suppressions applied, findings in the order of the file."""

from __future__ import annotations

from flows.checker.rules import RULES
from flows.checker.subject import Subject
from flows.compiler import compile_flow
from flows.diagnostic import Diagnostic, locate
from flows.syntax import Flow


def check_flow(flow: Flow, found: tuple[Diagnostic, ...] = ()) -> tuple[Diagnostic, ...]:
    """Run every rule; `found` is what reading the flow already reported."""
    subject = Subject(compile_flow(flow))
    diagnostics = list(found)
    for rule in RULES.values():
        for finding in rule.check(subject):
            diagnostics.append(
                Diagnostic(
                    rule.code,
                    rule.name,
                    finding.severity or rule.severity,
                    finding.message,
                    finding.span,
                    finding.help,
                    finding.notes,
                )
            )
    silenced = {(s.code, s.place.file, s.target_line) for s in flow.suppressions}
    kept = []
    for diagnostic in diagnostics:
        where = locate(flow, diagnostic.span)
        if (diagnostic.code, where.file, where.line) not in silenced:
            kept.append((where.file, where.line, where.column, diagnostic.code, diagnostic))
    return tuple(entry[-1] for entry in sorted(kept, key=lambda entry: entry[:4]))
