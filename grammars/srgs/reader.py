"""Reading a grammar with every grammar it refers to, and checking that the references hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from grammars.srgs.abnf import read_abnf
from grammars.srgs.encoding import decode, form
from grammars.srgs.errors import GrammarError
from grammars.srgs.model import (
    Alternatives,
    Expansion,
    Form,
    Grammar,
    Repeat,
    RuleRef,
    Sequence,
    Span,
)
from grammars.srgs.xml import read_xml

Resolve: TypeAlias = Callable[[str], bytes]
"""The bytes at a URI (no fragment); raises OSError, KeyError or GrammarError where there are none."""

DOCUMENTS_MAX = 64
"""Grammars that one grammar may reach."""
DOCUMENTS_BYTES_MAX = 16 * 1024 * 1024
"""All of them together."""

# Section 2.2.2 and appendix G. None: the document tells its own form.
_MEDIA_TYPES: dict[str, Form | None] = {
    "application/srgs": "abnf",
    "application/srgs+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/plain": None,
    "application/octet-stream": None,
}

_MEDIA_TYPE_HELP = "write application/srgs for ABNF and application/srgs+xml for XML"


def read_grammar(
    source: bytes, *, uri: str, media_type: str | None = None, resolve: Resolve | None = None
) -> Grammar:
    """The grammar in `source`, of either form, with all the grammars it reaches.

    `uri` is where the document stands: references are resolved against it. `resolve` gives the
    bytes of another grammar; without it a grammar that refers to another is refused. Grammars
    may refer to one another in a circle. Raises GrammarError, whose `uri` may be that of a
    grammar reached.
    """
    start = _read(source, uri, None)
    if media_type is not None and (wrong := _media_type_mistake(media_type, start.form)):
        raise GrammarError(wrong, uri=uri, help=_MEDIA_TYPE_HELP)
    documents = {uri: start}
    waiting = [start]
    total = len(source)
    while waiting:
        grammar = waiting.pop(0)
        for reference in _references(grammar):
            where = reference.document
            if where is None:
                continue
            target = documents.get(where)
            if target is None:
                body = _fetch(where, reference, grammar, resolve)
                total += len(body)
                if len(documents) > DOCUMENTS_MAX or total > DOCUMENTS_BYTES_MAX:
                    raise _error(
                        grammar,
                        reference.span,
                        f"more than {DOCUMENTS_MAX} other grammars or {DOCUMENTS_BYTES_MAX} bytes"
                        " are reached",
                        "bring rules that belong together into one grammar",
                    )
                target = _read(body, where, reference.language)
                documents[where] = target
                waiting.append(target)
            _check_reference(reference, grammar, target)
    return replace(start, imports=tuple(each for each in documents.values() if each is not start))


def _read(source: bytes, uri: str, language: str | None) -> Grammar:
    text, _ = decode(source, uri)
    found = form(text, uri)
    grammar = read_abnf(text, uri=uri) if found == "abnf" else read_xml(text, uri=uri)
    header = grammar.header
    if header.mode == "voice" and header.language is None:
        if language is None:
            raise GrammarError(
                "a grammar of speech does not say its language",
                uri=uri,
                help="write language zh; in the header"
                if found == "abnf"
                else 'write xml:lang="zh" on <grammar>',
            )
        # The reference gives its language to a grammar that says none (section 2.7).
        grammar = replace(grammar, header=replace(header, language=language))
    _check_rules(grammar)
    return grammar


def _media_type_mistake(media_type: str, found: Form) -> str:
    plain = media_type.partition(";")[0].strip().lower()
    if plain not in _MEDIA_TYPES:
        return f"'{media_type[:60]}' is not a media type of a grammar"
    expected = _MEDIA_TYPES[plain]
    if expected is not None and expected != found:
        return f"the media type {plain} does not fit: the grammar is in the {found.upper()} form"
    return ""


def _check_rules(grammar: Grammar) -> None:
    defined: dict[str, Span] = {}
    for rule in grammar.rules:
        if rule.name in defined:
            raise _error(
                grammar,
                rule.span,
                f"rule '{rule.name}' is defined twice, first on line {defined[rule.name].line}",
                "give one of them another name",
            )
        defined[rule.name] = rule.span
    root = grammar.header.root
    if root is not None and root not in defined:
        raise _error(
            grammar, Span(1, 1), f"the root rule '{root}' is not defined", _nearest(root, defined)
        )
    for reference in _references(grammar):
        if reference.document is None and reference.name not in defined:
            raise _error(
                grammar,
                reference.span,
                f"rule '{reference.name}' is not defined",
                _nearest(reference.name or "", defined),
            )


def _check_reference(reference: RuleRef, grammar: Grammar, target: Grammar) -> None:
    """A public rule, or a declared root, of a grammar of the same mode. Section 2.2.2."""
    shown = reference.uri
    if reference.media_type is not None and (
        wrong := _media_type_mistake(reference.media_type, target.form)
    ):
        raise _error(grammar, reference.span, wrong, _MEDIA_TYPE_HELP)
    if target.header.mode != grammar.header.mode:
        raise _error(
            grammar,
            reference.span,
            f"{shown} is a {target.header.mode} grammar and this is a {grammar.header.mode} grammar",
            "keep speech and keys in separate grammars",
        )
    if reference.name is None:
        if target.header.root is None:
            raise _error(
                grammar,
                reference.span,
                f"{shown} declares no root rule",
                "name one of its public rules after #, or declare a root there",
            )
        return
    rule = next((each for each in target.rules if each.name == reference.name), None)
    if rule is None:
        public = {each.name: each.span for each in target.rules if each.scope == "public"}
        raise _error(
            grammar,
            reference.span,
            f"{shown} does not exist",
            _nearest(reference.name, public),
        )
    # A document may name its own private rules, also by its own URI.
    if rule.scope != "public" and target is not grammar:
        raise _error(
            grammar,
            reference.span,
            f"{shown} is private",
            "make it public there, or refer to the grammar without # for its root",
        )


def _fetch(where: str, reference: RuleRef, grammar: Grammar, resolve: Resolve | None) -> bytes:
    why = "no other grammar can be had here"
    if resolve is not None:
        try:
            return resolve(where)
        except GrammarError as error:
            why = error.message
        except (OSError, KeyError, ValueError) as error:
            why = type(error).__name__
    raise _error(
        grammar,
        reference.span,
        f"the grammar {where[:200]} cannot be had: {why}",
        "put it beside this one, or copy its rules here",
    )


def _references(grammar: Grammar) -> Iterator[RuleRef]:
    waiting: list[Expansion] = [rule.expansion for rule in reversed(grammar.rules)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, RuleRef):
            yield item
        elif isinstance(item, Sequence):
            waiting.extend(reversed(item.items))
        elif isinstance(item, Alternatives):
            waiting.extend(choice.item for choice in reversed(item.choices))
        elif isinstance(item, Repeat):
            waiting.append(item.item)


def _nearest(name: str, names: dict[str, Span]) -> str:
    # Only a mistake pays for the import.
    from difflib import get_close_matches

    found = get_close_matches(name, names, 1, 0.6)
    return f"write '{found[0]}'" if found else "define it, or remove what refers to it"


def _error(grammar: Grammar, span: Span, message: str, advice: str) -> GrammarError:
    return GrammarError(message, uri=grammar.uri, line=span.line, column=span.column, help=advice)
