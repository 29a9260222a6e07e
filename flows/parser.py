"""Text to syntax: each block is parsed by itself, and a bad line is reported, left out and stepped over."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from flows.diagnostic import Diagnostic
from flows.syntax import Block, Span
from grammars.keywords import KEYWORDS, SETTINGS, keyword_pattern

if TYPE_CHECKING:
    from lark import Lark, Token

ERRORS_PER_BLOCK_MAX = 8
"""After so many bad lines in one block the rest of it is left alone."""
BLOCKS_KEPT_MAX = 100_000
"""Parsed blocks kept, by text: sellers share most of theirs, and an editor changes one at a time."""

_ENGLISH_ONLY_MARKS = ("_", "(", ")")


class _MarginError(Exception):
    """A line is indented to a depth that no line above it has."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.line = line
        self.column = column


class _Margin:
    """Turns the indent of each line into _INDENT and _DEDENT tokens (Lark's own Indenter loses the line)."""

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        from lark import Token

        depths = [0]
        last: Token | None = None
        for token in stream:
            last = token
            if token.type != "_NL":
                yield token
                continue
            text = str(token)
            depth = len(text) - text.rfind("\n") - 1
            line = (token.line or 1) + text.count("\n")
            yield token
            if depth > depths[-1]:
                depths.append(depth)
                yield Token("_INDENT", "", line=line, column=depth + 1)
            else:
                while depth < depths[-1]:
                    depths.pop()
                    yield Token("_DEDENT", "", line=line, column=depth + 1)
                if depth != depths[-1]:
                    raise _MarginError(line, depth + 1)
        line = (last.line or 1) if last else 1
        while len(depths) > 1:
            depths.pop()
            yield Token("_DEDENT", "", line=line, column=1)


@cache
def _lark() -> Lark:
    from lark import Lark

    from flows.builder import Builder

    grammar = files("grammars").joinpath("flow.lark").read_text(encoding="utf-8")
    longer_first = {"ELSE_IF": 4, "NO_INPUT_AFTER": 4}
    terminals = [
        f"{name}.{longer_first.get(name, 3)}: /{keyword_pattern(name)}/" for name in KEYWORDS
    ]
    spellings = sorted((re.escape(w) for pair in SETTINGS.values() for w in pair), key=len)
    settings = "|".join(reversed([s.replace(r"\ ", "[ ]+") for s in spellings]))
    terminals.append(f"SETTING.2: /(?:{settings})(?![A-Za-z0-9_])/")
    return Lark(
        grammar + "\n" + "\n".join(terminals) + "\n",
        start="block",
        parser="lalr",
        lexer="contextual",
        postlex=cast("object", _Margin()),  # pyright: ignore[reportArgumentType]
        transformer=Builder(),
        maybe_placeholders=True,
    )


@lru_cache(maxsize=BLOCKS_KEPT_MAX)
def parse_block(text: str, key: str) -> tuple[Block | None, tuple[Diagnostic, ...]]:
    """One block's text to its syntax, with what was wrong. None if nothing of it could be read."""
    from lark.exceptions import UnexpectedInput

    from flows.builder import block_key

    diagnostics: list[Diagnostic] = []
    lines = text.split("\n")
    while True:
        try:
            with block_key(key):
                block = _lark().parse("\n".join(lines))
            return cast("Block", block), tuple(diagnostics)
        except _MarginError as error:
            line = error.line
            diagnostics.append(_uneven(key, lines, line))
        except UnexpectedInput as error:
            line, diagnostic = _explain(key, lines, error)
            if diagnostics and line > len(lines):
                return None, tuple(diagnostics)
            diagnostics.append(diagnostic)
        if line <= 1 or len(diagnostics) >= ERRORS_PER_BLOCK_MAX or not _blank(lines, line):
            return None, tuple(diagnostics)


def _blank(lines: list[str], line: int) -> bool:
    """Blank a line and what is indented under it; False if there was nothing left to blank."""
    index = line - 1
    if index >= len(lines) or not lines[index].strip():
        return False
    depth = _depth(lines[index])
    lines[index] = ""
    for following in range(index + 1, len(lines)):
        if lines[following].strip():
            if _depth(lines[following]) <= depth:
                break
            lines[following] = ""
    # A line that only opened a level for what was blanked would fail in turn; it goes quietly later.
    return True


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _uneven(key: str, lines: list[str], line: int) -> Diagnostic:
    depth = _depth(lines[line - 1])
    above = sorted({_depth(text) for text in lines[: line - 1] if text.strip()})
    return Diagnostic(
        "E002",
        "bad-margin",
        "error",
        f"this line is indented by {depth} spaces, which no line above it is",
        Span(key, line, 1, max(depth, 1)),
        f"indent by one of {', '.join(map(str, above))}, as a line above does",
    )


def _explain(key: str, lines: list[str], error: Exception) -> tuple[int, Diagnostic]:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    expected: set[str] = set()
    line, column, found = 1, 1, ""
    if isinstance(error, UnexpectedToken):
        expected = set(error.accepts or ()) or set(error.expected)
        line, column = error.line, error.column
        found = str(error.token)
        if error.token.type in ("_DEDENT", "$END", "_INDENT"):
            found = ""
            line = _last_line_before(lines, line, inclusive=error.token.type != "_DEDENT")
            if error.token.type == "_INDENT":
                return _unexpected_indent(key, lines, error.line)
            column = _depth(lines[line - 1]) + 1
    elif isinstance(error, UnexpectedCharacters):
        expected = set(error.allowed or ())
        line, column = error.line, error.column
    if line < 1 or line > len(lines):
        line = len(lines) or 1
    text = lines[line - 1] if lines else ""
    rest = text[column - 1 :]
    word = (re.match(r"[^\s:：]+", rest) or re.match(r"", rest))[0]  # type: ignore[index]
    at_start = not text[: column - 1].strip()
    message, help_text = _wording(expected, word, rest, text, at_start=at_start)
    width = max(1, len(word) or len(found.strip()))
    return line, Diagnostic(
        "E001", "syntax-error", "error", message, Span(key, line, column, width), help_text
    )


def _last_line_before(lines: list[str], line: int, *, inclusive: bool) -> int:
    number = min(line if inclusive else line - 1, len(lines))
    while number > 1 and not lines[number - 1].strip():
        number -= 1
    return max(number, 1)


def _unexpected_indent(key: str, lines: list[str], line: int) -> tuple[int, Diagnostic]:
    above = _last_line_before(lines, line, inclusive=False)
    word = lines[above - 1].split()[0] if lines[above - 1].strip() else "the line above"
    return line, Diagnostic(
        "E001",
        "syntax-error",
        "error",
        f"nothing can be indented under `{word}` here",
        Span(key, line, 1, max(1, _depth(lines[line - 1]))),
        "take the indent away, or put the line under the statement that it belongs to",
    )


def _wording(
    expected: set[str], word: str, rest: str, text: str, *, at_start: bool
) -> tuple[str, str | None]:
    """A message and a help for what was found where `expected` terminals could stand."""
    words = _spellings(expected)
    if "_INDENT" in expected and not rest.strip():
        return (
            "indented lines are missing under this line",
            "indent what belongs to it by two spaces",
        )
    if at_start and word:
        close = difflib.get_close_matches(word.lower(), words, 1, 0.6) or _glued(word, words)
        if close:
            return f"`{word}` is not a word of the language here", f"did you mean `{close[0]}`?"
        if {"KEY", "LABEL"} & expected:
            return f"`{word}` cannot begin a line here", "an option reads `1 wording -> step`"
        listed = ", ".join(f"`{spelling}`" for spelling in words if spelling.isascii())
        return f"`{word}` cannot begin a line here", f"one of {listed} can" if listed else None
    if {"_ARROW", "JUMP"} & expected:
        if "=>" in rest or re.search(r"[-–—]\s*>", rest):
            return "the arrow is not written `->`", "write `-> step`"
        return "this line does not say where it leads", "end it with `-> step`"
    if "NAME" in expected or "PATH" in expected:
        return "a name is missing here", "a name begins with a letter and has no spaces"
    if "_EQUALS" in expected:
        return "`=` is missing here", "write `set name = value`"
    close = difflib.get_close_matches(word.lower(), words, 1, 0.6) if word else []
    if close:
        return f"`{word}` is not expected here", f"did you mean `{close[0]}`?"
    if words:
        listed = ", ".join(f"`{spelling}`" for spelling in words if spelling.isascii())
        seen = f"`{word}` is not expected here" if word else "something is missing here"
        return seen, f"{listed} can follow"
    if {"TEXT", "LABEL", "VALUE"} & expected and not rest.strip():
        return "a text is missing here", f"write it after `{text.strip()}`"
    if "_NL" in expected:
        return f"`{rest.strip()[:40]}` is too much on this line", "the line is complete before it"
    return f"`{word or rest.strip()[:20]}` is not expected here", None


def _spellings(expected: set[str]) -> list[str]:
    words = [spelling for name in sorted(expected & KEYWORDS.keys()) for spelling in KEYWORDS[name]]
    if "SETTING" in expected:
        words += [spelling for pair in SETTINGS.values() for spelling in pair]
    return words


def _glued(word: str, words: list[str]) -> list[str]:
    """`menuPlease` begins with a keyword that lacks its space."""
    return [w for w in words if w.isascii() and len(w) > 2 and word.lower().startswith(w)][:1]
