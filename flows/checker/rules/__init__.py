"""Every rule, a file a family."""

from flows.checker.rule import RULES

__all__ = ["RULES"]
