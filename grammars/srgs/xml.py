"""The XML form: a document to a grammar. SRGS 1.0, sections 2 to 5 and appendices B and C."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from grammars.srgs import names
from grammars.srgs.document import Element, Text, read_document
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
    Scope,
    Sequence,
    Span,
    Special,
    Tag,
    Token,
)

GRAMMAR_NAMESPACE = "http://www.w3.org/2001/06/grammar"
_XML = "http://www.w3.org/XML/1998/namespace"
_LANGUAGE = f"{_XML} lang"
_BASE = f"{_XML} base"

# Which attributes an element may have, as in the DTD of appendix B; those of other namespaces
# are ignored (section 5.4).
_ATTRIBUTES = {
    "grammar": {"version", "mode", "root", "tag-format", _LANGUAGE, _BASE},
    "meta": {"name", "http-equiv", "content"},
    "metadata": set[str](),
    "lexicon": {"uri", "type"},
    "rule": {"id", "scope"},
    "example": set[str](),
    "item": {"repeat", "repeat-prob", "weight", _LANGUAGE},
    "one-of": {_LANGUAGE},
    "ruleref": {"uri", "type", "special", _LANGUAGE},
    "token": {_LANGUAGE},
    "tag": set[str](),
}
_WORD_OR_QUOTED = re.compile(r"\"([^\"]*)\"|[^\s\"]+|(\")")


def read_xml(text: str, *, uri: str) -> Grammar:
    """The grammar in `text`; references are resolved against `uri` but not followed.

    Raises GrammarError.
    """
    return _Reader(uri).grammar(read_document(text, uri=uri))


class _Reader:
    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._mode: Mode = "voice"
        self._references = names.References(uri, None, self._fail)
        self._expansions: dict[str, Callable[[Element, str | None], Expansion]] = {
            "item": self._item,
            "one-of": self._one_of,
            "ruleref": self._ruleref,
            "token": self._token,
            "tag": self._tag,
        }

    def grammar(self, root: Element) -> Grammar:
        if root.namespace != GRAMMAR_NAMESPACE or root.name != "grammar":
            self._fail(
                "the document is not a grammar of SRGS 1.0",
                root.span,
                f'write <grammar version="1.0" xmlns="{GRAMMAR_NAMESPACE}" ...>',
            )
        self._check(root)
        if self._required(root, "version") != "1.0":
            self._fail("the version is not 1.0", root.span, 'write version="1.0"')
        mode = root.attributes.get("mode", "voice").strip()
        if mode not in ("voice", "dtmf"):
            self._fail(f"'{mode[:40]}' is not a mode", root.span, "write voice or dtmf")
        self._mode = "dtmf" if mode == "dtmf" else "voice"
        base = root.attributes.get(_BASE)
        self._references = names.References(self._uri, base, self._fail)
        header, rules = self._children(root)
        lexicons = tuple(self._lexicon(each) for each in header if each.name == "lexicon")
        metas = tuple(self._meta(each) for each in header if each.name == "meta")
        tags = tuple(self._only_text(each) for each in header if each.name == "tag")
        root_name = root.attributes.get("root")
        if root_name is not None:
            root_name = names.rule_name(root_name.strip(), root.span, self._fail)
        return Grammar(
            self._uri,
            "xml",
            Header(
                self._mode,
                self._language(root, None),
                root_name,
                root.attributes.get("tag-format"),
                base,
                lexicons,
                metas,
                tags,
            ),
            tuple(self._rule(each) for each in rules),
        )

    def _children(self, root: Element) -> tuple[list[Element], list[Element]]:
        """Header elements and rules: the header comes first (section 4.1)."""
        header: list[Element] = []
        rules: list[Element] = []
        for child in root.children:
            if isinstance(child, Text):
                if stray := child.text.strip():
                    self._fail(
                        f"'{stray[:40]}' stands outside every rule",
                        child.span,
                        'put it in <rule id="name">...</rule>',
                    )
            elif not self._foreign(child):
                if child.name == "rule":
                    rules.append(child)
                elif child.name not in ("meta", "metadata", "lexicon", "tag"):
                    self._misplaced(child, root)
                elif rules:
                    self._fail(
                        f"<{child.name}> comes after a rule",
                        child.span,
                        "write it before the first rule",
                    )
                else:
                    if child.name == "metadata":
                        self._check(child)
                    header.append(child)
        return header, rules

    def _lexicon(self, element: Element) -> Lexicon:
        self._check(element)
        self._empty(element)
        return Lexicon(self._required(element, "uri"), element.attributes.get("type"))

    def _meta(self, element: Element) -> Meta:
        self._check(element)
        self._empty(element)
        content = self._required(element, "content")
        name = element.attributes.get("name")
        http = element.attributes.get("http-equiv")
        if (name is None) == (http is None):
            self._fail(
                "<meta> needs either name or http-equiv",
                element.span,
                'write <meta name="..." content="..."/>',
            )
        if name is not None:
            return Meta(name, content)
        assert http is not None
        return Meta(http, content, http_equiv=True)

    def _rule(self, element: Element) -> Rule:
        self._check(element)
        name = names.rule_name(self._required(element, "id").strip(), element.span, self._fail)
        scope = element.attributes.get("scope", "private").strip()
        if scope not in ("public", "private"):
            self._fail(f"'{scope[:40]}' is not a scope", element.span, "write public or private")
        examples: list[str] = []
        body: list[Element | Text] = []
        for child in element.children:
            if isinstance(child, Element) and child.name == "example" and not self._foreign(child):
                self._check(child)
                examples.append(" ".join(self._only_text(child).split()))
            else:
                body.append(child)
        items = self._contents(body, None)
        if not items:
            self._fail(
                f"rule '{name}' is empty",
                element.span,
                'write <ruleref special="NULL"/> to match nothing',
            )
        kept: Scope = "public" if scope == "public" else "private"
        return Rule(name, _one(items, element.span), kept, tuple(examples), element.span)

    # Expansions: section 2.

    def _contents(self, children: list[Element | Text], language: str | None) -> list[Expansion]:
        items: list[Expansion] = []
        for child in children:
            if isinstance(child, Text):
                self._words(child, language, items)
            elif not self._foreign(child):
                read = self._expansions.get(child.name)
                if read is None:
                    self._misplaced(child, None)
                self._check(child)
                items.append(read(child, self._language(child, language)))
        return items

    def _words(self, chunk: Text, language: str | None, items: list[Expansion]) -> None:
        """Words divided by white space; double quotes hold several together (section 2.1)."""
        text = chunk.text
        if not text or text.isspace():
            return
        line, column, passed = chunk.span.line, chunk.span.column, 0
        for found in _WORD_OR_QUOTED.finditer(text):
            start = found.start()
            if breaks := text.count("\n", passed, start):
                line += breaks
                column = start - text.rfind("\n", 0, start)
            else:
                column += start - passed
            passed = start
            span = Span(line, column)
            if found[2]:
                self._fail("the quotes are never closed", span, 'write "')
            word = found[0] if found[1] is None else found[1]
            items.append(names.token(word, self._mode, language, span, self._fail))

    def _item(self, element: Element, language: str | None) -> Expansion:
        span = element.span
        item = _one(self._contents(element.children, language), span)
        if (weight := element.attributes.get("weight")) is not None:
            names.number(weight.strip(), span, self._fail)
        chance = element.attributes.get("repeat-prob")
        kept = None if chance is None else names.probability(chance.strip(), span, self._fail)
        if (repeat := element.attributes.get("repeat")) is None:
            # Without a repeat its probability says nothing (section 2.5.1).
            return item
        minimum, maximum = names.repeat_range(repeat.strip(), span, self._fail)
        return Repeat(item, minimum, maximum, kept, span)

    def _one_of(self, element: Element, language: str | None) -> Expansion:
        choices: list[Choice] = []
        for child in element.children:
            if isinstance(child, Text):
                if stray := child.text.strip():
                    self._fail(
                        f"'{stray[:40]}' stands directly in <one-of>",
                        child.span,
                        "write <item>...</item> round each alternative",
                    )
            elif not self._foreign(child):
                if child.name != "item":
                    self._misplaced(child, element)
                self._check(child)
                item = self._item(child, self._language(child, language))
                weight = child.attributes.get("weight")
                choices.append(Choice(item, None if weight is None else float(weight.strip())))
        if not choices:
            self._fail("<one-of> has no alternative", element.span, "write an <item> in it")
        if len(choices) == 1 and choices[0].weight is None:
            return choices[0].item
        return Alternatives(tuple(choices), element.span)

    def _ruleref(self, element: Element, language: str | None) -> Expansion:
        self._empty(element)
        span = element.span
        uri = element.attributes.get("uri")
        special = element.attributes.get("special")
        if (uri is None) == (special is None):
            self._fail(
                "<ruleref> needs either uri or special",
                span,
                'write <ruleref uri="#name"/> or <ruleref special="NULL"/>',
            )
        if uri is not None:
            media_type = element.attributes.get("type")
            return self._references.read(uri.strip(), media_type, language, span)
        if special not in ("NULL", "VOID", "GARBAGE"):
            self._fail(
                f"'{(special or '')[:40]}' is not a special rule",
                span,
                "write NULL, VOID or GARBAGE",
            )
        return Special(special, span)

    def _token(self, element: Element, language: str | None) -> Token:
        text = self._only_text(element).strip()
        if len(text) > 1 and text.startswith('"') and text.endswith('"'):
            text = text[1:-1]
        if '"' in text:
            self._fail("a token cannot hold a quotation mark", element.span, "leave it out")
        return names.token(text, self._mode, language, element.span, self._fail)

    def _tag(self, element: Element, language: str | None) -> Tag:
        del language
        return Tag(self._only_text(element), element.span)

    # What elements may hold.

    def _check(self, element: Element) -> None:
        """Refuse an attribute that the DTD does not give the element."""
        allowed = _ATTRIBUTES[element.name]
        for name in element.attributes:
            if name not in allowed and (" " not in name or name in (_LANGUAGE, _BASE)):
                plain = name.replace(f"{_XML} ", "xml:")
                legal = ", ".join(sorted(each.replace(f"{_XML} ", "xml:") for each in allowed))
                self._fail(
                    f"<{element.name}> has no attribute '{plain[:40]}'",
                    element.span,
                    f"write {legal}" if legal else "remove it",
                )

    def _required(self, element: Element, name: str) -> str:
        value = element.attributes.get(name)
        if value is None:
            self._fail(f"<{element.name}> lacks {name}", element.span, f'write {name}="..."')
        return value

    def _language(self, element: Element, inherited: str | None) -> str | None:
        code = element.attributes.get(_LANGUAGE)
        if code is None or (self._mode == "dtmf" and element.name != "grammar"):
            return inherited
        return names.language_code(code.strip(), element.span, self._fail)

    def _foreign(self, element: Element) -> bool:
        """Elements of other namespaces are ignored with all they hold (section 5.4)."""
        if not element.namespace:
            self._fail(
                f"<{element.name}> is in no namespace",
                element.span,
                f'write xmlns="{GRAMMAR_NAMESPACE}" on <grammar>',
            )
        return element.namespace != GRAMMAR_NAMESPACE

    def _empty(self, element: Element) -> None:
        if element.text().strip() or any(not self._foreign(each) for each in element.elements()):
            self._fail(
                f"<{element.name}> is not empty",
                element.span,
                f"close it at once: <{element.name} .../>",
            )

    def _only_text(self, element: Element) -> str:
        for child in element.elements():
            if not self._foreign(child):
                self._misplaced(child, element)
        return element.text()

    def _misplaced(self, child: Element, parent: Element | None) -> NoReturn:
        where = f"in <{parent.name}>" if parent else "in a rule"
        self._fail(
            f"<{child.name[:40]}> cannot stand {where}",
            child.span,
            "a rule holds text, item, one-of, ruleref, token, tag and example",
        )

    def _fail(self, message: str, span: Span, advice: str) -> NoReturn:
        raise GrammarError(message, uri=self._uri, line=span.line, column=span.column, help=advice)


def _one(items: list[Expansion], span: Span) -> Expansion:
    return items[0] if len(items) == 1 else Sequence(tuple(items), span)
