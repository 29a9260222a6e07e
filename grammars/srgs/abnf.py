"""The rules of the ABNF form. SRGS 1.0, sections 2 and 3 and appendix D.

One regular expression cuts the next piece of text wherever the reader stands. The header has
expressions of its own, because its keywords are ordinary words inside a rule (section 4.15).
"""

from __future__ import annotations

import re
from typing import NoReturn

from grammars.srgs import names
from grammars.srgs.abnf_header import KEYWORD, RULE_NAME, URI, read_header
from grammars.srgs.model import (
    Alternatives,
    Choice,
    Expansion,
    Grammar,
    Mode,
    Repeat,
    Rule,
    RuleRef,
    Scope,
    Sequence,
    Span,
    Special,
    Tag,
)
from grammars.srgs.scanner import Scanner

EXPANSION_DEPTH_MAX = 64
"""Brackets within brackets."""

_PIECE = re.compile(
    rf"(?P<word>{names.NMTOKEN})"
    r"|(?P<quoted>\"[^\"]*\")"
    rf"|(?P<rule>\$(?:{names.NMTOKEN}))"
    r"|(?P<uri>\$<[^<>\r\n]*>(?:~<[^<>\r\n]*>)?)"
    r"|(?P<tag>\{!\{(?s:.*?)\}!\}|\{(?!!\{)[^}]*\})"
    rf"|(?P<repeat><[ \t\r\n]*[0-9]+(?:-[0-9]*)?[ \t\r\n]*(?:/{names.NUMBER}/[ \t\r\n]*)?>)"
    rf"|(?P<weight>/{names.NUMBER}/)"
    rf"|(?P<language>!{names.NMTOKEN})"
    r"|(?P<mark>[=;|()\[\]])"
)
_REPEAT = re.compile(r"<\s*([0-9\-]+)\s*(?:/([^/]*)/\s*)?>")
_EXAMPLE = re.compile(r"@example\b((?s:.*?))(?=@example\b|\n[ \t]*@|\Z)")
_STAR = re.compile(r"(?m)^[ \t]*\*+")

_ADVICE = {
    "*": 'write <0-> after it for any number, or "*" for the key',
    "+": "write <1-> after it for once or more",
    "?": "write it in square brackets to make it optional",
    "'": 'put double quotes round a word that holds it, such as "o\'clock"',
    "#": 'write "#" or pound for the key',
    "<": "write a repeat such as <0-1> or <2->, and $ before the <URI> of a grammar",
    "/": "write a weight such as /2.5/ before an alternative",
    "$": "write a rule's name after $",
    "{": "close the tag with }, or begin it with {!{ and close it with }!}",
    '"': "close the quotes",
    "!": "write a language such as !fr-CA",
}


def read_abnf(text: str, *, uri: str) -> Grammar:
    """The grammar in `text`; references are resolved against `uri` but not followed.

    Raises GrammarError.
    """
    scanner = Scanner(text, uri)
    if illegal := names.ILLEGAL_CHARACTER.search(text):
        scanner.fail(
            f"character U+{ord(illegal[0]):04X} is not allowed",
            scanner.span(illegal.start()),
            "remove it",
        )
    header = read_header(scanner)
    references = names.References(uri, header.base, scanner.fail)
    rules: list[Rule] = []
    while scanner.at < len(text):
        rules.append(_Rule(scanner, header.mode, references).read())
        scanner.skip()
    return Grammar(uri, "abnf", header, tuple(rules))


class _Rule:
    """One rule being read."""

    def __init__(self, scanner: Scanner, mode: Mode, references: names.References) -> None:
        self._scanner = scanner
        self._mode: Mode = mode
        self._references = references
        self._depth = 0

    def read(self) -> Rule:
        scanner = self._scanner
        start = scanner.at
        examples = self._examples(start)
        scope: Scope = "private"
        if found := scanner.take(KEYWORD):
            if found[0] not in ("public", "private"):
                scanner.fail(
                    f"'{found[0][:40]}' stands where a rule should begin",
                    scanner.span(start),
                    "write $name = ...; and all header declarations before the first rule",
                )
            scope = "public" if found[0] == "public" else "private"
            scanner.skip()
        span = scanner.here()
        defined = scanner.take(RULE_NAME)
        if not defined:
            scanner.fail("a rule should begin here", span, "write $name = ...;")
        name = names.rule_name(defined[1] or "", span, scanner.fail)
        scanner.skip()
        if not scanner.take_mark("="):
            scanner.fail(f"${name} lacks its '='", scanner.here(), f"write ${name} = ...;")
        return Rule(name, self._alternatives(f"rule ${name}", ";", span), scope, examples, span)

    def _examples(self, start: int) -> tuple[str, ...]:
        """What the documentation comment right before the rule gives as examples. Section 3.3."""
        found = self._scanner.documentation
        if found is None or found[0] != start:
            return ()
        plain = _STAR.sub("", found[1])
        return tuple(" ".join(text[1].split()) for text in _EXAMPLE.finditer(plain))

    def _alternatives(self, what: str, close: str, opened: Span) -> Expansion:
        """Everything up to `close`."""
        choices: list[Choice] = []
        while True:
            weight, items, end = self._sequence(what, close, opened)
            if not items:
                self._scanner.fail(
                    f"an alternative of {what} is empty"
                    if choices or end == "|"
                    else f"{what} is empty",
                    self._scanner.span(self._scanner.at - 1),
                    "write $NULL or () to match nothing",
                )
            choices.append(Choice(items[0] if len(items) == 1 else Sequence(items), weight))
            if end == close:
                break
        if len(choices) == 1 and choices[0].weight is None:
            return choices[0].item
        return Alternatives(tuple(choices), opened)

    def _sequence(
        self, what: str, close: str, opened: Span
    ) -> tuple[float | None, tuple[Expansion, ...], str]:
        """An alternative: its weight, its parts, and the mark that ends it."""
        scanner = self._scanner
        items: list[Expansion] = []
        weight: float | None = None
        last = ""
        while True:
            scanner.skip()
            at = scanner.at
            found = scanner.take(_PIECE)
            if not found:
                if at >= len(scanner.text):
                    scanner.fail(f"{what} does not end", opened, f"write '{close}' after it")
                self._unreadable(at)
            kind, piece, span = found.lastgroup, found[0], scanner.span(at)
            if kind == "word":
                items.append(names.token(piece, self._mode, None, span, scanner.fail))
            elif kind == "mark":
                if piece in ("|", close):
                    return weight, tuple(items), piece
                items.append(self._group(piece, span, what, close))
            elif kind == "quoted":
                items.append(names.token(piece[1:-1], self._mode, None, span, scanner.fail))
            elif kind == "rule":
                items.append(self._reference(piece[1:], span))
            elif kind == "tag":
                items.append(Tag(piece[3:-3] if piece.startswith("{!{") else piece[1:-1], span))
            elif kind == "uri":
                written = URI.match(piece, 1)
                assert written is not None
                items.append(self._references.read(written[1].strip(), written[2], None, span))
            elif kind == "weight":
                if items or weight is not None:
                    scanner.fail(
                        f"the weight {piece} is not at the beginning of an alternative",
                        span,
                        "write it right after |, ( or =",
                    )
                weight = names.number(piece[1:-1], span, scanner.fail)
            elif not items or last == "repeat" or (last, kind) == ("language", "language"):
                scanner.fail(
                    f"{piece} has nothing before it that it could belong to",
                    span,
                    "write a language and then a repeat after a word, a rule or a closing bracket",
                )
            elif kind == "repeat":
                items[-1] = self._repeat(items[-1], piece, span)
            else:
                items[-1] = self._spoken(items[-1], piece, span)
            last = kind or ""

    def _group(self, mark: str, span: Span, what: str, close: str) -> Expansion:
        """What stands in brackets, after the opening one."""
        scanner = self._scanner
        if mark not in ("(", "["):
            scanner.fail(f"'{mark}' cannot stand here in {what}", span, f"write '{close}' first")
        if self._depth >= EXPANSION_DEPTH_MAX:
            scanner.fail(
                f"there are more than {EXPANSION_DEPTH_MAX} brackets inside one another",
                span,
                "give the inner part a rule of its own",
            )
        if mark == "[":
            self._depth += 1
            inside = Repeat(self._alternatives("the '['", "]", span), 0, 1, None, span)
            self._depth -= 1
            return inside
        scanner.skip()
        if scanner.take_mark(")"):
            return Sequence((), span)
        self._depth += 1
        inside = self._alternatives("the '('", ")", span)
        self._depth -= 1
        return inside

    def _reference(self, name: str, span: Span) -> Expansion:
        if name == "NULL" or name == "VOID" or name == "GARBAGE":
            return Special(name, span)
        return RuleRef(names.rule_name(name, span, self._scanner.fail), span=span)

    def _repeat(self, item: Expansion, piece: str, span: Span) -> Repeat:
        found = _REPEAT.fullmatch(piece)
        assert found is not None
        fail = self._scanner.fail
        minimum, maximum = names.repeat_range(found[1], span, fail)
        chance = None if found[2] is None else names.probability(found[2], span, fail)
        return Repeat(item, minimum, maximum, chance, span)

    def _spoken(self, item: Expansion, piece: str, span: Span) -> Expansion:
        fail = self._scanner.fail
        if isinstance(item, Tag):
            fail("a tag has no language", span, f"move {piece} to the word it belongs to")
        return names.spoken(item, names.language_code(piece[1:], span, fail), self._mode)

    def _unreadable(self, at: int) -> NoReturn:
        scanner = self._scanner
        character = scanner.text[at]
        if character == "<" and (found := URI.match(scanner.text, at)):
            scanner.fail(
                f"<{found[1].strip()[:40]}> is not a repeat", scanner.span(at), _ADVICE["<"]
            )
        scanner.fail(
            f"'{character}' cannot stand here",
            scanner.span(at),
            _ADVICE.get(character, "put double quotes round a word that holds it"),
        )
