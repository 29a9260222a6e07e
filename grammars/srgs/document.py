"""A small XML document as a tree, read with bounds: no fetching, no nesting of entities.

The parser is the standard library's expat. It is fed text that is already decoded, it never
opens anything, and a document that would grow through its entities is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from grammars.srgs.errors import GrammarError
from grammars.srgs.model import Span

ELEMENT_DEPTH_MAX = 128
"""Elements within elements."""
ENTITIES_MAX = 256
"""Entities that a document may declare."""
ENTITY_CHARACTERS_MAX = 4096
"""What one entity may stand for."""
GROWTH_CHARACTERS_MAX = 65_536
"""How much longer than the document its text may become through entities."""

_NESTED_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)")
_DECLARED_ENCODING = re.compile(r"\A(<\?xml\s[^>]*?)\s+encoding\s*=\s*(\"[^\"]*\"|'[^']*')")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Text:
    """Characters between two elements; comments and instructions do not divide them."""

    parts: list[str]
    span: Span

    @property
    def text(self) -> str:
        """All of it: expat gives a line at a time."""
        return "".join(self.parts)


@dataclass(slots=True)
class Element:
    """An element with its attributes and what is in it, in order."""

    namespace: str
    name: str
    attributes: dict[str, str]
    """By `name`, or by `namespace name` where it has a prefix."""
    span: Span
    children: list[Element | Text] = field(default_factory=list)

    def elements(self) -> Iterator[Element]:
        """The children that are elements."""
        return (child for child in self.children if isinstance(child, Element))

    def text(self) -> str:
        """The characters directly in it."""
        return "".join(child.text for child in self.children if isinstance(child, Text))


def read_document(text: str, *, uri: str) -> Element:
    """The root element of the document. Raises GrammarError where it is not well-formed."""
    return _Reader(text, uri).root()


class _Reader:
    def __init__(self, text: str, uri: str) -> None:
        self._uri = uri
        # The text is decoded, so what it says of its encoding no longer holds.
        self._text = _DECLARED_ENCODING.sub(r"\1", text, count=1)
        self._stack: list[Element] = []
        self._root: Element | None = None
        self._entities = 0
        self._room = len(self._text) + GROWTH_CHARACTERS_MAX
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._entity
        self._parser.SkippedEntityHandler = self._skipped
        self._parser.ExternalEntityRefHandler = self._external

    def root(self) -> Element:
        if found := _LONE_SURROGATE.search(self._text):
            line = self._text.count("\n", 0, found.start()) + 1
            self._fail("a character is cut in half", Span(line, 1), "save the file as UTF-8")
        try:
            self._parser.Parse(self._text.encode("utf-8"), True)
        except expat.ExpatError as error:
            self._fail(
                f"the XML is not well-formed: {expat.ErrorString(error.code)}",
                Span(error.lineno, error.offset + 1),
                "close every element and put every attribute in quotes",
            )
        assert self._root is not None
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= ELEMENT_DEPTH_MAX:
            self._fail(
                f"there are more than {ELEMENT_DEPTH_MAX} elements inside one another",
                self._span(),
                "give the inner part a rule of its own",
            )
        for value in attributes.values():
            self._take(len(value))
        namespace, _, local = name.rpartition(" ")
        element = Element(namespace, local, attributes, self._span())
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self._root = element
        self._stack.append(element)

    def _end(self, name: str) -> None:
        del name
        self._stack.pop()

    def _characters(self, data: str) -> None:
        self._take(len(data))
        children = self._stack[-1].children
        last = children[-1] if children else None
        if isinstance(last, Text):
            last.parts.append(data)
        else:
            children.append(Text([data], self._span()))

    def _entity(
        self,
        name: str,
        is_parameter: bool,
        value: str | None,
        base: str | None,
        system: str | None,
        public: str | None,
        notation: str | None,
    ) -> None:
        del base, system, public, notation
        self._entities += 1
        span = self._span()
        if is_parameter or value is None:
            self._fail(
                f"the entity '{name[:40]}' would have to be fetched or is a parameter",
                span,
                "write out what it stands for",
            )
        if self._entities > ENTITIES_MAX or len(value) > ENTITY_CHARACTERS_MAX:
            self._fail(
                f"over {ENTITIES_MAX} entities, or one over {ENTITY_CHARACTERS_MAX} characters",
                span,
                "write out what they stand for",
            )
        if _NESTED_ENTITY.search(value):
            self._fail(
                f"the entity '{name[:40]}' refers to another", span, "write out what it stands for"
            )

    def _skipped(self, name: str, is_parameter: bool) -> None:
        del is_parameter
        self._fail(f"the entity '&{name[:40]};' is not declared", self._span(), "write it out")

    def _external(
        self, context: str, base: str | None, system: str | None, public: str | None
    ) -> int:
        del context, base, system, public
        self._fail("an external entity is not fetched", self._span(), "write it out")

    def _take(self, characters: int) -> None:
        self._room -= characters
        if self._room < 0:
            self._fail("the entities make the document too long", self._span(), "write them out")

    def _span(self) -> Span:
        return Span(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)

    def _fail(self, message: str, span: Span, advice: str) -> NoReturn:
        raise GrammarError(message, uri=self._uri, line=span.line, column=span.column, help=advice)
