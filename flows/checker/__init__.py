"""What an author is told: every rule over a flow, several findings in one pass."""

from flows.checker.beside import Beside
from flows.checker.checker import check_flow
from flows.checker.rule import Finding, Rule
from flows.checker.subject import Subject

__all__ = ["Beside", "Finding", "Rule", "Subject", "check_flow"]
