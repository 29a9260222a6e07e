"""Sellers that a settings file sets limits for, beside those that are there: a slip in a name would leave a seller without."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from commands.settings.limits import LimitsSection
from flows.program import Program


class LimitNames:
    """Sellers are given one after the other (`add`)."""

    def __init__(self, limits: LimitsSection) -> None:
        self._named = [one.name for one in limits.seller]
        self._there: set[str] = set()

    def add(self, seller: str, _program: Program) -> None:
        """This one is there."""
        if self._named:
            self._there.add(seller)

    def unused(self) -> Iterator[str]:
        """What is named and not there, each with the one that may have been meant."""
        for name in self._named:
            if name not in self._there:
                near = difflib.get_close_matches(name, self._there, 1)
                hint = f"did you mean `{near[0]}`?" if near else "its limits hold for nobody"
                yield f"[[limits.seller]] {name}: no seller is called so; {hint}"
