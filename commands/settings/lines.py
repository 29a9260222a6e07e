"""Where in a TOML file each key stands, so that what is wrong with it can be told with its line.

The file has been read by tomllib before, so only enough is understood here to walk over values: strings, brackets and
comments. A key inside an inline table stands where the table stands.
"""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str | int, ...]

_KEY: Final = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_SKIPPED: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_GAP: Final = re.compile(r"[ \t]*")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of each key and table. Tables in an array are numbered from 0; the array stands where its first does."""
    found: dict[Path, int] = {}
    arrays: dict[Path, int] = {}
    table: Path = ()
    at = _SKIPPED.match(text, 0).end()  # type: ignore[union-attr]  # it matches nothing, too
    while at < len(text):
        line = text.count("\n", 0, at) + 1
        if text[at] == "[":
            is_array = text.startswith("[[", at)
            names, at = _key_path(text, at + 1 + is_array)
            table = _resolved(names, arrays, is_array=is_array)
            at = text.find("\n", at)
            at = len(text) if at < 0 else at
            found.setdefault(table, line)
            if is_array:
                found.setdefault(table[:-1], line)
        else:
            names, at = _key_path(text, at)
            found[table + tuple(names)] = line
            at = _after_value(text, at)
        at = _SKIPPED.match(text, at).end()  # type: ignore[union-attr]
    return found


def line_of(path: Path, lines: dict[Path, int]) -> int:
    """The line of a key, or of the nearest thing around it that stands in the file."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _resolved(names: list[str], arrays: dict[Path, int], *, is_array: bool) -> Path:
    """A header's names with the numbers of the arrays that it goes through."""
    path: Path = ()
    for place, name in enumerate(names):
        path = (*path, name)
        if place == len(names) - 1 and is_array:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path = (*path, arrays[path])
    return path


def _key_path(text: str, at: int) -> tuple[list[str], int]:
    """Names joined by dots, and where they end."""
    names: list[str] = []
    while True:
        at = _GAP.match(text, at).end()  # type: ignore[union-attr]
        key = _KEY.match(text, at)
        if key is None:
            return names, at + 1
        names.append(key[0].strip("\"'"))
        at = _GAP.match(text, key.end()).end()  # type: ignore[union-attr]
        if not text.startswith(".", at):
            return names, at
        at += 1


def _after_value(text: str, at: int) -> int:
    """Behind a value: at the end of its line, or of the line in which its last bracket closes."""
    depth = 0
    while at < len(text):
        string = _STRING.match(text, at)
        if string is not None:
            at = string.end()
            continue
        character = text[at]
        if character == "\n" and depth <= 0:
            return at
        if character == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        depth += (character in "[{") - (character in "]}")
        at += 1
    return at
