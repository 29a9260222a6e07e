"""A flow file's text cut into blocks: column 0 begins one, comments and blank lines are blanked out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.diagnostic import Diagnostic
from flows.syntax import Place, Span, Suppression
from grammars.keywords import BLOCKS, head

FILE_BYTES_MAX = 1_000_000
"""A flow file longer than this is refused; a thousand steps fit in a tenth of it."""
LINE_CHARACTERS_MAX = 2_000
"""A longer line is left out: thirteen SMS fit in it."""
BLOCKS_MAX = 5_000
"""Blocks of a file past this many are left out."""
HEADER_CHARACTERS_MAX = 100
"""Of a block's first line, so many characters name it."""
_STRANGE = "\t\u3000\u00a0"
_MARGIN = " " + _STRANGE

_UNSEEN = re.compile("[\u200b\u2060\ufeff]")
"""Characters of no width that come with text from web pages; joiners are left, for emoji and scripts need them."""
_LINE_END = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")
"""Word processors end lines in more ways than one."""
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
"""What xlsx, ods and docx, what xls and doc, and what PDF begin with."""
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
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


def decode(data: bytes, bytes_max: int = FILE_BYTES_MAX) -> str:
    """Text of a file in UTF-8 (with or without mark), UTF-16 with a mark, GB18030 or Windows-1252.

    Raises ValueError, with a message for the seller, for anything else.
    """
    if len(data) > bytes_max:
        raise ValueError(f"the file has more than {bytes_max} bytes; split it into several files")
    if data.startswith(_WORKBOOKS):
        raise ValueError(
            "the file is a workbook or a document, not text; save it as CSV or text in UTF-8"
        )
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    legacy = "cp1252" if _western(data) else "gb18030"
    encodings = ["utf-16"] if marked else ["utf-8-sig", legacy]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            line = text.count("\n", 0, text.index("\x00")) + 1
            raise ValueError(
                f"the file has a NUL character in line {line}, which no text has; delete it, or save the file as UTF-8"
            )
        return text
    raise ValueError("the file is not text in UTF-8, UTF-16 or GB18030; save it as UTF-8")


def _western(data: bytes) -> bool:
    """Whether bytes that are not UTF-8 are more likely Windows-1252, as Excel saves CSV in the West, than GB18030.

    Of an accented word one byte at a time has its high bit, of a Chinese one mostly two or more in a row.
    """
    runs = [len(run) for run in _HIGH_BYTES.findall(data)]
    return bool(runs) and 2 * sum(run == 1 for run in runs) > len(runs)


def cut(text: str, file: str, taken: set[str] | None = None) -> Source:
    """Cut a file's text into chunks. `taken` holds block keys already used by other files of the flow."""
    lines = tuple(_LINE_END.sub("\n", _UNSEEN.sub("", text)).split("\n"))
    # Most files have no other margins than spaces, and are spared a look at each.
    strange = any(mark in text for mark in _STRANGE)
    cutter = _Cutter(file, lines, taken if taken is not None else set[str](), strange=strange)
    for number in range(len(lines)):
        cutter.take(number)
    cutter.close()
    return Source(
        tuple(cutter.chunks), lines, tuple(cutter.suppressions), tuple(cutter.diagnostics)
    )


class _Cutter:
    def __init__(
        self, file: str, lines: tuple[str, ...], taken: set[str], *, strange: bool
    ) -> None:
        self.file = file
        self.lines = lines
        self.taken = taken
        self.chunks: list[Chunk] = []
        self.suppressions: list[Suppression] = []
        self.diagnostics: list[Diagnostic] = []
        self.body: list[str] = []
        self.start = 0
        self.long: list[int] = []
        self.full = False
        self.strange = strange

    def take(self, number: int) -> None:
        line = self.lines[number]
        if self.body and line[:1] == " " and not self.strange and len(line) <= LINE_CHARACTERS_MAX:
            # Nearly every line is one of these.
            content = line.rstrip()
            if content and content.lstrip()[0] != "#":
                self.body.append(content)
                return
        stripped = line.strip(_MARGIN)
        if stripped.startswith("#"):
            found = _SUPPRESSION.match(stripped)
            if found:
                place = Place(self.file, number + 1)
                target = _next_line(self.lines, number) + 1
                self.suppressions.append(Suppression(found[1], place, target))
            stripped = ""
        if not stripped:
            if self.body:
                self.body.append("")
            return
        begins = line[0] not in _MARGIN and not (self.body and _belongs_inside(stripped))
        if begins or not self.body:
            # An indented line before any block is a block of its own, which the parser will refuse.
            self.close()
            self.start = number
            self.body.append(stripped)
        else:
            self.body.append(line.rstrip())
        if len(line) > LINE_CHARACTERS_MAX:
            self.long.append(number)
            self.body[-1] = self.body[-1][:LINE_CHARACTERS_MAX]

    def close(self) -> None:
        while self.body and not self.body[-1]:
            self.body.pop()
        if not self.body:
            return
        if len(self.chunks) < BLOCKS_MAX:
            self._keep()
        elif not self.full:
            last = self.chunks[-1]
            self._report(
                "E001",
                "syntax-error",
                f"the file has more than {BLOCKS_MAX} blocks; the rest is not read",
                Span(last.key, self.start - last.place.line + 2, 1, 1),
                "split the flow into files and `include` them",
            )
            self.full = True
        self.body.clear()
        self.long.clear()

    def _keep(self) -> None:
        if self.strange:
            self._margins_as_spaces()
        key = header = self.body[0][:HEADER_CHARACTERS_MAX]
        count = 1
        while key in self.taken:
            count += 1
            key = f"{header} ({count})"
        self.taken.add(key)
        self.chunks.append(
            Chunk(key, "\n".join(self.body) + "\n", Place(self.file, self.start + 1))
        )
        for number in self.long:
            self._report(
                "E001",
                "syntax-error",
                f"this line has {len(self.lines[number])} characters; "
                f"at most {LINE_CHARACTERS_MAX} are read",
                Span(key, number - self.start + 1, 1, LINE_CHARACTERS_MAX),
                "split what it says into several lines",
            )
        if self.strange:
            for number in range(self.start, self.start + len(self.body)):
                self._margin(key, number)

    def _margins_as_spaces(self) -> None:
        """Tabs and wide spaces in margins as spaces, so that parsing goes on after E002."""
        margins = [line[: len(line) - len(line.lstrip(_MARGIN))] for line in self.body]
        # Those who indent as paragraphs are, by two wide spaces, mean one level by them.
        wide = [margin.count("\u3000") for margin in margins if "\u3000" in margin]
        spaces = " " if wide and min(wide) > 1 else "  "
        for index, margin in enumerate(margins):
            if margin.strip(" "):
                plain = margin.replace("\t", "  ").replace("\u3000", spaces).replace("\u00a0", " ")
                self.body[index] = plain + self.body[index][len(margin) :]

    def _margin(self, key: str, number: int) -> None:
        line = self.lines[number]
        content = line.lstrip(_MARGIN)
        strange = line[: len(line) - len(content)].strip(" ")
        if not strange or not content or content.startswith("#"):
            return
        names = {"\t": "a tab", "\u3000": "a full-width space"}
        self._report(
            "E002",
            "bad-margin",
            f"{names.get(strange[0], 'a non-breaking space')} stands in the margin",
            Span(key, number - self.start + 1, line.index(strange[0]) + 1, 1),
            "indent with two spaces a level; `dialcart format` does it for the whole file",
        )

    def _report(self, code: str, name: str, message: str, span: Span, help_text: str) -> None:
        self.diagnostics.append(Diagnostic(code, name, "error", message, span, help_text))


def _belongs_inside(line: str) -> bool:
    """Whether a line in column 0 lost its margin, rather than begins a block.

    Kept with its block, it costs one message instead of two broken blocks.
    """
    word = head(line)
    return word is not None and word not in BLOCKS


def _next_line(lines: tuple[str, ...], number: int) -> int:
    for following in range(number + 1, len(lines)):
        stripped = lines[following].strip()
        if stripped and not stripped.startswith("#"):
            return following
    return number
