"""A grammar as text in either form; reading it back gives the same header and rules."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.sax.saxutils import escape

from grammars.srgs import names
from grammars.srgs.errors import GrammarError
from grammars.srgs.model import (
    Alternatives,
    Expansion,
    Grammar,
    Header,
    Meta,
    Repeat,
    Rule,
    RuleRef,
    Sequence,
    Special,
    Tag,
    Token,
)
from grammars.srgs.xml import GRAMMAR_NAMESPACE

_PLAIN_WORD = re.compile(names.NMTOKEN)
# What XML would change on the way: line ends everywhere, all white space in an attribute.
_KEPT_IN_TEXT = {"\r": "&#13;"}
_KEPT_IN_ATTRIBUTE = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;", '"': "&quot;"}


def to_abnf(grammar: Grammar) -> str:
    """The grammar in the ABNF form, to be stored as UTF-8.

    Raises GrammarError for what the form cannot say: a tag that holds `}!}`, a meta text that
    holds both kinds of quotation marks.
    """
    header = grammar.header
    lines = ["#ABNF 1.0 UTF-8;", ""]
    if header.base is not None:
        lines.append(f"base <{header.base}>;")
    if header.language is not None:
        lines.append(f"language {header.language};")
    lines.append(f"mode {header.mode};")
    if header.root is not None:
        lines.append(f"root ${header.root};")
    if header.tag_format is not None:
        lines.append(f"tag-format <{header.tag_format}>;")
    for lexicon in header.lexicons:
        kind = f"~<{lexicon.media_type}>" if lexicon.media_type is not None else ""
        lines.append(f"lexicon <{lexicon.uri}>{kind};")
    lines += [_abnf_meta(meta) for meta in header.metas]
    lines += [f"{_abnf_tag(tag)};" for tag in header.tags]
    return "\n".join(lines) + "\n" + "".join(_abnf_rule(rule) for rule in grammar.rules)


def to_xml(grammar: Grammar) -> str:
    """The grammar in the XML form, to be stored as UTF-8."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<grammar{_xml_header(grammar.header)}>",
    ]
    lines += [
        f"  <lexicon{_attributes(uri=each.uri, type=each.media_type)}/>"
        for each in grammar.header.lexicons
    ]
    for meta in grammar.header.metas:
        kind = "http-equiv" if meta.http_equiv else "name"
        lines.append(f"  <meta{_attributes(**{kind: meta.name}, content=meta.content)}/>")
    lines += [f"  <tag>{_text(tag)}</tag>" for tag in grammar.header.tags]
    for rule in grammar.rules:
        scope = "public" if rule.scope == "public" else None
        lines.append(f"  <rule{_attributes(id=rule.name, scope=scope)}>")
        lines += [f"    <example>{_text(example)}</example>" for example in rule.examples]
        lines += [f"    {_xml(rule.expansion)}", "  </rule>"]
    return "\n".join([*lines, "</grammar>", ""])


# ABNF: appendix D.


def _abnf_meta(meta: Meta) -> str:
    keyword = "http-equiv" if meta.http_equiv else "meta"
    return f"{keyword} {_abnf_quoted(meta.name)} is {_abnf_quoted(meta.content)};"


def _abnf_quoted(text: str) -> str:
    if '"' not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    raise GrammarError(f"ABNF cannot quote {text[:40]!r}", help="use one kind of quotation marks")


def _abnf_tag(text: str) -> str:
    # Also one that ends in `}!`, which with the closing brace would close too early.
    if "}!}" in text + "}":
        raise GrammarError("ABNF cannot write a tag that holds }!}", help="put a space in it")
    if "}" in text or text.startswith("!{"):
        return f"{{!{{{text}}}!}}"
    return f"{{{text}}}"


def _abnf_rule(rule: Rule) -> str:
    examples = "".join(f" * @example {_comment(each)}\n" for each in rule.examples)
    comment = f"/**\n{examples} */\n" if examples else ""
    scope = "public " if rule.scope == "public" else ""
    return f"\n{comment}{scope}${rule.name} = {_abnf(rule.expansion)};\n"


def _comment(text: str) -> str:
    if "*/" in text or "@example" in text:
        raise GrammarError(
            "ABNF cannot write an example that holds */ or @example", help="leave it out"
        )
    return text


def _abnf(item: Expansion) -> str:
    """An expansion where alternatives need no brackets."""
    if isinstance(item, Alternatives):
        return " | ".join(
            (f"/{_number(choice.weight)}/ " if choice.weight is not None else "")
            + (
                f"({_abnf(choice.item)})"
                if isinstance(choice.item, Alternatives)
                else _abnf(choice.item)
            )
            for choice in item.choices
        )
    if isinstance(item, Sequence) and item.items:
        return " ".join(_abnf_part(each) for each in item.items)
    return _abnf_part(item)


def _abnf_part(item: Expansion) -> str:
    """An expansion as a part of a sequence."""
    if isinstance(item, Token):
        plain = _PLAIN_WORD.fullmatch(item.text)
        return (item.text if plain else f'"{item.text}"') + _abnf_language(item.language)
    if isinstance(item, Tag):
        return _abnf_tag(item.text)
    if isinstance(item, Special):
        return f"${item.name}"
    if isinstance(item, RuleRef):
        if item.uri is None:
            return f"${item.name}{_abnf_language(item.language)}"
        kind = f"~<{item.media_type}>" if item.media_type is not None else ""
        return f"$<{item.written}>{kind}{_abnf_language(item.language)}"
    if isinstance(item, Repeat):
        inner = _abnf_part(item.item)
        if isinstance(item.item, Repeat):
            inner = f"({inner})"
        chance = f" /{_number(item.probability)}/" if item.probability is not None else ""
        return f"{inner}<{_range(item)}{chance}>"
    return f"({_abnf(item)})" if not isinstance(item, Sequence) or item.items else "()"


def _abnf_language(language: str | None) -> str:
    return f"!{language}" if language is not None else ""


# XML: appendix B.


def _xml_header(header: Header) -> str:
    return _attributes(
        **{
            "xmlns": GRAMMAR_NAMESPACE,
            "version": "1.0",
            "mode": header.mode,
            "xml:lang": header.language,
            "root": header.root,
            "tag-format": header.tag_format,
            "xml:base": header.base,
        }
    )


def _xml(item: Expansion) -> str:
    if isinstance(item, Token):
        return f"<token{_attributes(**{'xml:lang': item.language})}>{_text(item.text)}</token>"
    if isinstance(item, Tag):
        return f"<tag>{_text(item.text)}</tag>"
    if isinstance(item, Special):
        return f'<ruleref special="{item.name}"/>'
    if isinstance(item, RuleRef):
        uri = f"#{item.name}" if item.uri is None else item.written
        attributes = {"uri": uri, "type": item.media_type, "xml:lang": item.language}
        return f"<ruleref{_attributes(**attributes)}/>"
    if isinstance(item, Repeat):
        chance = None if item.probability is None else _number(item.probability)
        attributes = {"repeat": _range(item), "repeat-prob": chance}
        return f"<item{_attributes(**attributes)}>{_xml_items(item.item)}</item>"
    if isinstance(item, Alternatives):
        choices = "".join(
            f"<item{_attributes(weight=_weight(choice.weight))}>{_xml_items(choice.item)}</item>"
            for choice in item.choices
        )
        return f"<one-of>{choices}</one-of>"
    return f"<item>{_xml_items(item)}</item>"


def _xml_items(item: Expansion) -> str:
    """What stands in an element that is itself a sequence."""
    if isinstance(item, Sequence):
        return "".join(_xml(each) for each in item.items)
    return _xml(item)


def _attributes(**values: str | None) -> str:
    return "".join(
        f' {name}="{escape(value, _KEPT_IN_ATTRIBUTE)}"'
        for name, value in values.items()
        if value is not None
    )


def _text(text: str) -> str:
    return escape(text, _KEPT_IN_TEXT)


# Both.


def _range(item: Repeat) -> str:
    if item.maximum is None:
        return f"{item.minimum}-"
    return str(item.minimum) if item.minimum == item.maximum else f"{item.minimum}-{item.maximum}"


def _weight(weight: float | None) -> str | None:
    return None if weight is None else _number(weight)


def _number(value: float) -> str:
    """Digits without an exponent, which SRGS does not know (section 2.4.1)."""
    return f"{Decimal(repr(value)):f}"
