"""A grammar as values: what both forms of SRGS 1.0 say, and where they said it.

Spans do not count in comparisons, so the two forms of one grammar are equal rule by rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["abnf", "xml"]
Mode: TypeAlias = Literal["voice", "dtmf"]
Scope: TypeAlias = Literal["public", "private"]
SpecialName: TypeAlias = Literal["NULL", "VOID", "GARBAGE"]

LITERALS = "semantics/1.0-literals"
"""The tag format whose tags are plain text (Semantic Interpretation 1.0, section 5)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where something begins in its document: line and column from 1, in characters."""

    line: int
    column: int


NOWHERE = Span(1, 1)


@dataclass(frozen=True, slots=True)
class Token:
    """What a person says or the key that is pressed (section 2.1)."""

    text: str
    """White space is normalised; a quoted token may hold several words. Keys: 0-9, A-D, * and #."""
    language: str | None = None
    """Its own language (section 2.7), or None for the grammar's."""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Tag:
    """Text for semantic interpretation, as written (section 2.6)."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Special:
    """NULL matches nothing, VOID never matches, GARBAGE matches anything (section 2.2.3)."""

    name: SpecialName
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A reference to a rule of this grammar or of another (section 2.2)."""

    name: str | None
    """The rule, or None for the root rule of another grammar."""
    uri: str | None = None
    """The reference as the logical parse structure shows it, or None for a rule of this grammar."""
    document: str | None = None
    """The grammar's URI without fragment, resolved, or None for this grammar."""
    media_type: str | None = None
    language: str | None = None
    """What the grammar gets that does not say its own."""
    written: str | None = None
    """The reference as its document writes it, before any base, or None for a rule of this grammar."""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other (section 2.3). Empty: `()` or `<item/>`, matches nothing."""

    items: tuple[Expansion, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several alternatives."""

    item: Expansion
    weight: float | None = None
    """At least 0; it orders hypotheses of a recogniser and never makes text match (section 2.4.1)."""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of them, the first that fits where several do (section 2.4)."""

    choices: tuple[Choice, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same again, as many times as fit (section 2.5)."""

    item: Expansion
    minimum: int
    maximum: int | None
    """None: without end."""
    probability: float | None = None
    """From 0 to 1 (section 2.5.1)."""
    span: Span = field(default=NOWHERE, compare=False)


Expansion: TypeAlias = Token | Tag | Special | RuleRef | Sequence | Alternatives | Repeat


@dataclass(frozen=True, slots=True)
class Rule:
    """A named expansion (section 3)."""

    name: str
    expansion: Expansion
    scope: Scope = "private"
    examples: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A pronunciation lexicon: kept, never fetched (section 4.10)."""

    uri: str
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Meta:
    """A fact about the document (section 4.11.1)."""

    name: str
    content: str
    http_equiv: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """What a grammar declares before its rules (section 4.1)."""

    mode: Mode = "voice"
    language: str | None = None
    """None only in a DTMF grammar."""
    root: str | None = None
    tag_format: str | None = None
    base: str | None = None
    lexicons: tuple[Lexicon, ...] = ()
    metas: tuple[Meta, ...] = ()
    tags: tuple[str, ...] = ()
    """Tags of the grammar itself (section 4.12): text for an interpreter, no part of a parse."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Grammar:
    """A document, with the grammars that its rules reach."""

    uri: str
    form: Form
    header: Header
    rules: tuple[Rule, ...]
    imports: tuple[Grammar, ...] = ()
    """Every other grammar that is reached, in the order of first mention; their own are empty."""

    @property
    def entries(self) -> tuple[Rule, ...]:
        """The rules an input may match: the root, or every public rule where none is declared."""
        if self.header.root is not None:
            return tuple(rule for rule in self.rules if rule.name == self.header.root)
        return tuple(rule for rule in self.rules if rule.scope == "public")
