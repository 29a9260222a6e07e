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
        """What the input means: of literal tags the last, otherwise the words that matched.

        Semantic Interpretation 1.0 with string literals: a rule's value is its last tag, or
        else that of the last rule it refers to, or else its words. Scripts (semantics/1.0) are
        not run: a grammar with them gives its words here and its tags in `tags`.
        """
        if not self.literals:
            return " ".join(self.words)
        # Each open rule: its last tag, the value of its last reference, its words.
        stack: list[tuple[str | None, str | None, list[str]]] = [(None, None, [])]
        for mark in self.marks:
            tag, reference, words = stack[-1]
            if mark.kind == "open":
                stack.append((None, None, []))
            elif mark.kind == "tag":
                stack[-1] = (mark.text, reference, words)
            elif mark.kind == "token":
                words.append(mark.text)
            else:
                stack.pop()
                outer_tag, _, outer_words = stack[-1]
                outer_words.extend(words)
                meaning = next((each for each in (tag, reference) if each is not None), None)
                stack[-1] = (
                    outer_tag,
                    " ".join(words) if meaning is None else meaning,
                    outer_words,
                )
        return stack[0][1] or ""
