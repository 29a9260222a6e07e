"""Words by which buyers leave, and steps that let them."""

from __future__ import annotations

from functools import lru_cache

from flows import syntax as s
from flows.checker.subject import Subject
from flows.checker.written.wording import statements_of

HELP_WORDS = frozenset({"help", "帮助"})


@lru_cache(maxsize=4)
def opt_out_steps(subject: Subject) -> frozenset[str]:
    """Steps that take the buyer off the list, and those that only lead there."""
    found = {
        step.name
        for step, statement in statements_of(subject)
        if isinstance(statement, s.Assign) and statement.path == "buyer.opted_out"
    }
    for _ in range(8):
        more = {
            step.name
            for step in subject.steps
            if any(isinstance(x, s.Jump | s.Call) and x.target in found for x in step.body)
        }
        if more <= found:
            break
        found |= more
    return frozenset(found)
