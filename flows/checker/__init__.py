"""What an author is told: every rule over a flow, several findings in one pass.

The files here are how rules are run: rule.py says what one is, subject.py what it looks at, checker.py runs them all. rules/
has the rules. What several of them need is worked out once: written/ is what the seller wrote, ways/ where it leads, told/
what buyers get to read and hear.
"""

from flows.checker.beside import Beside
from flows.checker.checker import check_flow
from flows.checker.rule import Finding, Rule
from flows.checker.subject import Subject

__all__ = ["Beside", "Finding", "Rule", "Subject", "check_flow"]
