"""A flow file's text cut into blocks: column 0 begins one, comments and blank lines are blanked out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.diagnostic import Diagnostic
from flows.syntax import Place, Span, Suppression

FILE_BYTES_MAX = 1_000_000
"""A flow file longer than this is refused; a thousand steps fit in a tenth of it."""

_SUPPRESSION = re.compile(r"#\s*ok\s+([A-Z]\d{3})\b")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One block's text, comments blanked, ending in a newline."""

    key: str
    """Unique within the flow: the header line, with a number where it repeats."""
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Source:
    """A file cut into chunks."""

    chunks: tuple[Chunk, ...]
    lines: tuple[str, ...]
    suppressions: tuple[Suppression, ...]
    diagnostics: tuple[Diagnostic, ...]


def decode(data: bytes) -> str:
    """Text of a file in UTF-8 (with or without mark), UTF-16 with a mark, or GB18030.

    Raises ValueError, with a message for the seller, for anything else.
    """
    if len(data) > FILE_BYTES_MAX:
        raise ValueError(f"the file has {len(data)} bytes; at most {FILE_BYTES_MAX} are read")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise ValueError("the file is not text in UTF-8, UTF-16 or GB18030; save it as UTF-8")


def cut(text: str, file: str, taken: set[str] | None = None) -> Source:
    """Cut a file's text into chunks. `taken` holds block keys already used by other files of the flow."""
    keys = taken if taken is not None else set[str]()
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    chunks: list[Chunk] = []
    suppressions: list[Suppression] = []
    diagnostics: list[Diagnostic] = []
    body: list[str] = []
    start = 0

    def close(end: int) -> None:
        if not body:
            return
        key = header = body[0].strip()
        count = 1
        while key in keys:
            count += 1
            key = f"{header} ({count})"
        keys.add(key)
        while body and not body[-1]:
            body.pop()
        chunks.append(Chunk(key, "\n".join(body) + "\n", Place(file, start + 1)))
        diagnostics.extend(_margins(key, lines, start, min(end, start + len(body))))
        body.clear()

    for number, line in enumerate(lines):
        stripped = line.strip(" \t\u3000\u00a0")
        if stripped.startswith("#"):
            found = _SUPPRESSION.match(stripped)
            if found:
                target = _next_line(lines, number)
                place = Place(file, number + 1)
                suppressions.append(Suppression(found[1], place, target + 1))
            stripped = ""
        if not stripped:
            if body:
                body.append("")
            continue
        if line[0] not in " \t\u3000\u00a0":
            close(number)
            start = number
            body.append(line.rstrip())
        elif body:
            body.append(_margin_as_spaces(line.rstrip()))
        else:
            # An indented line before any block: it is a block of its own, which the parser will refuse.
            start = number
            body.append(line.strip())
    close(len(lines))
    return Source(tuple(chunks), lines, tuple(suppressions), tuple(diagnostics))


def _next_line(lines: tuple[str, ...], number: int) -> int:
    for following in range(number + 1, len(lines)):
        stripped = lines[following].strip()
        if stripped and not stripped.startswith("#"):
            return following
    return number


def _margin_as_spaces(line: str) -> str:
    """Tabs and wide spaces in the margin as spaces, so that parsing goes on after E002."""
    content = line.lstrip(" \t\u3000\u00a0")
    margin = line[: len(line) - len(content)]
    if not margin.strip(" "):
        return line
    return margin.replace("\t", "  ").replace("\u3000", "  ").replace("\u00a0", " ") + content


def _margins(key: str, lines: tuple[str, ...], start: int, end: int) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for number in range(start, end):
        line = lines[number]
        content = line.lstrip(" \t\u3000\u00a0")
        if not content or content.startswith("#"):
            continue
        margin = line[: len(line) - len(content)]
        strange = margin.strip(" ")
        if strange:
            name = {"\t": "a tab", "\u3000": "a full-width space"}.get(
                strange[0], "a non-breaking space"
            )
            span = Span(key, number - start + 1, margin.index(strange[0]) + 1, 1)
            found.append(
                Diagnostic(
                    "E002",
                    "bad-margin",
                    "error",
                    f"{name} stands in the margin",
                    span,
                    "indent with two spaces a level; `dialcart format` does it for the whole file",
                )
            )
    return found
