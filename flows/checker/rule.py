"""A rule: one function with a code; its docstring is its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.diagnostic import Severity
from flows.syntax import Span

if TYPE_CHECKING:
    from flows.checker.subject import Subject


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found; the checker adds the rule's code, name and severity."""

    span: Span
    message: str
    """What is wrong, one sentence without a full stop."""
    help: str | None = None
    """What to write instead."""
    notes: tuple[tuple[Span, str], ...] = ()
    severity: Severity | None = None
    """Where it differs from the rule's own."""


Check = Callable[["Subject"], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the checker."""

    code: str
    name: str
    severity: Severity
    check: Check

    @property
    def page(self) -> str:
        """The rule's docstring, which has the headings What it does, Why, Example, Write instead."""
        return self.check.__doc__ or ""


RULES: dict[str, Rule] = {}
"""Every rule by its code, in the order of the codes once flows.checker.rules is imported."""


def rule(code: str, name: str, severity: Severity) -> Callable[[Check], Check]:
    """Register a check as a rule. Raises ValueError for a code that is taken."""

    def register(check: Check) -> Check:
        if code in RULES:
            raise ValueError(f"{code} is taken by {RULES[code].name}")
        RULES[code] = Rule(code, name, severity, check)
        return check

    return register
