"""One line's mistake, and the line it was made in."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One line's mistake. Data: the parser reports it and goes on."""

    line: int
    """1-based within the block."""
    column: int
    width: int
    message: str
    help: str | None
    repaired: str | None = None
    """The line as it was probably meant, margin included; None if nobody can tell."""
    code: str | None = None
    """Rule code other than E001."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line at which the parser stopped, and where it stands."""

    number: int
    text: str
    """Without its margin."""
    depth: int
    parent: str | None
    """Terminal that the line above it, one level out, begins with; None in column 0."""
    block: str | None
    column: int
    """Where the parser stopped, 1-based, margin included."""
    expected: frozenset[str]
    before: str | None
    """Terminal of the sibling above, None if it is the first."""

    @property
    def word(self) -> str:
        """What stands before the first blank or colon."""
        found = re.match(r"[^\s:：]+", self.text)
        return found[0] if found else self.text[:1]

    def mistake(
        self, message: str, help_text: str | None, bad: str = "", repaired: str | None = None
    ) -> Mistake:
        """A mistake at `bad` within the line, or at the whole line."""
        at = self.text.find(bad) if bad else 0
        width = len(bad) if bad and at >= 0 else len(self.text)
        whole = " " * self.depth + repaired if repaired is not None else None
        return Mistake(
            self.number, self.depth + max(at, 0) + 1, max(width, 1), message, help_text, whole
        )
