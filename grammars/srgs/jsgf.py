"""A grammar as JSGF 1.0, which pocketsphinx compiles; tags are left out, and words are in lower case.

JSGF has no repeat counts and no GARBAGE: a range is written out, up to REPEATS_MAX, and GARBAGE is left out, so a text
that is heard must be matched against the grammar itself afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from grammars.srgs.model import (
    Alternatives,
    Expansion,
    Grammar,
    Repeat,
    RuleRef,
    Sequence,
    Special,
    Tag,
    Token,
)

REPEATS_MAX = 12
"""A repeat is written out so often; past it, it has no end."""

WEIGHT_MIN = 1e-6
"""Nothing weighs less: pocketsphinx takes the logarithm."""

_NOT_IN_A_WORD = re.compile(r"[^\w']+")
_NOT_IN_A_NAME = re.compile(r"\W")

Name = Callable[[Grammar, RuleRef], str]


def jsgf_rules(grammar: Grammar, prefix: str) -> tuple[str, str]:
    """The rules of a grammar and of those it imports, and the name of the one to begin with.

    Names begin with `prefix`, so that rules of several grammars stand in one document.
    """
    lines: list[str] = []
    names = _names(grammar, prefix)
    for number, document in enumerate((grammar, *grammar.imports)):
        for rule in document.rules:
            expansion = _expansion(rule.expansion, document, names)
            lines.append(f"<{_rule_name(prefix, number, rule.name)}> = {expansion or '<NULL>'};")
    entry = f"{prefix}entry"
    roots = " | ".join(f"<{_rule_name(prefix, 0, rule.name)}>" for rule in grammar.entries)
    lines.append(f"<{entry}> = {roots or '<VOID>'};")
    return "\n".join(lines), entry


def jsgf_document(rules: str, entries: list[str]) -> str:
    """A whole document, whose answer is any of the entries."""
    answer = " | ".join(entries) or "<VOID>"
    return f"#JSGF V1.0;\ngrammar answer;\n{rules}\npublic <answer> = {answer};\n"


def jsgf_phrase(text: str) -> str:
    """A phrase as words that JSGF can hold; empty if none is left."""
    return " ".join(_NOT_IN_A_WORD.sub(" ", text.lower()).split())


def _names(grammar: Grammar, prefix: str) -> Name:
    places = {document.uri: number for number, document in enumerate((grammar, *grammar.imports))}
    documents = {document.uri: document for document in (grammar, *grammar.imports)}

    def name(document: Grammar, reference: RuleRef) -> str:
        uri = reference.document if reference.document is not None else document.uri
        rule = reference.name if reference.name is not None else documents[uri].header.root
        return _rule_name(prefix, places[uri], rule or "")

    return name


def _rule_name(prefix: str, number: int, name: str) -> str:
    return f"{prefix}{number}_{_NOT_IN_A_NAME.sub('_', name)}"


def _expansion(item: Expansion, document: Grammar, name: Name) -> str:
    match item:
        case Token(text):
            return jsgf_phrase(text)
        case Tag():
            return ""
        case Special(which):
            return "<VOID>" if which == "VOID" else "<NULL>"
        case RuleRef():
            return f"<{name(document, item)}>"
        case Sequence(items):
            return " ".join(part for each in items if (part := _part(each, document, name)))
        case Alternatives(choices):
            weighted = any(choice.weight is not None for choice in choices)
            return " | ".join(
                (_weight(choice.weight) if weighted else "")
                + (_part(choice.item, document, name) or "<NULL>")
                for choice in choices
            )
        case Repeat():
            return _repeat(item, document, name)


def _weight(weight: float | None) -> str:
    """How likely an alternative is beside the others; one without a weight weighs 1 (SRGS 1.0, section 2.4.1)."""
    return f"/{max(1.0 if weight is None else weight, WEIGHT_MIN):.6f}/ "


def _part(item: Expansion, document: Grammar, name: Name) -> str:
    written = _expansion(item, document, name)
    grouped = isinstance(item, Alternatives | Sequence) and " " in written
    return f"({written})" if grouped else written


def _repeat(item: Repeat, document: Grammar, name: Name) -> str:
    part = _part(item.item, document, name)
    if not part:
        return ""
    if " " in part and not part.startswith("("):
        part = f"({part})"
    needed = [part] * min(item.minimum, REPEATS_MAX)
    if item.maximum is None or item.maximum - item.minimum > REPEATS_MAX:
        return " ".join([*needed, f"{part}*"])
    more = ""
    for _ in range(item.maximum - item.minimum):
        more = f"[{part} {more}]" if more else f"[{part}]"
    return " ".join([*needed, more] if more else needed)
