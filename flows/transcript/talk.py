"""A transcript file as values: talks with their world, their lines and where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.inputs import ADDRESSES_MAX, Buyer, Line, Order
from flows.settings import duration

LINES_MAX = 100_000
"""Lines of one file."""

MARKS = "<>!=~?@#"

_FIELDS = re.compile(
    r"\b(flow|channel|lang|from|at|stock|buyer|address|name|last order|opted out)(?=\s|$)"
)
_STOCK = re.compile(r"(\S+?)=(\d+)")
_ORDER = re.compile(
    r"(?P<number>\S+)(?:\s+(?P<status>placed|confirmed|shipped|delivered|cancelled|returned))?"
    r"\s+(?P<lines>\S+x\d+(?:[\s,]+\S+x\d+)*)\s+total\s+(?P<total>[\d.]+)(?:\s+eta\s+(?P<eta>.+))?"
)


class TalkError(ValueError):
    """A transcript cannot be read."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class TalkLine:
    """One line below the header."""

    mark: str
    """`>` `<` `!` `=` `~` `?`."""
    text: str
    """What follows the mark and its space."""
    number: int
    """1-based in the file."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation."""

    title: str
    flow: str
    channel: str
    language: str
    """Empty: the flow's first, or the buyer's own."""
    buyer: Buyer
    at: str
    """Local time of the shop, `2026-11-24 12:05`."""
    stock: dict[str, int]
    lines: tuple[TalkLine, ...]
    first_line: int
    """Of the talk in its file, 1-based."""
    head: tuple[str, ...] = field(default=())
    """Title and `@` lines as written."""


def read_talks(text: str, flow: str = "") -> tuple[Talk, ...]:
    """All talks of a file; `flow` is the flow's name where a talk names none. Raises TalkError."""
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > LINES_MAX:
        raise TalkError(LINES_MAX, f"a transcript has at most {LINES_MAX} lines")
    return tuple(_talk(lines, start, end, flow) for start, end in _spans(lines))


def fenced_talks(text: str, flow: str = "") -> tuple[Talk, ...]:
    """Talks in the ```talk blocks of a Markdown file; line numbers are those of the file."""
    kept: list[str] = []
    inside = False
    for line in text.split("\n"):
        if line.strip().startswith("```"):
            inside = line.strip()[3:].strip() == "talk" and not inside
            kept.append("")
        else:
            kept.append(line if inside else "")
    return read_talks("\n".join(kept), flow)


def _spans(lines: list[str]) -> list[tuple[int, int]]:
    """Index ranges of talks: each begins at the comments above its first `@` line, or at its first line."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    in_body = False
    for index, line in enumerate(lines):
        mark = line[:1]
        if not mark.strip():
            continue
        if mark not in MARKS:
            raise TalkError(
                index + 1,
                f"a line begins with one of {' '.join(MARKS)}, not with `{line[:20]}`",
            )
        if mark in "@#" and in_body:
            assert start is not None
            spans.append((start, index))
            start, in_body = index, False
        elif start is None:
            start = index
        if mark not in "@#":
            in_body = True
    if start is not None and in_body:
        spans.append((start, len(lines)))
    return spans


def _talk(lines: list[str], start: int, end: int, flow: str) -> Talk:
    titles: list[str] = []
    head: list[str] = []
    fields: dict[str, list[str]] = {}
    body: list[TalkLine] = []
    for index in range(start, end):
        line = lines[index]
        if not line.strip():
            continue
        mark, text = line[0], line[1:].strip()
        if mark == "#":
            titles.append(text)
            head.append(line)
        elif mark == "@":
            head.append(line)
            _read_fields(text, fields, index + 1)
        else:
            body.append(TalkLine(mark, text, index + 1))
    return Talk(
        " ".join(titles),
        _one(fields, "flow", flow),
        _one(fields, "channel", "sms"),
        _one(fields, "lang", ""),
        _buyer(fields, start + 1),
        _one(fields, "at", "2026-11-24 12:00"),
        {
            code: int(left)
            for listed in fields.get("stock", [])
            for code, left in _STOCK.findall(listed)
        },
        tuple(body),
        start + 1,
        tuple(head),
    )


def _read_fields(text: str, fields: dict[str, list[str]], number: int) -> None:
    found = list(_FIELDS.finditer(text))
    if not found or text[: found[0].start()].strip():
        names = "flow, channel, lang, from, at, stock, buyer, address, name, last order, opted out"
        raise TalkError(number, f"`{text[:30]}` is not one of {names}")
    # A value may hold a word that is a field's name only after two spaces, so fields are parted by them.
    parts = re.split(r"\s{2,}", text)
    for part in parts:
        match = _FIELDS.match(part)
        if match is None:
            raise TalkError(number, f"`{part[:30]}` names no field; part fields by two spaces")
        fields.setdefault(match[1], []).append(part[match.end() :].strip())


def _one(fields: dict[str, list[str]], name: str, default: str) -> str:
    values = fields.get(name)
    return values[-1] if values else default


def _buyer(fields: dict[str, list[str]], number: int) -> Buyer:
    order: Order | None = None
    listed = _one(fields, "last order", "")
    if listed:
        found = _ORDER.fullmatch(listed)
        if found is None:
            raise TalkError(
                number,
                f"`{listed}` is no order; write `last order A0001 shipped 101x2 total 36.00 eta 12:40`",
            )
        lines = tuple(
            Line(piece.rpartition("x")[0], int(piece.rpartition("x")[2]))
            for piece in re.split(r"[\s,]+", found["lines"])
        )
        order = Order(
            found["number"],
            found["status"] or "delivered",
            int(found["total"].replace(".", "")),
            found["eta"] or "",
            lines,
        )
    # The newest address stands first.
    address, *earlier = fields.get("address") or [""]
    return Buyer(
        _one(fields, "from", "13800138000"),
        _one(fields, "name", ""),
        address,
        _one(fields, "lang", ""),
        "opted out" in fields,
        order,
        tuple(earlier[: ADDRESSES_MAX - 1]),
    )


def local_seconds(at: str, timezone: str) -> int:
    """`2026-11-24 12:05` at the shop as Unix seconds. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise ValueError(f"`{at}` is not a time; write `2026-11-24 12:05`") from None
    return int(moment.replace(tzinfo=ZoneInfo(timezone)).timestamp())


def pause_seconds(text: str, wait_s: int) -> int:
    """`10m` or `6s` after `~`; alone it is as long as the question waits."""
    return duration(text) if text else wait_s
