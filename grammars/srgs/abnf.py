"""The ABNF form: text to a grammar. SRGS 1.0, sections 2 to 4 and appendix D.

One regular expression cuts the next piece of text wherever the parser stands; white space and
comments are cut with it. The header and the rules have expressions of their own, because a
keyword of the header is an ordinary word inside a rule (section 4.15).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NoReturn

from grammars.srgs import names
from grammars.srgs.errors import GrammarError
from grammars.srgs.model import (
    Alternatives,
    Choice,
    Expansion,
    Grammar,
    Header,
    Lexicon,
    Meta,
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

EXPANSION_DEPTH_MAX = 64
"""Brackets within brackets."""

_SELF_IDENTIFYING = re.compile(r"#ABNF 1\.0(?: [A-Za-z][A-Za-z0-9._\-]*)?;(?=\r|\n)")
_SKIP = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*(?s:.*?)\*/)*")
_DOCUMENTATION = re.compile(r"/\*\*(?!/)(?s:(.*?))\*/")
_KEYWORD = re.compile(r"[A-Za-z][A-Za-z\-]*")
_URI = re.compile(r"<([^<>\r\n]*)>(?:~<([^<>\r\n]*)>)?")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_LANGUAGE = re.compile(f"{names.NMTOKEN}")
_NAME = re.compile(rf"\$({names.RULE_NAME}|{names.NMTOKEN})?")
_TAG = re.compile(r"\{!\{((?s:.*?))\}!\}|\{(?!!\{)([^}]*)\}")
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
_EXAMPLE = re.compile(r"@example\b((?s:.*?))(?=@|\Z)")
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
    return _Parser(text, uri).grammar()


class _Parser:
    def __init__(self, text: str, uri: str) -> None:
        self._text = text
        self._uri = uri
        self._at = 0
        self._lines: list[int] | None = None
        self._depth = 0
        self._mode: Mode = "voice"
        self._references = names.References(uri, None, self._fail)
        self._documentation: tuple[int, str] | None = None
        """The last documentation comment, and where what follows it begins."""

    def grammar(self) -> Grammar:
        text = self._text
        if illegal := names.ILLEGAL_CHARACTER.search(text):
            self._fail(
                f"character U+{ord(illegal[0]):04X} is not allowed",
                self._span(illegal.start()),
                "remove it",
            )
        if not (found := _SELF_IDENTIFYING.match(text)):
            self._fail(
                "the first line does not say that this is an SRGS 1.0 grammar",
                Span(1, 1),
                "write '#ABNF 1.0 UTF-8;' alone on the first line",
            )
        self._at = found.end()
        self._skip()
        header = self._header()
        self._mode = header.mode
        self._references = names.References(self._uri, header.base, self._fail)
        rules: list[Rule] = []
        while self._at < len(text):
            rules.append(self._rule())
            self._skip()
        return Grammar(self._uri, "abnf", header, tuple(rules))

    # The header: section 4.1.

    def _header(self) -> Header:
        once: dict[str, str] = {}
        lexicons: list[Lexicon] = []
        metas: list[Meta] = []
        tags: list[str] = []
        while self._at < len(self._text):
            start = self._at
            if tag := _TAG.match(self._text, start):
                self._at = tag.end()
                tags.append(tag[1] if tag[1] is not None else tag[2])
                self._end("the tag")
                continue
            found = _KEYWORD.match(self._text, start)
            keyword = found[0] if found else ""
            if not found or keyword in ("public", "private"):
                break
            self._at = found.end()
            self._skip()
            if keyword == "lexicon":
                lexicons.append(Lexicon(*self._uri_and_type()))
            elif keyword in ("meta", "http-equiv"):
                metas.append(self._meta(keyword))
            elif keyword in _ONCE:
                if keyword in once:
                    self._fail(
                        f"'{keyword}' is declared twice", self._span(start), "keep one of them"
                    )
                once[keyword] = self._value(keyword)
            else:
                self._fail(
                    f"'{keyword[:40]}' is not a header declaration",
                    self._span(start),
                    "write language, mode, root, tag-format, base, lexicon, meta or http-equiv,"
                    " and the rules as $name = ...;",
                )
            self._end(f"'{keyword}'")
        return Header(
            "dtmf" if once.get("mode") == "dtmf" else "voice",
            once.get("language"),
            once.get("root"),
            once.get("tag-format"),
            once.get("base"),
            tuple(lexicons),
            tuple(metas),
            tuple(tags),
        )

    def _value(self, keyword: str) -> str:
        span = self._span(self._at)
        if keyword in ("base", "tag-format"):
            value, media_type = self._uri_and_type()
            if media_type is not None:
                self._fail(f"'{keyword}' takes no media type", span, f"write {keyword} <URI>;")
            return value
        found = (_NAME if keyword == "root" else _LANGUAGE).match(self._text, self._at)
        if not found:
            self._fail(f"'{keyword}' lacks its value", span, f"write {_ONCE[keyword]}")
        self._at = found.end()
        if keyword == "root":
            return names.rule_name(found[1] or "", span, self._fail)
        if keyword == "language":
            return names.language_code(found[0], span, self._fail)
        if found[0] not in ("voice", "dtmf"):
            self._fail(f"'{found[0][:40]}' is not a mode", span, "write voice or dtmf")
        return found[0]

    def _uri_and_type(self) -> tuple[str, str | None]:
        found = _URI.match(self._text, self._at)
        if not found:
            self._fail(
                "a URI is missing here",
                self._span(self._at),
                "write it in < and >, such as <a.gram>",
            )
        self._at = found.end()
        return found[1].strip(), found[2]

    def _meta(self, keyword: str) -> Meta:
        name = self._quoted(keyword)
        self._skip()
        found = _KEYWORD.match(self._text, self._at)
        if not found or found[0] != "is":
            self._fail(
                f"'{keyword}' lacks the word 'is'",
                self._span(self._at),
                f"write {keyword} 'name' is 'content';",
            )
        self._at = found.end()
        self._skip()
        return Meta(name, self._quoted(keyword), keyword == "http-equiv")

    def _quoted(self, keyword: str) -> str:
        found = _QUOTED.match(self._text, self._at)
        if not found:
            self._fail(
                f"'{keyword}' lacks a text in quotes",
                self._span(self._at),
                f"write {keyword} 'name' is 'content';",
            )
        self._at = found.end()
        return found[1] if found[1] is not None else found[2]

    def _end(self, what: str) -> None:
        self._skip()
        if not self._text.startswith(";", self._at):
            self._fail(f"{what} does not end with a semicolon", self._span(self._at), "write ;")
        self._at += 1
        self._skip()

    # Rules: section 3.

    def _rule(self) -> Rule:
        start = self._at
        scope: Scope = "private"
        if found := _KEYWORD.match(self._text, start):
            if found[0] not in ("public", "private"):
                self._fail(
                    f"'{found[0][:40]}' stands where a rule should begin",
                    self._span(start),
                    "write $name = ...; and all header declarations before the first rule",
                )
            scope = "public" if found[0] == "public" else "private"
            self._at = found.end()
            self._skip()
        span = self._span(self._at)
        defined = _NAME.match(self._text, self._at)
        if not defined:
            self._fail("a rule should begin here", span, "write $name = ...;")
        name = names.rule_name(defined[1] or "", span, self._fail)
        self._at = defined.end()
        self._skip()
        if not self._text.startswith("=", self._at):
            self._fail(f"${name} lacks its '='", self._span(self._at), f"write ${name} = ...;")
        self._at += 1
        expansion, closed = self._alternatives(f"rule ${name}", ";")
        if not closed:
            self._fail(f"rule ${name} does not end", self._span(self._at), "write ; after it")
        return Rule(name, expansion, scope, self._examples(start), span)

    def _examples(self, start: int) -> tuple[str, ...]:
        """What the documentation comment right before the rule gives as examples. Section 3.3."""
        found = self._documentation
        if found is None or found[0] != start:
            return ()
        plain = _STAR.sub("", found[1])
        return tuple(" ".join(text[1].split()) for text in _EXAMPLE.finditer(plain))

    # Expansions: section 2.

    def _alternatives(self, what: str, close: str) -> tuple[Expansion, bool]:
        """Everything up to `close`, and whether that came."""
        start = self._at
        choices: list[Choice] = []
        items: list[Expansion] = []
        weight: float | None = None
        mark = ""
        repeated = False
        text = self._text
        while True:
            self._skip()
            at = self._at
            found = _PIECE.match(text, at)
            if not found:
                if at >= len(text):
                    return Sequence(), False
                self._unreadable(at)
            kind = found.lastgroup
            piece = found[0]
            self._at = found.end()
            span = self._span(at)
            if kind == "word":
                items.append(names.token(piece, self._mode, None, span, self._fail))
            elif kind == "mark":
                if piece in "([":
                    items.append(self._group(piece, span))
                elif piece in ("|", close):
                    if not items:
                        self._fail(
                            f"an alternative of {what} is empty"
                            if choices or piece == "|"
                            else f"{what} is empty",
                            span,
                            "write $NULL or () to match nothing",
                        )
                    choices.append(
                        Choice(items[0] if len(items) == 1 else Sequence(tuple(items)), weight)
                    )
                    items, weight = [], None
                    if piece == close:
                        break
                else:
                    self._fail(
                        f"'{piece}' cannot stand here in {what}", span, f"write '{close}' first"
                    )
            elif kind == "quoted":
                items.append(names.token(piece[1:-1], self._mode, None, span, self._fail))
            elif kind == "rule":
                items.append(self._reference(piece[1:], span))
            elif kind == "tag":
                items.append(Tag(piece[3:-3] if piece.startswith("{!{") else piece[1:-1], span))
            elif kind == "weight":
                if items or weight is not None:
                    self._fail(
                        f"the weight {piece} is not at the beginning of an alternative",
                        span,
                        "write it right after |, ( or =",
                    )
                weight = names.number(piece[1:-1], span, self._fail)
            elif kind == "uri":
                found_uri = _URI.match(piece, 1)
                assert found_uri is not None
                items.append(self._references.read(found_uri[1].strip(), found_uri[2], None, span))
            elif kind == "repeat":
                if not items or repeated:
                    self._fail(
                        f"the repeat {piece} has nothing before it to repeat",
                        span,
                        "put what is repeated in parentheses before it",
                    )
                items[-1] = self._repeat(items[-1], piece, span)
            else:
                if not items or mark == "language" or repeated:
                    self._fail(
                        f"{piece} has nothing before it that has a language",
                        span,
                        "write it after a word, a rule or a closing bracket, before any repeat",
                    )
                code = names.language_code(piece[1:], span, self._fail)
                items[-1] = self._spoken(items[-1], code, span)
            mark = kind or ""
            repeated = kind == "repeat"
        if len(choices) == 1 and choices[0].weight is None:
            return choices[0].item, True
        return Alternatives(tuple(choices), self._span(start)), True

    def _group(self, mark: str, span: Span) -> Expansion:
        self._depth += 1
        if self._depth > EXPANSION_DEPTH_MAX:
            self._fail(
                f"there are more than {EXPANSION_DEPTH_MAX} brackets inside one another",
                span,
                "give the inner part a rule of its own",
            )
        self._skip()
        if mark == "(" and self._text.startswith(")", self._at):
            self._at += 1
            self._depth -= 1
            return Sequence((), span)
        close = ")" if mark == "(" else "]"
        inside, closed = self._alternatives(f"the '{mark}'", close)
        if not closed:
            self._fail(f"this '{mark}' is never closed", span, f"write '{close}'")
        self._depth -= 1
        return inside if mark == "(" else Repeat(inside, 0, 1, None, span)

    def _reference(self, name: str, span: Span) -> Expansion:
        if name == "NULL" or name == "VOID" or name == "GARBAGE":
            return Special(name, span)
        return RuleRef(names.rule_name(name, span, self._fail), span=span)

    def _repeat(self, item: Expansion, piece: str, span: Span) -> Repeat:
        found = _REPEAT.fullmatch(piece)
        assert found is not None
        minimum, maximum = names.repeat_range(found[1], span, self._fail)
        chance = found[2]
        return Repeat(
            item,
            minimum,
            maximum,
            None if chance is None else names.probability(chance, span, self._fail),
            span,
        )

    def _spoken(self, item: Expansion, code: str, span: Span) -> Expansion:
        if isinstance(item, Tag):
            self._fail("a tag has no language", span, f"move !{code} to the word it belongs to")
        return names.spoken(item, code, self._mode)

    def _unreadable(self, at: int) -> NoReturn:
        character = self._text[at]
        if character == "<" and (found := _URI.match(self._text, at)):
            content = found[1].strip()
            self._fail(
                f"<{content[:40]}> is not a repeat",
                self._span(at),
                "write <n>, <m-n> or <m->, and $ before the <URI> of a grammar",
            )
        self._fail(
            f"'{character}' cannot stand here",
            self._span(at),
            _ADVICE.get(character, "put double quotes round a word that holds it"),
        )

    # Where we are.

    def _skip(self) -> None:
        """Pass white space and comments, noting the last documentation comment."""
        text = self._text
        start = self._at
        found = _SKIP.match(text, start)
        assert found is not None
        self._at = end = found.end()
        if end > start and "/**" in text[start:end]:
            for comment in _DOCUMENTATION.finditer(text, start, end):
                self._documentation = (end, comment[1])
        if text.startswith("/*", end):
            self._fail("this comment is never closed", self._span(end), "write */")

    def _span(self, at: int) -> Span:
        if self._lines is None:
            self._lines = [0]
            self._lines.extend(found.end() for found in re.finditer(r"\r\n?|\n", self._text))
        line = bisect_right(self._lines, at)
        return Span(line, at - self._lines[line - 1] + 1)

    def _fail(self, message: str, span: Span, advice: str) -> NoReturn:
        raise GrammarError(message, uri=self._uri, line=span.line, column=span.column, help=advice)


_ONCE = {
    "base": "base <URI>;",
    "language": "language en-US;",
    "mode": "mode voice; or mode dtmf;",
    "root": "root $name;",
    "tag-format": "tag-format <URI>;",
}
