"""A diagnostic: what is wrong, where, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flows.syntax import Flow, Span

Severity = Literal["error", "warning", "info"]

EXCERPT_CHARACTERS_MAX = 240
"""Of a longer line only the part around its mistake is shown."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding of the checker or the parser. Data, not an exception: an author's mistake is expected."""

    code: str
    """Rule code such as `F101`; its page is docs/diagnostics/F101.md."""
    name: str
    """Rule name such as `undefined-step`."""
    severity: Severity
    message: str
    """What is wrong, one sentence without a full stop."""
    span: Span
    help: str | None = None
    """What to write instead."""
    notes: tuple[tuple[Span, str], ...] = ()
    """Further places that matter: `(span, "first defined here")`."""


@dataclass(frozen=True, slots=True)
class Location:
    """A span made absolute: file, 1-based line and column, width in characters."""

    file: str
    line: int
    column: int
    width: int


def parted(error: str) -> tuple[str, str]:
    """What is wrong and what to write instead, of an error that says both, parted by its last `; `."""
    message, mark, help_text = error.rpartition("; ")
    return (message, help_text) if mark else (error, "")


def locate(flow: Flow, span: Span) -> Location:
    """Where a span stands in its file."""
    place = flow.starts[span.block]
    return Location(place.file, place.line + span.line - 1, span.column, span.width)


def told(diagnostic: Diagnostic) -> str:
    """What it says, without its place."""
    return f"{diagnostic.severity}: [{diagnostic.code} {diagnostic.name}] {diagnostic.message}"


def render(flow: Flow, diagnostic: Diagnostic) -> str:
    """The diagnostic as text for a terminal: place, message, the line with a caret under it, help."""
    where = locate(flow, diagnostic.span)
    head = f"{where.file}:{where.line}:{where.column}: {told(diagnostic)}"
    parts = [head, *_excerpt(flow, where, "")]
    for span, label in diagnostic.notes:
        place = locate(flow, span)
        parts.append(f"  note: {label} ({place.file}:{place.line})")
        parts.extend(_excerpt(flow, place, ""))
    if diagnostic.help:
        parts.append(f"  help: {diagnostic.help}")
    return "\n".join(parts)


def to_json(flow: Flow, diagnostic: Diagnostic) -> dict[str, object]:
    """The diagnostic as plain values for tools."""
    where = locate(flow, diagnostic.span)
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "file": where.file,
        "line": where.line,
        "column": where.column,
        "end_column": where.column + where.width,
        "notes": [
            {"file": place.file, "line": place.line, "column": place.column, "message": label}
            for place, label in ((locate(flow, span), label) for span, label in diagnostic.notes)
        ],
    }


def _excerpt(flow: Flow, where: Location, label: str) -> list[str]:
    lines = flow.sources.get(where.file, ())
    if not 1 <= where.line <= len(lines):
        return []
    line = lines[where.line - 1].expandtabs(1)
    column = where.column
    if len(line) > EXCERPT_CHARACTERS_MAX:
        begin = max(
            0, min(column - 1 - EXCERPT_CHARACTERS_MAX // 4, len(line) - EXCERPT_CHARACTERS_MAX)
        )
        end = begin + EXCERPT_CHARACTERS_MAX
        line = ("…" if begin else "") + line[begin:end] + ("…" if end < len(line) else "")
        column -= begin - (1 if begin else 0)
    number = str(where.line)
    before = "".join(_blank(character) for character in line[: column - 1])
    under = line[column - 1 : column - 1 + where.width] or " "
    carets = "".join("^" * width(character) for character in under)
    return [f" {number} | {line}", f" {' ' * len(number)} | {before}{carets} {label}".rstrip()]


def width(character: str) -> int:
    """Columns a character takes in a terminal: two for wide East Asian ones."""
    from unicodedata import east_asian_width

    return 2 if east_asian_width(character) in "WF" else 1


def _blank(character: str) -> str:
    return " " * width(character)
