"""How an input fits a grammar: the marks of one parse, and what they amount to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

MarkKind: TypeAlias = Literal["open", "close", "token", "tag"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A step through the parse tree, in order."""

    kind: MarkKind
    text: str
    """The rule as the structure shows it, the token or the tag; empty where a rule closes."""


@dataclass(frozen=True, slots=True)
class Parse:
    """How an input fits a grammar."""

    marks: tuple[Mark, ...]
    literals: bool = False
    """Whether tags are plain text: the grammar's tag format is semantics/1.0-literals."""

    def structure(self) -> str:
        """The logical parse structure of SRGS 1.0, appendix H: `$main["test",{!{tag}!}]`."""
        parts: list[str] = []
        for mark in self.marks:
            if mark.kind == "close":
                parts.append("]")
                continue
            if parts and not parts[-1].endswith("["):
                parts.append(",")
            if mark.kind == "open":
                parts.append(f"${mark.text}[")
            else:
                parts.append(f'"{mark.text}"' if mark.kind == "token" else f"{{!{{{mark.text}}}!}}")
        return "".join(parts)

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens that matched, as the grammar writes them."""
        return tuple(mark.text for mark in self.marks if mark.kind == "token")

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that were passed, in order."""
        return tuple(mark.text for mark in self.marks if mark.kind == "tag")

    @property
    def value(self) -> str:
        """What the input means: of literal tags the last that counts, otherwise the words.

        With the tag format semantics/1.0-literals (Semantic Interpretation 1.0, section 5) a
        rule's value is its own last tag, or else the value of the last rule it refers to that
        has one, or else nothing; a grammar whose root has no value gives the words that
        matched. Scripts (semantics/1.0) are not run: such a grammar gives its words here, and
        its tags as text in `tags`.
        """
        words = " ".join(self.words)
        if not self.literals:
            return words
        # For each open rule its own last tag and the last value of a rule it refers to.
        stack: list[tuple[str | None, str | None]] = [(None, None)]
        for mark in self.marks:
            own, referred = stack[-1]
            if mark.kind == "open":
                stack.append((None, None))
            elif mark.kind == "tag":
                stack[-1] = (mark.text, referred)
            elif mark.kind == "close":
                stack.pop()
                value = referred if own is None else own
                if value is not None:
                    stack[-1] = (stack[-1][0], value)
        value = stack[0][1]
        return words if value is None else value
