"""One rule over one small flow, for tests of rules."""

import textwrap

from flows.checker.rule import RULES, Finding
from flows.checker.rules import (
    answers,
    blocks,
    calls,
    costs,
    keys,
    phrases,
    safety,
    screens,
    texts,
    translations,
)
from flows.checker.subject import Subject
from flows.compiler import compile_flow
from flows.folder import read_flow

FAMILIES = (answers, blocks, calls, costs, keys, phrases, safety, screens, texts, translations)
"""Importing a family registers its rules."""


def subject_of(text: str, **files: bytes) -> Subject:
    """A flow ready for rules; a mistake in the test's own flow fails the test."""
    source = textwrap.dedent(text)
    listed = {"shop.flow": source.encode(), **{f"{n}.gram": body for n, body in files.items()}}
    flow, diagnostics = read_flow("shop", "shop.flow", listed.__getitem__)
    assert not diagnostics, diagnostics
    return Subject(compile_flow(flow))


def findings(code: str, text: str, **files: bytes) -> list[Finding]:
    """What one rule finds."""
    return list(RULES[code].check(subject_of(text, **files)))


def severities(code: str, text: str) -> list[str]:
    """How grave each finding is."""
    return [finding.severity or RULES[code].severity for finding in findings(code, text)]


def messages(code: str, text: str, **files: bytes) -> list[str]:
    """What one rule says."""
    return [finding.message for finding in findings(code, text, **files)]
