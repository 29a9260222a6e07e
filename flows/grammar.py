"""grammars/flow.lark as a parser of one block: its keywords filled in, its margins made tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from grammars.kept import kept_beside
from grammars.keywords import ARROW, KEYWORDS, SETTINGS, keyword_pattern

if TYPE_CHECKING:
    from lark import Lark, Token
    from lark.parsers.lalr_interactive_parser import InteractiveParser


class MarginError(Exception):
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
                    raise MarginError(line, depth + 1)
        line = (last.line or 1) if last else 1
        while len(depths) > 1:
            depths.pop()
            yield Token("_DEDENT", "", line=line, column=1)


@cache
def _lark() -> Lark:
    from lark import Lark

    from flows.builder import Builder

    grammar = files("grammars").joinpath("flow.lark").read_text(encoding="utf-8")
    grammar = grammar.replace("<arrow>", ARROW)
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
        cache=kept_beside("flow") or False,
    )


def parse(text: str) -> object:
    """One block's syntax. Raises MarginError and lark's UnexpectedInput."""
    # Lark's own annotation gives a tree; with a transformer it is what the transformer made.
    parser = cast("Callable[[str], object]", _lark().parse)  # pyright: ignore[reportUnknownMemberType]
    return parser(text)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a block that parses, margins among them. Raises lark's UnexpectedInput."""
    parser: InteractiveParser = _lark().parse_interactive(text)  # pyright: ignore[reportUnknownMemberType]
    yield from parser.iter_parse()
